"""Funnels: laws that flow towards the centres of a lower envelope of cones, for which that envelope is the potential."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np

from dualgap.testing.known_distances.distance_to import pairwise
from dualgap.testing.known_distances.problem import KnownDistance
from dualgap.validation import count, is_torch

__all__ = ["min_funnel", "min_funnels"]

#: Half the side of the cube that the points are drawn in.
HALF = 2.5
#: Standard deviation of the heights b.
HEIGHT = 0.1
#: t is replaced by t^8 along a ray.
POWER = 8
#: Points handled at once.
BLOCK = 4096


def min_funnel(dimension: int, number: int, *, seed: int = 0, draws: int = 65_536) -> KnownDistance:
    """W_1 between a law and the uniform one on a cube, with a minimum of cones for a potential.

    .. math:: u(x) = \\min_n \\big( |x - a_n| + b_n \\big), \\qquad a_n \\sim U[-2.5, 2.5]^d, \\quad b_n \\sim 0.1\\, N(0, 1)

    Within the cell of n the ray from a_n through x ends, at length L, where another cone takes over or the cube ends. With
    :math:`t = |x - a_n| / L` and v the ray's direction, :math:`T(x) = a_n + t^8 L v` stays on the ray, so that
    :math:`u(x) - u(T x) = |x - T x|`. P is the law of T(x), Q that of x, the potential is -u and

    .. math:: W_1 = E \\big[ L (t - t^8) \\big].

    Parameters
    ----------
    dimension, number : int
        Of the space, and of the cones.
    seed : int
        Of the cones.
    draws : int, at least 2
        Of the Monte-Carlo mean that the value is: 65,536 leave a standard error of 0.2% to 0.4% of it.

    Returns
    -------
    KnownDistance

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> problem = min_funnel(2, 4, seed=0, draws=4096)
    >>> x, y = problem.pairs(1000, seed=1)
    >>> apart = np.linalg.norm(x - y, axis=1)
    >>> bool((abs(problem.potential(x) - problem.potential(y) - apart) < 1e-13).all())
    True

    Reference: korotin2022
    """
    count(dimension, "dimension")
    count(number, "number")
    count(seed, "seed", at_least=0)
    return _min_funnel(int(dimension), int(number), int(seed), count(draws, "draws", at_least=2))


def min_funnels(*, seed: int = 0, draws: int = 65_536) -> tuple[KnownDistance, ...]:
    """The 28 of the published comparison: dimensions 2, 4, ..., 128 by 4, 16, 64 and 256 cones.

    Parameters
    ----------
    seed, draws : int
        As for :func:`min_funnel`.

    Examples
    --------
    >>> len(min_funnels(draws=16))
    28

    Reference: korotin2022
    """
    return tuple(min_funnel(2**k, number, seed=seed, draws=draws) for number in (4, 16, 64, 256) for k in range(1, 8))


@lru_cache(maxsize=64)
def _min_funnel(d: int, number: int, seed: int, draws: int) -> KnownDistance:
    cones, base = np.random.default_rng((seed, d, number)).spawn(2)
    centres = cones.uniform(-HALF, HALF, (number, d))
    heights = HEIGHT * cones.normal(size=number)

    def pairing(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        y = rng.uniform(-HALF, HALF, (n, d))
        return np.concatenate([_moved(part, centres, heights) for part in _blocks(y)]), y

    def potential(points: Any) -> Any:
        if is_torch(points):
            import torch

            return -(pairwise(points, centres) + torch.as_tensor(heights).to(points)).min(1).values
        return np.concatenate([-(pairwise(part, centres) + heights).min(1) for part in _blocks(points)])

    x, y = pairing(draws, base)
    apart = np.linalg.norm(x - y, axis=1)
    return KnownDistance(
        name=f"funnel of {number} cones, d = {d}",
        dimension=d,
        order=1.0,
        value=float(apart.mean()),
        standard_error=float(apart.std(ddof=1)) / math.sqrt(draws),
        pairing=pairing,
        potential=potential,
        partner=lambda points: -potential(points),
    )


def _blocks(points: np.ndarray) -> list[np.ndarray]:
    return [points[start : start + BLOCK] for start in range(0, len(points), BLOCK)]


def _moved(x: np.ndarray, centres: np.ndarray, heights: np.ndarray) -> np.ndarray:
    """T(x)."""
    distances = pairwise(x, centres)
    own = (distances + heights).argmin(1)
    rows = np.arange(len(x))
    radius = distances[rows, own]
    direction = (x - centres[own]) / np.maximum(radius, np.finfo(float).tiny)[:, None]
    length = radius + _way_on(x, direction, own, distances, centres, heights)
    t = radius / length
    return centres[own] + (t**POWER * length)[:, None] * direction


def _way_on(
    x: np.ndarray, v: np.ndarray, own: np.ndarray, distances: np.ndarray, centres: np.ndarray, heights: np.ndarray
) -> np.ndarray:
    """How far each point can go along its ray until the cube ends or another cone is lower.

    Cone m is met where |x + r v - a_m| = beta + r, with beta = u(x) - b_m: squared, a linear equation in r, whose root counts
    where it is positive and beta + r is.
    """
    rows = np.arange(len(x))
    with np.errstate(divide="ignore", invalid="ignore"):
        sides = np.where(v > 0, (HALF - x) / v, np.where(v < 0, (-HALF - x) / v, np.inf))
        beta = (distances[rows, own] + heights[own])[:, None] - heights
        towards = (x * v).sum(1)[:, None] - v @ centres.T
        # |x - a_m| >= beta, as u is the minimum: the factors keep the sign that their product has
        roots = (distances - beta) * (distances + beta) / (2 * (beta - towards))
    roots = np.where((roots > 0) & (roots > -beta), roots, np.inf)
    roots[rows, own] = np.inf
    return np.minimum(sides.min(1), roots.min(1))
