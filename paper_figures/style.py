"""One look for all figures: a journal's widths and type sizes, colours that the colour-blind tell apart, fonts embedded."""

from __future__ import annotations

from typing import Any

from cycler import cycler
from tueplots import axes, figsizes, fontsizes

from paper_figures.layout import Layout
from paper_figures.palette import COLOURS

__all__ = ["settings"]


def settings(layout: Layout) -> dict[str, Any]:
    """The matplotlib settings of a figure: ICML's page, Okabe and Ito's colours, TrueType in PDF."""
    size = (figsizes.icml2024_full if layout.full_width else figsizes.icml2024_half)()
    width, _ = size["figure.figsize"]
    return {
        **fontsizes.icml2024(),
        **axes.lines(),
        **size,
        "figure.figsize": (width, layout.height * width),
        "axes.prop_cycle": cycler(color=list(COLOURS.values())),
        "axes.spines.right": False,
        "axes.spines.top": False,
        "font.family": "sans-serif",
        "font.sans-serif": ["DejaVu Sans"],  # matplotlib's own, so that a figure looks the same on every machine
        "legend.frameon": False,
        "mathtext.fontset": "dejavusans",
        "pdf.fonttype": 42,
        "ps.fonttype": 42,
        "savefig.dpi": 300,
        "savefig.facecolor": "white",
    }
