"""Moments of the distance of a standard normal vector to a point, a sphere and a circle."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from scipy import special

__all__ = ["circle_moment", "noncentral_moment", "radial_moment", "sphere_moment"]

#: Gauss-Legendre nodes of a panel.
NODES = 32
#: Panels shrink by this factor towards a kink, this many times: what is left of it is 1e-8 wide.
SHRINK, PANELS = 0.25, 13
#: A chi variable is farther from the root of its degrees of freedom than this with probability below 1e-22.
FAR = 10.0
#: Of Kummer's series: about |a|^2 times e / 2 are enough.
TERMS = 10**8


def radial_moment(freedom: int, order: float) -> float:
    """E |Z|^p of a standard normal Z in R^m.

    .. math:: 2^{p/2} \\, \\Gamma((m + p)/2) \\, / \\, \\Gamma(m/2)

    Examples
    --------
    >>> round(radial_moment(3, 2.0), 12)
    3.0
    """
    return math.exp(order / 2 * math.log(2) + special.gammaln((freedom + order) / 2) - special.gammaln(freedom / 2))


def noncentral_moment(freedom: int, order: float, square: float) -> float:
    """E |a + Z|^p of a standard normal Z in R^m, with |a|^2 the square.

    .. math:: E |Z|^p \\; {}_1F_1(-p/2; \\, m/2; \\, -|a|^2 / 2)

    in mpmath, which has as many digits as the terms cancel: in doubles the function overflows from some m on.

    Examples
    --------
    >>> round(noncentral_moment(1000, 2.0, 250.0), 9)
    1250.0
    """
    import mpmath

    # a context of its own: what precision the user set for theirs says nothing here
    kummer = mpmath.MPContext().hyp1f1(-order / 2, freedom / 2, -square / 2, maxterms=TERMS)
    return radial_moment(freedom, order) * float(kummer)


def sphere_moment(dimension: int, order: float, radius: float) -> float:
    """E | |Z| - radius |^p, by quadrature on panels that shrink towards the radius.

    Examples
    --------
    >>> abs(sphere_moment(4, 2.0, 1.5) - (4 - 3 * radial_moment(4, 1.0) + 2.25)) < 1e-12
    True
    """
    r, weights = _nodes(_edges(radius, dimension))
    return float((weights * _chi_density(r, dimension)) @ abs(r - radius) ** order)


def circle_moment(dimension: int, order: float, radius: float) -> float:
    """E ((R - radius)^2 + H^2)^(p/2), with R and H the lengths of the first two coordinates and of the others.

    Examples
    --------
    >>> abs(circle_moment(2, 1.0, 1.5) - sphere_moment(2, 1.0, 1.5)) < 1e-12
    True
    """
    if dimension == 2:
        return sphere_moment(2, order, radius)
    r, first = _nodes(_edges(radius, 2))
    h, second = _nodes(_edges(0.0, dimension - 2))
    distances = np.hypot((r - radius)[:, None], h) ** order
    return float((first * _chi_density(r, 2)) @ distances @ (second * _chi_density(h, dimension - 2)))


def _chi_density(r: np.ndarray, freedom: int) -> np.ndarray:
    constant = (1 - freedom / 2) * math.log(2) - special.gammaln(freedom / 2)
    return np.exp(constant + special.xlogy(freedom - 1, r) - r**2 / 2)


def _edges(kink: float, freedom: int) -> Iterable[float]:
    """Of the panels from 0 to where the density ends: unit ones, that shrink towards the kink on both sides of it."""
    end = max(kink, math.sqrt(freedom)) + FAR
    shrinking = SHRINK ** np.arange(PANELS)
    return sorted({0.0, kink, end, *np.arange(1, end), *(kink + shrinking), *np.maximum(kink - shrinking, 0)})


def _nodes(edges: Iterable[float]) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights of the Gauss-Legendre rule on each panel."""
    edges = np.array(list(edges))
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    half = np.diff(edges)[:, None] / 2
    return ((edges[:-1, None] + half) + half * nodes).ravel(), (half * weights).ravel()
