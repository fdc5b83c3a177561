"""The colours of Okabe and Ito, which the colour-blind tell apart, and lines and marks that remain apart in grey."""

from __future__ import annotations

__all__ = ["COLOURS", "GREY", "LINES", "MARKS"]

COLOURS = {
    "blue": "#0072B2",
    "vermilion": "#D55E00",
    "green": "#009E73",
    "purple": "#CC79A7",
    "sky": "#56B4E9",
    "orange": "#E69F00",
}

GREY = "#6F6F6F"

#: Styles of line, in the order of the colours: what colour says to most, these say to everyone.
LINES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 0.8)))
#: Marks, in the order of the colours.
MARKS = ("o", "s", "^", "D", "v", "P")
