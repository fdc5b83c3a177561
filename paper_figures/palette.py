"""The colours of Okabe and Ito, which the colour-blind tell apart."""

from __future__ import annotations

__all__ = ["COLOURS", "GREY"]

COLOURS = {
    "blue": "#0072B2",
    "vermilion": "#D55E00",
    "green": "#009E73",
    "purple": "#CC79A7",
    "sky": "#56B4E9",
    "orange": "#E69F00",
}

GREY = "#767676"
