"""The energy distance."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any, final

import numpy as np
from array_api_compat import array_namespace
from scipy.special import erf

from dualgap.bracket import Bracket, Certificate, Guarantee
from dualgap.divergences.discrete import alike
from dualgap.divergences.kernel_means import EPS, of_points, root_bracket
from dualgap.divergences.kernel_samples import interval_of_samples
from dualgap.divergences.kernels import constant
from dualgap.divergences.line import LineLaw, NormalHump, line_law
from dualgap.divergences.normal_means import NormalMeansRecomputed, normal_parts
from dualgap.divergences.permutation import by_kernel
from dualgap.errors import InvalidInput
from dualgap.measures import Measure, Points, Samples
from dualgap.registry import Quantity
from dualgap.validation import detached, is_torch

__all__ = ["energy_distance"]

ENERGY = Quantity("energy_distance", bare=Points)


@final
@dataclass(frozen=True, kw_only=True)
class DistributionFunctions(Certificate):
    """Points on the line, for which the integral of (F - G)^2 is taken again in exact rational arithmetic.

    Parameters
    ----------
    x, p, y, q : (n,), (n,), (m,) and (m,) float64 arrays
        Positions and weights of both laws.
    """

    x: np.ndarray
    p: np.ndarray
    y: np.ndarray
    q: np.ndarray

    def bounds(self) -> tuple[float, float]:
        """The distance, twice."""
        ours, theirs = (sum(map(Fraction, weights.tolist()), Fraction(0)) for weights in (self.p, self.q))
        jumps: dict[Fraction, Fraction] = {}
        for points, weights, total in ((self.x, self.p, ours), (self.y, self.q, -theirs)):
            for point, weight in zip(map(Fraction, points.tolist()), map(Fraction, weights.tolist()), strict=True):
                jumps[point] = jumps.get(point, Fraction(0)) + weight / total
        places = sorted(jumps)
        square, difference = 0.0, Fraction(0)
        for place, following in pairwise(places):
            difference += jumps[place]
            square += float(2 * difference * difference * (following - place))
        return math.sqrt(square), math.sqrt(square)


@ENERGY.public
def energy_distance(p: Any, q: Any, *, method: str = "auto", **options: Any) -> Bracket:
    """The energy distance of two laws.

    .. math:: D(p, q) = \\sqrt{2 E|X - Y| - E|X - X'| - E|Y - Y'|}

    The distance itself, not its square, as in ``scipy.stats.energy_distance``: a metric between laws with a mean. On the
    line, D^2 is twice the integral of (F - G)^2. A bare array is read as Points.

    Parameters
    ----------
    p, q : measures on the same R^d, or what stands for them
        Points in any dimension; Gaussians and their mixtures on the line, with points among them; Samples.
    method : str
        ``"auto"`` or a name from ``methods_for(energy_distance, p, q)``.
    **options
        For Samples: ``confidence``, ``permutations`` (0 for none) and their ``seed``.

    Returns
    -------
    Bracket
        EXACT. Differentiable in torch for points, where it is not 0. For Samples ASYMPTOTIC, about the root of the unbiased
        square: for p other than q within 3 points of its level at n = 2,000, n = m or not, and nearly always at p = q; it
        fails for laws without a variance. With ``permutations`` its certificate has the ``p_value`` of p = q.

    Raises
    ------
    InvalidInput
        When p or q is no distribution, the dimensions differ, or no method takes the pair.

    Examples
    --------
    >>> import dualgap as dg
    >>> round(float(dg.energy_distance([0.0, 1.0], [2.0])), 12)
    1.58113883008
    >>> round(float(dg.energy_distance(dg.Gaussian(0.0, 1.0), dg.Gaussian(1.0, 1.0))), 9)
    0.736075118

    Reference: szekely2013
    """
    return ENERGY.compute(p, q, method=method, **options)


by_kernel(energy_distance, lambda **options: np.negative)


@ENERGY.route("sorted", Points, Points, Guarantee.EXACT, when=lambda p, q, **options: p.dimension == 1)
def _sorted(p: Points, q: Points) -> Bracket:
    """Twice the integral of (F - G)^2 between the sorted points: no cancellation near p = q."""
    spread = _spread(p.points, q.points)
    x, y, dtype = alike(p.points, q.points)
    a, b, other = alike(p.weights, q.weights)
    a, x, _ = alike(a, x)
    b, y, _ = alike(b, y)
    xp = array_namespace(x)
    points = xp.concat([x[:, 0], y[:, 0]])
    signed = xp.concat([a / a.sum(), -b / b.sum()])
    order = xp.argsort(constant(points), stable=True)
    points, signed = xp.take(points, order), xp.take(signed, order)
    step = xp.cumulative_sum(signed)[:-1]
    with np.errstate(over="ignore"):
        square = 2 * xp.sum(step**2 * (points[1:] - points[:-1]))
    if not math.isfinite(float(constant(square))):
        raise InvalidInput("p and q must be so near each other that a double holds twice their distance; divide the points "
                           "by a common unit", argument="p")  # fmt: skip
    # F - G is a running sum of up to n terms of size at most 1, so its error is n eps, and its square twice that.
    n = len(points)
    gap = EPS * (n + 8)
    plain = float(constant(square))
    error = 2 * spread * gap * (gap + 2 * math.sqrt(plain / (2 * spread) if spread > 0 else 0.0)) + 16 * EPS * plain
    evidence = {
        "x": detached(p.points)[:, 0],
        "p": detached(p.weights),
        "y": detached(q.points)[:, 0],
        "q": detached(q.weights),
    }
    return root_bracket(square, error, dtype if dtype == other else None, "sorted",
                        lambda low, high: DistributionFunctions(lower=low, upper=high, **evidence))  # fmt: skip


@ENERGY.route("sum", Points, Points, Guarantee.EXACT)
def _points(p: Points, q: Points) -> Bracket:
    """Distances summed over all pairs of points."""
    spread = _spread(p.points, q.points)
    if 0 < spread < LEAST_SPREAD:
        raise InvalidInput("p and q must be so far apart that a double holds the squares of distances; divide the points "
                           "by a common unit", argument="p")  # fmt: skip
    return of_points(p, q, _negative_distance, lambda distances: -distances, max(spread, 1e-300), "sum")


#: Distances between these have squares that are normal floats.
LEAST_SPREAD, MOST_SPREAD = 1e-145, 1e153


def _spread(x: Any, y: Any, most: float = math.inf) -> float:
    """The diagonal of the box that holds the points, whose square has to be a double; on the line it has to be one itself."""
    everything = np.concatenate([detached(x), detached(y)])
    with np.errstate(over="ignore"):
        ranges = np.ptp(everything, axis=0)
        spread = math.hypot(*ranges)
    if not (spread < most and (len(ranges) == 1 or spread < MOST_SPREAD)):
        raise InvalidInput("p and q must be so near each other that a double holds the squares of distances; divide the "
                           "points by a common unit", argument="p")  # fmt: skip
    return spread


@ENERGY.route("u_statistic", Samples, Samples, Guarantee.ASYMPTOTIC)
def _unbiased(p: Samples, q: Samples, *, confidence: float = 0.95, permutations: int = 0, seed: int = 0) -> Bracket:
    """The unbiased square over pairs of different draws, with a normal interval, and a p-value by permutations."""
    _spread(p.points, q.points, 1e150)  # distances are squared on the line too
    return interval_of_samples(p, q, np.negative, math.inf, confidence=confidence, permutations=permutations, seed=seed)


def _negative_distance(squares: Any) -> Any:
    """-sqrt, without a slope at 0, where a point meets itself."""
    xp = array_namespace(squares)
    positive = squares > 0
    return -xp.where(positive, xp.sqrt(xp.where(positive, squares, xp.ones_like(squares))), xp.zeros_like(squares))


def _as_normal(law: Measure) -> LineLaw | None:
    """Points and normal laws on the line as humps, points with deviation 0."""
    if isinstance(law, Points) and law.dimension == 1:
        humps = tuple(NormalHump(float(x), 0.0) for x in detached(law.points)[:, 0])
        return LineLaw(detached(law.weights), humps)
    humps = line_law(law)
    return humps if humps is not None and all(isinstance(hump, NormalHump) for hump in humps.humps) else None


def _on_the_line(p: Measure, q: Measure, **options: Any) -> bool:
    differentiable = any(is_torch(getattr(law, "mean", getattr(law, "points", None))) for law in (p, q))
    return not differentiable and _as_normal(p) is not None and _as_normal(q) is not None


@ENERGY.route(
    "gaussian",
    Measure,
    Measure,
    Guarantee.EXACT,
    when=_on_the_line,
    needs="normal laws, their mixtures and points on the line",
)
def _gaussians(p: Measure, q: Measure) -> Bracket:
    """The closed form between normal laws on the line, summed over the components."""
    first, second = _as_normal(p), _as_normal(q)
    if first is None or second is None:
        return _points(p, q)  # pyright: ignore[reportArgumentType]
    _spread(_reach(first), _reach(second), 1e150)  # distances are squared in the exponent
    cross, ours, theirs = (_mean_distance(*pair) for pair in ((first, second), (first, first), (second, second)))
    error = 64 * EPS * (2 * cross + ours + theirs)
    parts = [normal_parts(list(_triples(law))) for law in (first, second)]
    return root_bracket(np.float64(2 * cross - ours - theirs), error, None, "gaussian",
                        lambda low, high: NormalMeansRecomputed(lower=low, upper=high, p=parts[0], q=parts[1],
                                                                bandwidth=None, error=error))  # fmt: skip


def _reach(law: LineLaw) -> np.ndarray:
    """Where the humps are, and a deviation to either side of them, (3 k, 1)."""
    with np.errstate(over="ignore"):
        return np.array([[hump.mode + side * hump.scale] for hump in law.humps for side in (-1, 0, 1)])


def _triples(law: LineLaw) -> Iterator[tuple[float, list[float], list[list[float]]]]:
    for weight, hump in zip(law.weights.tolist(), law.humps, strict=True):
        yield weight, [hump.mode], [[hump.scale**2]]


def _mean_distance(p: LineLaw, q: LineLaw) -> float:
    """E|X - Y|: the mean of the folded normal law, summed over components."""
    d = np.subtract.outer([hump.mode for hump in p.humps], [hump.mode for hump in q.humps])
    s = np.hypot.outer([hump.scale for hump in p.humps], [hump.scale for hump in q.humps])
    safe = np.where(s > 0, s, 1.0)
    folded = safe * math.sqrt(2 / math.pi) * np.exp(-((d / safe) ** 2) / 2) + d * erf(d / (safe * math.sqrt(2)))
    distance = np.where(s > 0, folded, np.abs(d))
    return float(p.weights / math.fsum(p.weights) @ distance @ (q.weights / math.fsum(q.weights)))
