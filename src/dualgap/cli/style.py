"""``dualgap style``: a picture in the style of another."""

from __future__ import annotations

import enum
import json
from pathlib import Path
from typing import Annotated, Any

import typer

from dualgap.cli.options import Seed, one_thread

__all__ = ["style"]

#: The kinds of picture that ``dualgap style`` writes.
PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".tiff", ".bmp")


class Features(enum.StrEnum):
    """What content and style are read from."""

    random = "random"
    patches = "patches"
    vgg = "vgg"


class Loss(enum.StrEnum):
    """How two styles are compared."""

    sliced = "sliced"
    gatys = "gatys"
    lecture = "lecture"
    gaussian = "gaussian"


class Colours(enum.StrEnum):
    """Whose colours the picture has."""

    style = "style"
    content = "content"


def style(
    content: Annotated[Path, typer.Argument(help="The picture whose content is kept.")],
    style: Annotated[Path, typer.Argument(help="The picture whose style is taken.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Where the picture is written: .png, .jpg, ...")],
    features: Annotated[Features, typer.Option(help="What is compared.")] = Features.random,
    weights: Annotated[Path | None, typer.Option(help="VGG-19's weights: torchvision's .pth, or .safetensors.")] = None,
    loss: Annotated[Loss, typer.Option(help="How styles are compared.")] = Loss.sliced,
    content_weight: Annotated[float | None, typer.Option(min=0, help="More keeps more of the content.")] = None,
    colours: Annotated[Colours, typer.Option(help="Whose colours the picture has.")] = Colours.style,
    steps: Annotated[int, typer.Option(min=1, help="Steps at each of two sizes.")] = 40,
    size: Annotated[
        int,
        typer.Option(min=1, help="The longer side of the picture that is worked on; larger ones are enlarged again."),
    ] = 512,
    seed: Seed = 0,
) -> None:
    """A picture with the content of one and the style of another.

    It has the content's size and orientation. Beside it a .json file of the same name holds the losses.
    """
    one_thread()
    from dualgap.extras import require
    from dualgap.report.ending import number_of
    from dualgap.report.picture_files import read_picture
    from dualgap.training.style import Control, style_transfer
    from dualgap.writing import check_output, write_atomically, write_text

    image = require("PIL.Image", extra="figures")
    check_output(output, *PICTURES)
    numbers = check_output(output.with_suffix(".json"), ".json")
    for given, name in ((content, "content"), (style, "style")):
        _refuse_to_replace(given, name, output)
    chosen = _features(features, weights, seed)
    least = 2 * chosen.smallest_side - 1
    first = read_picture(content, "content", size=size, smallest_side=least)
    second = read_picture(style, "style", size=size, smallest_side=least)
    if loss is Loss.lecture and first.pixels.shape != second.pixels.shape:
        height, width = first.pixels.shape[:2]
        second = second.resized(height, width)
    options: dict[str, Any] = {} if content_weight is None else {"content_weight": content_weight}
    found = style_transfer(
        first.pixels,
        second.pixels,
        features=chosen,
        loss=_loss(loss, seed),
        steps=steps,
        seed=seed,
        control=Control(colours=colours.value),
        **options,
    ).require()
    picture = first.of_own_size(found.image)
    kind = image.registered_extensions()[output.suffix.lower()]
    print(
        f"style loss {found.style_loss[0]:.4g} -> {found.style_loss[-1]:.4g}, "
        f"content loss {found.content_loss[-1]:.4g} after {number_of(found.steps, 'step')}"
        + (f", worked on at {first.pixels.shape[1]} x {first.pixels.shape[0]}" if first.reduced else "")
    )
    options = {"quality": 95} if kind in ("JPEG", "WEBP") else {}
    print(write_atomically(output, lambda file: picture.save(file, format=kind, **options)))
    said = {"content": str(content), "style": str(style), "seed": seed}
    said |= {"features": features.value, "loss": loss.value, "colours": colours.value}
    print(write_text(numbers, json.dumps({**said, **_record(first, found)}, indent=1) + "\n"))


def _refuse_to_replace(given: Path, name: str, output: Path) -> None:
    from dualgap.errors import InvalidInput

    if output.exists() and given.exists() and output.samefile(given):
        raise InvalidInput(f"output must be another file than {name}, got {output}", argument="output")


def _record(picture: Any, found: Any) -> dict[str, Any]:
    """The sizes and the losses of a transfer, for JSON."""
    return {
        "width": picture.width,
        "height": picture.height,
        "worked_on": list(picture.pixels.shape[1::-1]),
        "status": found.status.value,
        "scale": found.scale.tolist(),
        "content_loss": found.content_loss.tolist(),
        "style_loss": found.style_loss.tolist(),
        "objective": found.objective.tolist(),
        "layers": {name: losses.tolist() for name, losses in found.layer_losses.items()},
    }


def _features(features: Features, weights: Path | None, seed: int) -> Any:
    from dualgap.errors import InvalidInput
    from dualgap.training.style import VGG19, Patches, RandomConvolutions

    if (weights is None) == (features is Features.vgg):
        message = "--weights must name VGG-19's weights" if weights is None else "--weights must go with --features vgg"
        raise InvalidInput(f"{message}, got {weights}", argument="weights")
    if weights is not None:
        return VGG19(weights)
    return Patches(levels=3) if features is Features.patches else RandomConvolutions(seed=seed, levels=3)


def _loss(loss: Loss, seed: int) -> Any:
    from dualgap.training.style import GaussianKernel, GramLoss, KernelLoss, SlicedLoss

    if loss is Loss.sliced:
        return SlicedLoss(seed=seed)
    return KernelLoss(GaussianKernel(seed=seed)) if loss is Loss.gaussian else GramLoss(loss.value)
