"""What a claim predicts beside what was measured, and whether the one bears the other out."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from dualgap.errors import InvalidInput
from dualgap.validation import detached

__all__ = ["Evidence", "Relation"]


@final
class Relation(enum.StrEnum):
    """How the measured number must stand to the predicted one: *measured RELATION predicted*.

    Examples
    --------
    >>> Relation("<=").words
    'at most'
    """

    EQUAL = "=="
    DIFFERENT = "!="
    AT_MOST = "<="
    AT_LEAST = ">="
    BELOW = "<"
    ABOVE = ">"

    @property
    def words(self) -> str:
        """The relation as a person says it."""
        return _WORDS[self]


_WORDS = {
    Relation.EQUAL: "equal to",
    Relation.DIFFERENT: "different from",
    Relation.AT_MOST: "at most",
    Relation.AT_LEAST: "at least",
    Relation.BELOW: "below",
    Relation.ABOVE: "above",
}


@final
@dataclass(frozen=True, eq=False)
class Evidence:
    """One comparison of a prediction with a measurement: *measured relation predicted*, within a tolerance.

    Parameters
    ----------
    predicted, measured : number or array
        Arrays are compared entry by entry (they are broadcast), and every entry must satisfy the relation. Equal infinities are
        equal; nan satisfies nothing.
    relation : str or Relation
        ``"=="``, ``"!="``, ``"<="``, ``">="``, ``"<"`` or ``">"``.
    tolerance : number or array, at least 0
        What rounding may cost: added to the right side of ``<=`` and ``>=``, and the width of ``==``. For ``<``, ``>`` and ``!=``
        it is the other way round: the distance by which the two must be apart.
    what : str
        What is compared, in a few words.

    Raises
    ------
    InvalidInput
        For an unknown relation, a negative tolerance, an empty array, or shapes that do not broadcast.

    Examples
    --------
    >>> Evidence(predicted=1.0, measured=1.0 + 1e-13, relation="==", tolerance=1e-12).holds
    True
    >>> Evidence(predicted=0.0, measured=[0.5, -0.1], relation=">=", tolerance=0.0).holds
    False
    """

    predicted: Any
    measured: Any
    relation: Relation | str
    tolerance: Any
    what: str = ""

    def __post_init__(self) -> None:
        known = [str(one) for one in Relation]
        if self.relation not in known:
            raise InvalidInput(
                f"relation must be one of {', '.join(known)}, got {self.relation!r}", argument="relation"
            )
        object.__setattr__(self, "relation", Relation(self.relation))
        for name in ("predicted", "measured", "tolerance"):
            object.__setattr__(self, name, _numbers(getattr(self, name), name))
        if not (self.tolerance >= 0).all():
            raise InvalidInput(f"tolerance must be at least 0, got {self.tolerance}", argument="tolerance")
        shape = self._shape()
        for name in ("predicted", "measured", "tolerance"):
            object.__setattr__(self, name, np.broadcast_to(getattr(self, name), shape))

    @property
    def holding(self) -> np.ndarray:
        """Entry by entry, whether the relation is satisfied."""
        slack = self._slack()
        strict = self.relation in (Relation.BELOW, Relation.ABOVE, Relation.DIFFERENT)
        return slack > 0 if strict else slack >= 0

    @property
    def holds(self) -> bool:
        """Whether every entry satisfies the relation."""
        return bool(self.holding.all())

    @property
    def margins(self) -> np.ndarray:
        """Entry by entry, how far the relation is from failing; negative where it fails.

        For ``==`` in units of the tolerance: 1 when exact, 0 at the edge. For the others relative to the larger of the two numbers.
        """
        slack = self._slack()
        if self.relation is Relation.EQUAL:
            scale = np.where(self.tolerance > 0, self.tolerance, 1.0)
        else:
            size = np.maximum(np.maximum(np.abs(self.predicted), np.abs(self.measured)), self.tolerance)
            scale = np.where(np.isfinite(size) & (size > 0), size, 1.0)
        margins = slack / scale
        return np.where(np.isnan(margins), -np.inf, margins)

    @property
    def margin(self) -> float:
        """The smallest of :attr:`margins`."""
        return float(self.margins.min())

    def worst(self) -> Evidence:
        """The entry that comes nearest to failing, or fails worst, alone."""
        place = np.unravel_index(int(np.argmin(self.margins)), self.margins.shape)
        return Evidence(self.predicted[place], self.measured[place], self.relation, self.tolerance[place], self.what)

    def __repr__(self) -> str:
        worst = self if self.predicted.ndim == 0 else self.worst()
        said = f"{float(worst.measured):.10g} {worst.relation} {float(worst.predicted):.10g}"
        return f"Evidence({self.what + ': ' if self.what else ''}{said}, tolerance {float(worst.tolerance):.3g}: {self.holds})"

    def _shape(self) -> tuple[int, ...]:
        try:
            return np.broadcast_shapes(self.predicted.shape, self.measured.shape, self.tolerance.shape)
        except ValueError:
            raise InvalidInput(
                f"measured must broadcast with predicted, got shapes {self.measured.shape} and {self.predicted.shape}",
                argument="measured",
            ) from None

    def _slack(self) -> np.ndarray:
        """The distance to failing, in the unit of the numbers; nan where it is undecided."""
        p, m, t = self.predicted, self.measured, self.tolerance
        with np.errstate(invalid="ignore"):
            ahead = np.where(p == m, 0.0, m - p)  # equal infinities are equal
            return {
                Relation.EQUAL: t - np.abs(ahead),
                Relation.DIFFERENT: np.abs(ahead) - t,
                Relation.AT_MOST: t - ahead,
                Relation.AT_LEAST: t + ahead,
                Relation.BELOW: -t - ahead,
                Relation.ABOVE: ahead - t,
            }[Relation(self.relation)]


def _numbers(value: Any, name: str) -> np.ndarray:
    try:
        array = detached(value)
    except (TypeError, ValueError):
        raise InvalidInput(f"{name} must be a number or an array of numbers, got {value!r}", argument=name) from None
    if array.size == 0:
        raise InvalidInput(f"{name} must not be empty, got shape {array.shape}", argument=name)
    return array
