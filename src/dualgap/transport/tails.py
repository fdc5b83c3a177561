"""Laws whose tails have no moment of the order: the distance to every law that has one is infinite."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from dualgap.bracket import Bracket, Guarantee
from dualgap.measures import Density, Gaussian, Measure, Points
from dualgap.transport.wasserstein import WASSERSTEIN

__all__ = ["moments_below"]

#: For families of scipy.stats: E |X|^p is finite for p below this, and infinite from it on.
_TAILS: dict[str, Callable[[dict[str, float]], float]] = {
    "cauchy": lambda shape: 1.0,
    "halfcauchy": lambda shape: 1.0,
    "foldcauchy": lambda shape: 1.0,
    "levy": lambda shape: 0.5,
    "levy_l": lambda shape: 0.5,
    "t": lambda shape: shape["df"],
    "pareto": lambda shape: shape["b"],
    "lomax": lambda shape: shape["c"],
    "fisk": lambda shape: shape["c"],
    "invweibull": lambda shape: shape["c"],
    "invgamma": lambda shape: shape["a"],
    "betaprime": lambda shape: shape["b"],
    "f": lambda shape: shape["dfd"] / 2,
} | dict.fromkeys(
    ("expon", "gamma", "laplace", "logistic", "lognorm", "gumbel_r", "gumbel_l", "weibull_min", "chi2", "halfnorm"),
    lambda shape: math.inf,
)


def moments_below(law: Measure) -> float | None:
    """E |X|^p of a law on the line is finite for p below this number and infinite from it on; None where it is unknown.

    Examples
    --------
    >>> from scipy import stats
    >>> from dualgap.measures.convert import as_measure
    >>> moments_below(as_measure(stats.t(3), "p", bare=Points))
    3.0
    """
    if isinstance(law, (Points, Gaussian)):
        return math.inf
    if not isinstance(law, Density):
        return None
    if law.support is not None and np.isfinite(law.support).all():
        return math.inf
    if law.family is None or law.family.name not in _TAILS:
        return None
    return _TAILS[law.family.name](law.family.numbers)


def _one_lacks(p: Measure, q: Measure, *, order: float = 1, cost: Any = None, **options: Any) -> bool:
    if cost is not None or not p.dimension == q.dimension == 1:
        return False
    first, second = moments_below(p), moments_below(q)
    return first is not None and second is not None and (first <= order) != (second <= order)


_NEEDS = "laws on the line of which one is known to have no moment of the order, and the other to have one"


@WASSERSTEIN.route("moments", Measure, Measure, Guarantee.EXACT, when=_one_lacks, needs=_NEEDS)
def without_moment(p: Measure, q: Measure, *, order: float, ground: str, cost: Any) -> Bracket:
    """Infinite by the triangle inequality through a point: one law has a moment of the order, the other has none."""
    lacking = "p" if (moments_below(p) or math.inf) <= order else "q"
    return Bracket(
        value=math.inf,
        lower=math.inf,
        upper=math.inf,
        guarantee=Guarantee.EXACT,
        method="moments",
        reason=f"infinite because {lacking} has no moment of order {order:g} and the other law has one",
    )
