"""The Renyi divergences of laws on common atoms, and of singular laws."""

from __future__ import annotations

from typing import Any

from dualgap.bracket import Bracket
from dualgap.divergences import discrete, singular
from dualgap.divergences.generators import Power
from dualgap.divergences.rules import RenyiRule
from dualgap.measures import Histogram, Measure, Points

__all__ = ["between_singular", "histograms", "is_singular", "points"]


def histograms(p: Histogram, q: Histogram, *, order: float) -> Bracket:
    """Sum over the common atoms, with full relative accuracy near p = q."""
    return discrete.of_histograms(p, q, RenyiRule(Power(order)))


def points(p: Points, q: Points, *, order: float) -> Bracket:
    """Sum over the atoms, matched by exact equality of their coordinates."""
    return discrete.of_points(p, q, RenyiRule(Power(order)))


def is_singular(p: Measure, q: Measure, *, order: float = 1.0, **options: Any) -> bool:
    """Whether the supports alone make it infinite."""
    return bool(singular.why_singular(p, q) or (order >= 1 and singular.why_not_continuous(p, q)))


def between_singular(p: Measure, q: Measure, *, order: float) -> Bracket:
    """Infinite, because one law has mass where the other has none."""
    return singular.infinite(p, q)
