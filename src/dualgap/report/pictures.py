"""Pictures inside a page: the margins of a claim as a strip, and its curves where matplotlib is installed."""

from __future__ import annotations

import base64
import importlib.util
import io
import math
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from dualgap.claims import Picture

__all__ = ["curves", "strip"]

#: Blue, vermilion, green and black of Okabe and Ito: told apart by the colour-blind, and in grey by the line.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#000000")
LINES = ("-", "--", "-.", ":")


def strip(margins: Sequence[float], *, width: int = 240, height: int = 22) -> Markup:
    """The margins of all instances as ticks on a line, failures left of the zero mark: an inline SVG.

    The scale is m / (1 + \\|m\\|), so that every margin has a place between -1 and 1.

    Examples
    --------
    >>> strip([0.5, 2.0]).count("<line")
    4
    """
    left, right = 4, width - 4

    def place(margin: float) -> float:
        squeezed = math.copysign(1.0, margin) if math.isinf(margin) else margin / (1 + abs(margin))
        return left + (right - left) * (squeezed + 1) / 2

    middle = height / 2
    marks = sorted({round(place(margin), 1) for margin in margins})
    ticks = "".join(f'<line class="tick" x1="{x}" x2="{x}" y1="4" y2="{height - 4}"/>' for x in marks)
    zero = place(0.0)
    return Markup(
        f'<svg class="strip" viewBox="0 0 {width} {height}" role="img" aria-label="margins of {len(margins)} instances">'
        f'<line class="axis" x1="{left}" x2="{right}" y1="{middle}" y2="{middle}"/>'
        f'<line class="zero" x1="{zero}" x2="{zero}" y1="0" y2="{height}"/>{ticks}</svg>'
    )


def curves(picture: Picture) -> str | None:
    """A picture as a data address of an SVG, or None where matplotlib is not installed.

    Drawn on a white card of its own, so that it can be read in a dark page and on paper.
    """
    if importlib.util.find_spec("matplotlib") is None:
        return None
    import matplotlib as mpl
    from matplotlib.figure import Figure

    settings: Any = {
        "svg.fonttype": "path",
        "svg.hashsalt": "dualgap",
        "font.size": 9,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "legend.frameon": False,
    }
    with mpl.rc_context(settings):
        figure = Figure(figsize=(4.2, 3.4 if picture.equal else 2.6), layout="constrained")
        axes = figure.add_subplot()
        for i, curve in enumerate(picture.curves):
            if curve.points:
                axes.plot(curve.x, curve.y, "o", color=COLOURS[i], markersize=3.5, label=curve.label)
            else:
                axes.plot(curve.x, curve.y, LINES[i], color=COLOURS[i], linewidth=1.4, label=curve.label)
        axes.set(xlabel=picture.x_label, ylabel=picture.y_label)
        if picture.equal:
            axes.set_aspect("equal", adjustable="datalim")
        if picture.logarithmic:
            axes.set_yscale("log")
        axes.legend(loc="best", fontsize=8)
        file = io.BytesIO()
        figure.savefig(file, format="svg", facecolor="white", metadata={"Date": None})
    return "data:image/svg+xml;base64," + base64.b64encode(file.getvalue()).decode("ascii")
