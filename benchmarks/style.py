"""Style transfer of scikit-image's pictures: seconds and memory at 256 x 256, and the grid of the page on style.

The grid has every content in every style under each feature space and loss; its pictures go to ``docs/_static/style``. That the
default leaves no checkerboard is measured too: by the share of the energy of a picture's lightness at the frequencies above 0.7 of
the highest in both directions, which is that of the content and of the style, or less. In all two minutes of one core.
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
    seconds, worked = time.perf_counter() - before, time.process_time() - busy
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "name": f"{content} in the style of {style}",
        "sizes": {"side": side},
        "results": {
            "passed": {"median_seconds": seconds},
            "processor": {"median_seconds": worked},
            "passed, MiB": {"value": peak},
        },
        "checkerboard": {
            "content": checkerboard(pictures[0]),
            "style": checkerboard(pictures[1]),
            "picture": checkerboard(np.round(255 * found.image)),
        },
        **_losses(found),
    }


def checkerboard(pixels: np.ndarray) -> float:
    """The share of the energy of the lightness at more than 0.7 of the highest frequency in both directions; no edge of the picture."""
    light = pixels @ np.array([0.299, 0.587, 0.114]) / 255
    window = np.hanning(light.shape[0])[:, None] * np.hanning(light.shape[1])
    energy = np.abs(np.fft.fft2((light - light.mean()) * window)) ** 2
    high = [np.abs(np.fft.fftfreq(length)) > 0.35 for length in light.shape]
    return float(energy[np.ix_(*high)].sum() / energy.sum())


def _losses(found: st.StyleTransfer) -> dict[str, Any]:
    return {
        "steps": found.steps,
        "style_loss": float(found.style_loss[-1]),
        "content_loss": float(found.content_loss[-1]),
    }


def _framed(pixels: np.ndarray) -> np.ndarray:
    return np.pad(pixels, ((0, GAP), (0, GAP), (0, 0)), constant_values=255)
