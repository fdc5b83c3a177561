"""``dualgap style``: a picture in the style of another."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dualgap.cli.options import Seed, one_thread

__all__ = ["style"]


#: The least side of a picture that the features of ``dualgap style`` fit into, in pixels.
SMALLEST_PICTURE = 56

#: The kinds of picture that ``dualgap style`` writes.
PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".tiff", ".bmp")


def style(
    content: Annotated[Path, typer.Argument(help="The picture whose content is kept.")],
    style: Annotated[Path, typer.Argument(help="The picture whose style is taken.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Where the picture is written: .png, .jpg, ...")],
    steps: Annotated[int, typer.Option(min=1, help="Steps of L-BFGS.")] = 100,
    size: Annotated[
        int,
        typer.Option(min=SMALLEST_PICTURE, help="Larger pictures are reduced to this many pixels on the longer side."),
    ] = 192,
    seed: Seed = 0,
) -> None:
    """A picture with the content of one and the style of another, on random convolutional features."""
    one_thread()
    import numpy as np

    from dualgap.extras import require
    from dualgap.report.ending import number_of
    from dualgap.report.reading import read_picture
    from dualgap.training.style import style_transfer
    from dualgap.writing import check_output, write_atomically

    image = require("PIL.Image", extra="figures")
    check_output(output, *PICTURES)
    kind = image.registered_extensions()[output.suffix.lower()]
    pictures = [
        read_picture(path, name, size=size, smallest_side=SMALLEST_PICTURE)
        for path, name in ((content, "content"), (style, "style"))
    ]
    found = style_transfer(*pictures, steps=steps, seed=seed)
    pixels = np.asarray(found.image)
    if pixels.dtype != np.uint8:
        pixels = np.round(255 * np.clip(pixels, 0, 1)).astype(np.uint8)
    print(
        f"style loss {found.style_loss[0]:.4g} -> {found.style_loss[-1]:.4g}, "
        f"content loss {found.content_loss[0]:.4g} -> {found.content_loss[-1]:.4g} after {number_of(found.steps, 'step')}"
    )
    print(write_atomically(output, lambda file: image.fromarray(pixels).save(file, format=kind)))
