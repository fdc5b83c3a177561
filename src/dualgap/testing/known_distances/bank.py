"""The problems that every estimator can be asked."""

from __future__ import annotations

from functools import cache

from dualgap.testing.known_distances.closed_sets import Centres, Circle, Sphere, Subspace
from dualgap.testing.known_distances.funnels import min_funnel
from dualgap.testing.known_distances.nearest_point import mixtures, nearest_point, scale
from dualgap.testing.known_distances.problem import KnownDistance
from dualgap.testing.known_distances.quadratic import convex_map, gaussians
from dualgap.testing.known_distances.shifts import shift
from dualgap.validation import real

__all__ = ["problems"]


def problems(*, order: float = 1.0) -> tuple[KnownDistance, ...]:
    """Those of one order, 1 or 2, in dimensions from 1 to 32, in a fixed order.

    Parameters
    ----------
    order : 1 or 2

    Returns
    -------
    tuple of KnownDistance

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> len(problems()) >= 12, {problem.order for problem in problems(order=2)}
    (True, {2.0})
    """
    return _problems(real(order, "order", at_least=1, at_most=2))


@cache
def _problems(order: float) -> tuple[KnownDistance, ...]:
    found = [shift(d, by=1.0, order=order) for d in (1, 8, 32)]
    found += [scale(d, factor=factor, order=order) for d in (1, 2, 8, 32) for factor in (0.5, 2.0)]
    for d in (2, 8, 32):
        found += [nearest_point(d, to, order=order) for to in (Circle(), Sphere(), Subspace(d // 2), Centres())]
        found += [mixtures(d, order=order)]
    if order == 1:
        found += [min_funnel(d, number) for d, number in ((2, 4), (8, 16), (32, 64))]
    if order == 2:
        found += [gaussians(d) for d in (1, 2, 8, 32)] + [convex_map(d) for d in (1, 2, 8, 32)]
    return tuple(found)
