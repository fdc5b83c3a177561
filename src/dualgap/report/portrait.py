"""The phase portrait of a game of two numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from dualgap.extras import require
from dualgap.report.writing import check_output, write_atomically

__all__ = ["ENDINGS", "draw_portrait"]

#: The kinds of file that a portrait is written to.
ENDINGS = (".png", ".pdf", ".svg")


def draw_portrait(x: np.ndarray, y: np.ndarray, title: str, output: Path) -> Path:
    """Draw a path of two numbers, its start and the origin, and write it; returns the file's path.

    Parameters
    ----------
    x, y : (steps,) arrays
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
    figure_module = require("matplotlib.figure", extra="figures")
    check_output(output, *ENDINGS)
    figure = figure_module.Figure(figsize=(4.5, 4.5), layout="constrained")
    axes = figure.add_subplot()
    axes.plot(x, y, ".-", linewidth=0.7, markersize=2.5, color="#0072B2")
    axes.plot(x[:1], y[:1], "o", color="#D55E00", label="start")
    axes.plot([0], [0], "k+", markersize=10, label="equilibrium")
    axes.set(xlabel="x (no unit)", ylabel="y (no unit)", aspect="equal")
    axes.set_title(title, fontsize=10)
    axes.legend()
    return write_atomically(output, lambda file: figure.savefig(file, format=output.suffix[1:].lower(), dpi=200))
