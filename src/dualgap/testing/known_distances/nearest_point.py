"""Laws drawn towards a closed set: the Wasserstein distance of every order, whatever the set."""

from __future__ import annotations

from typing import Any

import numpy as np

from dualgap.errors import InvalidInput
from dualgap.testing.known_distances.closed_sets import ClosedSet, Origin, SubspaceOfMixture
from dualgap.testing.known_distances.problem import KnownDistance
from dualgap.validation import count, order_of_distance, real

__all__ = ["mixtures", "nearest_point", "scale"]


def nearest_point(dimension: int, to: ClosedSet, *, kept: float = 0.5, order: float = 1.0) -> KnownDistance:
    """A law P, and the law of s X + (1 - s) pi(X): every point goes the same share of its way to a closed set A.

    .. math:: W_p = (1 - s) \\big( E \\, \\mathrm{dist}(X, A)^p \\big)^{1/p}, \\qquad
              f = (1 - s)^{p-1} \\mathrm{dist}^p, \\quad g = -(1 - s)^{p-1} s^{1-p} \\, \\mathrm{dist}^p

    A point on the segment from x to its nearest point has that nearest point too, so that the way is exactly the change of
    the distance, which is 1-Lipschitz; f and g are the potentials of the map r -> s r of the half-line.

    Parameters
    ----------
    dimension : int
    to : ClosedSet
        :class:`Circle`, :class:`Sphere`, :class:`Subspace` or :class:`Centres`; it comes with P.
    kept : float in [0, 1)
        s.
    order : float, at least 1

    Returns
    -------
    KnownDistance
        Exact. Without potentials where s = 0 and p > 1: g is then finite on A alone.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> from dualgap.testing.known_distances import Subspace
    >>> round(nearest_point(3, Subspace(2)).value, 12)  # half of E|N(0, 1)|
    0.398942280401
    """
    d, p = count(dimension, "dimension"), order_of_distance(order)
    s = real(kept, "kept", at_least=0, below=1)
    if not isinstance(to, ClosedSet):
        raise InvalidInput(f"to must be a ClosedSet such as Sphere(1.0), got {to!r}", argument="to")
    if d < to.least_dimension:
        raise InvalidInput(
            f"dimension must be at least {to.least_dimension} for {to.label}, got {d}", argument="dimension"
        )
    slope = (1 - s) ** (p - 1)

    def pairing(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        x = to.draw(n, d, rng)
        return x, s * x + (1 - s) * to.project(x)

    def potential(points: Any) -> Any:
        return slope * to.distance(points) ** p

    def partner(points: Any) -> Any:
        return -slope * s ** (1 - p) * to.distance(points) ** p

    known = s > 0 or p == 1
    return KnownDistance(
        name=f"towards {to.label}, d = {d}",
        dimension=d,
        order=p,
        value=(1 - s) * to.moment(d, p) ** (1 / p),
        pairing=pairing,
        potential=potential if known else None,
        partner=partner if known else None,
    )


def scale(dimension: int, *, factor: float, order: float = 1.0) -> KnownDistance:
    """N(0, I) and N(0, s^2 I).

    .. math:: W_p = |s - 1| \\sqrt 2 \\left( \\frac{\\Gamma((d+p)/2)}{\\Gamma(d/2)} \\right)^{1/p}

    For p = 1 the potential is a cone, upright for s < 1 and hanging for s > 1.

    Parameters
    ----------
    dimension : int
    factor : float above 0, not 1
        s.
    order : float, at least 1

    Returns
    -------
    KnownDistance
        Exact.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> round(scale(4, factor=2.0, order=2).value, 12)  # sqrt(d)
    2.0
    """
    s = real(factor, "factor", above=0)
    if s == 1:
        raise InvalidInput("factor must differ from 1: the laws would be the same", argument="factor")
    wide = nearest_point(dimension, Origin(), kept=min(s, 1 / s), order=order)
    p, unit = wide.order, max(s, 1.0)  # for s > 1, Q is the wide one, and P is Q drawn towards 0

    def pairing(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        x = rng.normal(size=(n, wide.dimension))
        return x, s * x

    def scaled(function: Any) -> Any:
        return lambda points: unit**p * function(points / unit)

    f, g = (wide.potential, wide.partner) if s < 1 else (wide.partner, wide.potential)
    return KnownDistance(
        name=f"scaled by {s:g}, d = {wide.dimension}",
        dimension=wide.dimension,
        order=p,
        value=unit * wide.value,
        pairing=pairing,
        potential=scaled(f),
        partner=scaled(g),
    )


def mixtures(
    dimension: int,
    *,
    number: int = 4,
    rank: int = 1,
    spread: float = 2.0,
    deviation: float = 0.5,
    kept: float = 0.5,
    order: float = 1.0,
    seed: int = 0,
) -> KnownDistance:
    """A mixture of Gaussians, and the one that it becomes when it is drawn towards a subspace: a mixture of flat ones.

    .. math:: W_p = (1 - s) \\Big( \\tfrac1K \\sum_k E |m_k' + \\sigma Z|^p \\Big)^{1/p}, \\qquad Z \\sim N(0, I_{d - r})

    with m' the coordinates of the means that the subspace does not have; each moment is Kummer's function.

    Parameters
    ----------
    dimension : int
    number : int
        K, of components.
    rank : int
        r, of the subspace, below the dimension.
    spread, deviation : float
        Of the means, and of each component.
    kept : float in [0, 1)
        s.
    order : float, at least 1
    seed : int
        Of the means.

    Returns
    -------
    KnownDistance
        Exact.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> problem = mixtures(2, number=3)
    >>> problem.dimension, problem.standard_error
    (2, 0.0)
    """
    law = SubspaceOfMixture(rank=rank, number=number, spread=spread, deviation=deviation, seed=seed)
    return nearest_point(dimension, law, kept=kept, order=order)
