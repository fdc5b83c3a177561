"""One look for all figures: a journal's widths and type sizes, colours that the colour-blind tell apart, fonts embedded."""

from __future__ import annotations

from typing import Any

from cycler import cycler
from tueplots import axes, figsizes, fontsizes

from paper_figures.layout import Layout
from paper_figures.palette import COLOURS

__all__ = ["settings", "suited"]


def suited(layout: Layout, width: str) -> Layout:
    """The layout for a page: as it is, or folded into one column."""
    return layout.in_one_column() if width == "column" else layout


def settings(layout: Layout, width: str = "neurips") -> dict[str, Any]:
    """The matplotlib settings of a figure: a page's widths, Okabe and Ito's colours, TrueType in PDF.

    Parameters
    ----------
    layout : Layout
        Suited to the page.
    width : "neurips", "icml" or "column"
    """
    full = figsizes.neurips2024 if width == "neurips" else figsizes.icml2024_full
    size = (full if layout.full_width else figsizes.icml2024_half)()
    inches, _ = size["figure.figsize"]
    return {
        **fontsizes.icml2024(),
        **axes.lines(),
        **size,
        "figure.figsize": (inches, layout.height * inches),
        "axes.labelsize": 7,
        "axes.titlesize": 7.5,
        "axes.prop_cycle": cycler(color=list(COLOURS.values())),
        "axes.spines.right": False,
        "axes.spines.top": False,
        "axes.unicode_minus": True,
        "font.family": "sans-serif",
        "font.sans-serif": ["DejaVu Sans"],  # matplotlib's own, so that a figure looks the same on every machine
        "legend.frameon": False,
        "legend.handlelength": 2.2,
        "legend.labelspacing": 0.3,
        "mathtext.fontset": "dejavusans",
        "pdf.fonttype": 42,
        "ps.fonttype": 42,
        "savefig.dpi": 300,
        "savefig.facecolor": "white",
    }
