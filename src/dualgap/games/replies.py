"""What both players' best replies are worth, enclosed: what a duality gap and a game's value are made of."""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias, final

import numpy as np
import torch

from dualgap.bracket import Certificate
from dualgap.errors import CertificateError, InvalidInput
from dualgap.games.exact import outward
from dualgap.games.sets import StrategySet

__all__ = ["Enclosure", "RepliesCertificate", "ValueCertificate", "require_strategies"]

#: Two numbers that a third lies between: rational where they are exact, infinite where there is no bound.
Enclosure: TypeAlias = tuple[Fraction | float, Fraction | float]

#: A strategy that projection or normalisation put into its set lies outside by rounding only.
FEASIBILITY_TOLERANCE = 1e-9


@dataclass(frozen=True, kw_only=True, eq=False)
class RepliesCertificate(Certificate):
    """The gap of a pair of strategies, as the difference of two enclosed numbers.

    .. math:: \\mathrm{gap} = \\sup_{y' \\in Y} f(x, y') - \\inf_{x' \\in X} f(x', y)
    """

    @abstractmethod
    def replies(self) -> tuple[Enclosure, Enclosure]:
        """Enclosures of the supremum and of the infimum.

        Raises
        ------
        CertificateError
            When the evidence is not admissible.
        """

    def bounds(self) -> tuple[float, float]:
        """The gap, rounded outwards; never below 0.

        Raises
        ------
        CertificateError
            When the evidence is not admissible.
        """
        (above_low, above_high), (below_low, below_high) = self.replies()
        return (
            max(0.0, _difference(above_low, below_high, 0)),
            max(0.0, _difference(above_high, below_low, 1)),
        )

    def reason(self) -> str:
        """Why the gap is infinite, or not bounded by this evidence; empty where it is finite."""
        above, below = self.replies()
        unbounded = [name for name, sure in (("y", math.isinf(above[0])), ("x", math.isinf(below[1]))) if sure]
        return f"infinite because {unbounded[-1]} gains without bound" if unbounded else ""


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class ValueCertificate(Certificate):
    """The value of a convex-concave game, between what each player's strategy is worth against the best reply.

    .. math:: \\inf_{x'} f(x', y) \\le \\min_x \\max_y f \\le \\sup_{y'} f(x, y')

    Parameters
    ----------
    lower, upper : float
    evidence : RepliesCertificate
        Of the pair's duality gap.
    """

    evidence: RepliesCertificate

    def bounds(self) -> tuple[float, float]:
        """Both sides, rounded outwards.

        Raises
        ------
        CertificateError
            When the evidence is not admissible.
        """
        above, below = self.evidence.replies()
        return _rounded(below[0], 0), _rounded(above[1], 1)


def require_strategies(
    sizes: tuple[int, int],
    points: tuple[np.ndarray, np.ndarray],
    sets: tuple[StrategySet, StrategySet],
    error: type[InvalidInput] | type[CertificateError],
) -> None:
    """Refuse strategies of other lengths, or outside their sets by more than rounding."""
    for size, point, one, name in zip(sizes, points, sets, "xy", strict=True):
        if point.shape != (size,) or not np.isfinite(point).all():
            raise error(f"{name} must be {size} finite numbers, got shape {point.shape}")
        outside = one.distance(torch.as_tensor(point))
        if outside > FEASIBILITY_TOLERANCE * (1 + math.hypot(*point)):
            raise error(f"{name} must lie in its set {one}, it is {outside:.3g} outside")


def _difference(first: Fraction | float, second: Fraction | float, end: int) -> float:
    if math.isinf(first) or math.isinf(second):
        return math.inf
    return outward(Fraction(first) - Fraction(second))[end]


def _rounded(number: Fraction | float, end: int) -> float:
    return float(number) if math.isinf(number) else outward(Fraction(number))[end]
