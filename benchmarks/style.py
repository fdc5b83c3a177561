"""Style transfer of scikit-image's pictures: seconds and memory at 256 x 256, and the grid of the page on style.

The grid has every content in every style under each feature space and loss; its pictures go to ``docs/_static/style``.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from dualgap.training import style as st
from dualgap.writing import write_atomically
from paper_figures.style_transfer import picture

CONTENTS = ("astronaut", "chelsea")
STYLES = ("coffee", "immunohistochemistry", "brick")
PAGE = Path(__file__).parents[1] / "docs" / "_static" / "style"
SIDE, STEPS, GAP = 80, 20, 4

#: Feature spaces and losses of the grid, by the name of their picture.
GRID: dict[str, dict[str, Any]] = {
    "random-sliced": {},
    "random-gatys": {"loss": st.GramLoss("gatys")},
    "random-gaussian": {"loss": st.KernelLoss(st.GaussianKernel())},
    "patches-sliced": {"features": st.Patches(levels=3)},
    "patches-gatys": {"features": st.Patches(levels=3), "loss": st.GramLoss("gatys")},
}


def rows() -> Iterator[dict[str, Any]]:
    """Each transfer with its losses, as it ends; the pictures of the grid are written on the way."""
    yield _timed("astronaut", "coffee", 256)
    for name, options in GRID.items():
        sheet = [[np.full((SIDE, SIDE, 3), 255, dtype=np.uint8), *(picture(style, SIDE) for style in STYLES)]]
        for content in CONTENTS:
            sheet.append([picture(content, SIDE)])
            for style in STYLES:
                found = st.style_transfer(picture(content, SIDE), picture(style, SIDE), steps=STEPS, **options)
                sheet[-1].append(np.round(255 * found.image).astype(np.uint8))
                yield {"name": name, "content": content, "style": style, "side": SIDE, **_losses(found)}
        pixels = np.concatenate([np.concatenate([_framed(one) for one in row], axis=1) for row in sheet])
        image = Image.fromarray(pixels)
        write_atomically(PAGE / f"{name}.jpg", lambda file, image=image: image.save(file, format="JPEG", quality=88))


def _timed(content: str, style: str, side: int) -> dict[str, Any]:
    pictures = picture(content, side), picture(style, side)
    before, busy = time.perf_counter(), time.process_time()
    found = st.style_transfer(*pictures)
    return {
        "name": "default",
        "content": content,
        "style": style,
        "side": side,
        "seconds": time.perf_counter() - before,
        "processor_seconds": time.process_time() - busy,
        "peak_memory_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        **_losses(found),
    }


def _losses(found: st.StyleTransfer) -> dict[str, Any]:
    return {
        "steps": found.steps,
        "style_loss": float(found.style_loss[-1]),
        "content_loss": float(found.content_loss[-1]),
    }


def _framed(pixels: np.ndarray) -> np.ndarray:
    return np.pad(pixels, ((0, GAP), (0, GAP), (0, 0)), constant_values=255)
