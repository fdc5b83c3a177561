"""Generated samples beside data: as a picture, and as an animation of training."""

from __future__ import annotations

import io
import math
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from dualgap.extras import require
from dualgap.writing import check_output, write_atomically

__all__ = ["ANIMATIONS", "PICTURES", "animate", "draw_samples", "require_for"]

PICTURES = (".png", ".pdf", ".svg")
ANIMATIONS = (".gif", ".mp4")
#: Blue and vermilion of Okabe and Ito.
GENERATED, DATA = "#0072B2", "#D55E00"
#: The grey between the pictures of a cloud.
BETWEEN = "0.5"
#: Frames of an animation in a second, and dots in an inch: a video's sides are even numbers of dots.
A_SECOND, DOTS = 5, 100
#: Images of a cloud that are shown as pictures, along each side.
SHOWN = 6


def draw_samples(points: np.ndarray, data: np.ndarray, title: str, output: Path) -> Path:
    """Draw data on the left and generated points on the right, on one scale, and write the picture.

    Parameters
    ----------
    points, data : (n, d) and (m, d) arrays
        The first two coordinates are drawn about the data (the title counts the points that are outside), or for d = s^2 above
        3 pictures of s x s pixels in [-1, 1].
    title : str
    output : Path
        Ends in .png, .pdf or .svg.

    Raises
    ------
    InvalidInput
        For another ending.
    MissingExtra
        Without matplotlib.
    """
    require("matplotlib.figure", extra="figures")
    check_output(output, *PICTURES)
    figure = _figure(points, data, title)
    return write_atomically(output, lambda file: figure.savefig(file, format=output.suffix[1:].lower(), dpi=160))


def animate(frames: Sequence[np.ndarray], data: np.ndarray, titles: Sequence[str], output: Path) -> Path:
    """Write an animation, a frame for each cloud of generated points beside the data.

    Parameters
    ----------
    frames : sequence of (n, d) arrays
    data : (m, d) array
    titles : sequence of str
        One for each frame.
    output : Path
        Ends in .gif or .mp4.

    Raises
    ------
    InvalidInput
        For another ending.
    MissingExtra
        Without matplotlib or Pillow, or for a video without imageio-ffmpeg, which brings the encoder.
    """
    check_output(output, *ANIMATIONS)
    require_for(output)
    images = require("PIL.Image", extra="figures")
    pictures = []
    for points, title in zip(frames, titles, strict=True):
        buffer = io.BytesIO()
        _figure(points, data, title).savefig(buffer, format="png", dpi=DOTS)
        buffer.seek(0)
        pictures.append(images.open(buffer).convert("RGB"))
    if output.suffix.lower() == ".mp4":
        return _video(pictures, output)
    first, *others = pictures
    return write_atomically(
        output,
        lambda file: first.save(
            file, format="GIF", save_all=True, append_images=others, duration=1000 // A_SECOND, loop=0
        ),
    )


def require_for(output: Path) -> None:
    """What a picture or an animation of this ending is written with, found out before the work that it is to show.

    Raises
    ------
    MissingExtra
    """
    require("matplotlib.figure", extra="figures")
    if output.suffix.lower() == ".gif":
        require("PIL.Image", extra="figures")
    if output.suffix.lower() == ".mp4":
        require("imageio_ffmpeg", extra="video")


def _video(pictures: Sequence[Any], output: Path) -> Path:
    """The pictures, one after the other, in H.264."""
    ffmpeg = require("imageio_ffmpeg", extra="video")
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "video.mp4"  # the encoder goes back to the beginning of a file when it ends it
        frames = ffmpeg.write_frames(
            str(whole), pictures[0].size, fps=A_SECOND, macro_block_size=2, ffmpeg_log_level="error"
        )
        frames.send(None)
        for picture in pictures:
            frames.send(picture.tobytes())
        frames.close()
        return write_atomically(output, lambda file: file.write(whole.read_bytes()))


def _figure(points: np.ndarray, data: np.ndarray, title: str) -> Any:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.0, 3.9), layout="constrained")
    left, right = figure.subplots(1, 2)
    figure.suptitle(title, fontsize=9)
    side = math.isqrt(data.shape[1])
    if data.shape[1] > 3 and side**2 == data.shape[1]:
        for axes, cloud, name in ((left, data, "data"), (right, points, "generated")):
            axes.imshow(_tiled(cloud, side), cmap="gray", vmin=-1, vmax=1)
            axes.set(title=name, xticks=[], yticks=[], facecolor=BETWEEN)
        return figure
    span = [_span(data[:, k]) for k in range(2)] if data.shape[1] > 1 else [_span(data[:, 0]), (-1.0, 1.0)]
    for axes, cloud, name, colour in ((left, data, "data", DATA), (right, points, "generated", GENERATED)):
        heights = cloud[:, 1] if cloud.shape[1] > 1 else np.zeros(len(cloud))
        axes.plot(cloud[:, 0], heights, ".", color=colour, markersize=2, alpha=0.6, markeredgewidth=0)
        outside = len(cloud) - int((_within(cloud[:, 0], span[0]) & _within(heights, span[1])).sum())
        more = f" ({outside} of {len(cloud)} outside)" if outside else ""
        axes.set(title=name + more, xlim=span[0], ylim=span[1], aspect="equal")
    return figure


def _span(values: np.ndarray) -> tuple[float, float]:
    """The range of the data with a quarter of it on each side."""
    low, high = float(values.min()), float(values.max())
    margin = (high - low) / 4 or 1.0
    return low - margin, high + margin


def _within(values: np.ndarray, span: tuple[float, float]) -> np.ndarray:
    return (span[0] <= values) & (values <= span[1])


def _tiled(cloud: np.ndarray, side: int) -> np.ndarray:
    """The first pictures of a cloud in a square, with a line of nothing, a pixel wide, between them."""
    number = min(SHOWN, math.isqrt(len(cloud)))
    rows = np.full((number, number, side + 1, side + 1), np.nan)
    rows[..., :side, :side] = cloud[: number**2].reshape(number, number, side, side)
    return rows.transpose(0, 2, 1, 3).reshape(number * (side + 1), number * (side + 1))[:-1, :-1]
