"""Masses on a common finite support."""

from __future__ import annotations

from dataclasses import InitVar, dataclass
from typing import Any, final

from dualgap import validation
from dualgap.measures.measure import Measure

__all__ = ["Histogram"]


@final
@dataclass(frozen=True, eq=False)
class Histogram(Measure):
    """Masses on a common finite support: entry i of one histogram and of another belong to the same atom.

    Parameters
    ----------
    weights : (..., n) array
        Non-negative, summing to 1 along the last axis; the leading axes are independent histograms. A numpy array, a
        torch tensor (whose gradient is kept) or a list.

    Raises
    ------
    InvalidInput
        For nan, infinite or negative weights, an empty support, or weights that do not sum to 1.

    Examples
    --------
    >>> import dualgap as dg
    >>> dg.Histogram([0.25, 0.75]).weights
    array([0.25, 0.75])
    """

    weights: Any
    _name: InitVar[str] = "weights"

    def __post_init__(self, _name: str) -> None:
        object.__setattr__(self, "weights", validation.probabilities(self.weights, _name))

    @property
    def dimension(self) -> None:
        """None: the atoms have no position."""
        return None
