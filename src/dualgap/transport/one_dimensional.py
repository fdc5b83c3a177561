"""Transport on the line: the sorted coupling is optimal for every convex cost."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, final

import numpy as np
from scipy import sparse

from dualgap.bracket import Bracket, Certificate, Guarantee
from dualgap.errors import CertificateError, InvalidInput
from dualgap.measures import Points
from dualgap.threads import over_cores
from dualgap.transport.discrete import (
    TorchKind,
    exact_up_to_rounding,
    in_kind_of,
    proved,
    require_representable,
    wants_gradient,
)
from dualgap.transport.envelope import root
from dualgap.transport.evidence import require_array, require_number, require_pair
from dualgap.transport.ground import ROUNDOFF
from dualgap.transport.wasserstein import WASSERSTEIN
from dualgap.validation import MASS_TOLERANCE, detached, is_torch

__all__ = ["LineCertificate", "line_bounds", "line_masses", "monotone_coupling"]

#: Why bounds on the line are further apart than usual.
ROUNDED = "masses or distances are so small beside others that their rounding shows in the distance"

#: Sorting as many numbers takes a millisecond, ten times what starting a thread does.
WORTH_A_THREAD = 50_000

#: What underflow may take from a number.
UNDERFLOW = 2.0**-1073


@WASSERSTEIN.route(
    "one_dimensional",
    Points,
    Points,
    Guarantee.EXACT,
    when=lambda p, q, cost=None, **options: cost is None and p.dimension == q.dimension == 1,
    needs="points on the line and no cost",
)
def on_the_line(p: Points, q: Points, *, order: float, ground: str, cost: Any) -> Bracket:
    """Sorting: the mass at every quantile of p goes to the same quantile of q."""
    points = (detached(p.points)[:, 0], detached(q.points)[:, 0])
    masses = (line_masses(p.weights), line_masses(q.weights))
    number, lower, upper = (float(one) for one in line_bounds(*points, *masses, order))
    require_representable(upper)
    certificate = LineCertificate(lower=lower, upper=upper, points=points, masses=masses, order=order)
    guarantee = exact_up_to_rounding(lower, upper)
    value: Any = in_kind_of(number, p.points, q.points)
    if wants_gradient(p.points, q.points, p.weights, q.weights):
        value = _differentiable(p, q, certificate)
    return proved(
        value, certificate, guarantee, "one_dimensional", reason="" if guarantee is Guarantee.EXACT else ROUNDED
    )


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class LineCertificate(Certificate):
    """Two discrete measures on the line: the monotone coupling is optimal, so one number is both bounds.

    .. math:: W_p^p(\\mu, \\nu) = \\int_0^1 |F^{-1}(t) - G^{-1}(t)|^p \\, dt, \\qquad p \\ge 1

    Parameters
    ----------
    lower, upper : float
    points : pair of (..., n) and (..., m) arrays
    masses : pair of (n,) and (m,) arrays, None for equal masses
    order : float

    Reference: villani2009
    """

    points: tuple[np.ndarray, np.ndarray]
    masses: tuple[np.ndarray | None, np.ndarray | None]
    order: float

    def bounds(self) -> tuple[Any, Any]:
        """The integral again, from the measures, widened by the rounding of its sums."""
        x, y = self._required()
        if x.ndim == 1:
            _, lower, upper = line_bounds(x, y, *self.masses, self.order)
            return float(lower), float(upper)
        flat = x.reshape(-1, x.shape[-1]), y.reshape(-1, y.shape[-1])
        _, lower, upper = line_bounds(*flat, *self.masses, self.order)
        return lower.reshape(x.shape[:-1]), upper.reshape(x.shape[:-1])

    def _required(self) -> tuple[np.ndarray, np.ndarray]:
        """The points, once they and the masses can be computed with."""
        require_number(self.order, "order", at_least=1)
        points = require_pair(self.points, "points")
        batch = (None,) * max(0, np.ndim(points[0]) - 1)
        x, y = (require_array(one, "points", (*batch, None)) for one in points)
        if x.shape[:-1] != y.shape[:-1]:
            raise CertificateError(f"points must have the same leading axes, got shapes {x.shape} and {y.shape}")
        for masses, one in zip(require_pair(self.masses, "masses"), (x, y), strict=True):
            if masses is None:
                continue
            given = require_array(masses, "masses", one.shape[-1:])
            if (given < 0).any() or not abs(math.fsum(given) - 1) <= MASS_TOLERANCE["float32"]:
                raise CertificateError("masses must not be negative and sum to 1")
        return x, y

    @cached_property
    def plan(self) -> sparse.csr_array:
        """The monotone coupling, at most n + m - 1 entries."""
        self._single("plan")
        i, j, mass, _ = monotone_coupling(*self.points, *self.masses)
        there = mass > 0
        shape = (len(self.points[0]), len(self.points[1]))
        return sparse.csr_array(sparse.coo_array((mass[there], (i[there], j[there])), shape=shape))

    @cached_property
    def potentials(self) -> tuple[np.ndarray, np.ndarray]:
        """Optimal potentials, by equality along the staircase of the coupling.

        Where the staircase moves from atom i to the next, f changes as the cost does; for a convex cost of differences
        that is feasible for all pairs, because the costs between sorted atoms form a Monge array.
        """
        self._single("potentials")
        x, y = self.points
        by_x, by_y = np.argsort(x), np.argsort(y)
        a, b = _sorted(self.masses[0], by_x), _sorted(self.masses[1], by_y)
        i, j, _, _ = _staircase(a, b, len(x), len(y))
        i, j = by_x[i], by_y[j]
        cost = np.abs(x[i] - y[j]) ** self.order
        change = np.diff(cost)
        f, g = np.zeros(len(x)), np.zeros(len(y))
        moves = i[1:] != i[:-1]
        f[i[1:][moves]] = np.cumsum(change[moves])
        g[j[0]] = cost[0]
        g[j[1:][~moves]] = cost[0] + np.cumsum(change[~moves])
        return f, g

    def _single(self, what: str) -> None:
        if self.points[0].ndim > 1:
            raise InvalidInput(f"{what} must be asked for one pair at a time: dg.wasserstein(x[k], y[k]).{what}")


def monotone_coupling(
    x: np.ndarray, y: np.ndarray, a: np.ndarray | None, b: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """The sorted coupling of two discrete measures on the line.

    Parameters
    ----------
    x : (n,) array
    y : (m,) array
    a, b : (n,) and (m,) arrays, or None for equal masses

    Returns
    -------
    i, j, mass : (k,) arrays
        Mass ``mass[k]`` goes from atom i[k] of x to atom j[k] of y.
    error : float
        By how much a cumulated mass may be off by rounding.

    Examples
    --------
    >>> import numpy as np
    >>> i, j, mass, error = monotone_coupling(np.array([2.0, 1.0]), np.array([5.0]), None, None)
    >>> i, j, mass, error
    (array([1, 0]), array([0, 0]), array([0.5, 0.5]), 0.0)
    """
    by_x, by_y = np.argsort(x), np.argsort(y)
    if len(x) == len(y):
        if a is None and b is None:
            return by_x, by_y, np.full(len(x), 1 / len(x)), 0.0
        if a is not None and b is not None and np.array_equal(a[by_x], b[by_y]):
            return by_x, by_y, a[by_x] / math.fsum(a), 0.0
    i, j, mass, error = _staircase(_sorted(a, by_x), _sorted(b, by_y), len(x), len(y))
    there = mass > 0
    return by_x[i[there]], by_y[j[there]], mass[there], error


def line_bounds(x: np.ndarray, y: np.ndarray, a: np.ndarray | None, b: np.ndarray | None, order: float) -> Any:
    """W_p between measures on the line, and its bounds; the leading axes are independent pairs.

    Parameters
    ----------
    x : (..., n) array
    y : (..., m) array
    a, b : (n,) and (m,) arrays, or None for equal masses
        Shared by all pairs.
    order : float

    Returns
    -------
    value, lower, upper : (...) arrays
    """
    if a is b is None:
        x, y = _at_once(np.sort, (x,), (y,))
        if x.shape[-1] == y.shape[-1]:
            return _bounded(x, y, None, 0.0, order)
        i, j, mass, error = _staircase(None, None, x.shape[-1], y.shape[-1])
        return _bounded(x[..., i], y[..., j], mass, error, order)
    if x.ndim > 1:
        rows = [line_bounds(one, other, a, b, order) for one, other in zip(x, y, strict=True)]
        return tuple(np.array(column) for column in zip(*rows, strict=True))
    (x, first), (y, second) = _at_once(_ascending, (x, a), (y, b))
    if first is not None and second is not None and np.array_equal(first, second):
        return _bounded(x, y, first / math.fsum(first), 0.0, order)
    if np.array_equal(x, y) and _same_atoms(x, y, first, second):
        return 0.0, 0.0, 0.0
    i, j, mass, error = _staircase(first, second, len(x), len(y))
    x, y = _at_once(np.take, (x, i), (y, j))
    return _bounded(x, y, mass, error, order)


def _at_once(work: Callable[..., Any], *sides: tuple[Any, ...]) -> list[Any]:
    """The work on each side, on two cores where the sides are large enough to repay the threads."""
    if min(np.size(side[0]) for side in sides) < WORTH_A_THREAD:
        return [work(*side) for side in sides]
    return over_cores(lambda side: work(*side), sides)


def _ascending(points: np.ndarray, masses: np.ndarray | None) -> tuple[np.ndarray, np.ndarray | None]:
    """The points in ascending order, and their masses in the same order."""
    if masses is None:
        return np.sort(points), None
    order = np.argsort(points)
    return points[order], masses[order]


def _same_atoms(x: np.ndarray, y: np.ndarray, a: np.ndarray | None, b: np.ndarray | None) -> bool:
    """Whether two measures hold the same pairs of position and mass, repeated positions in any order."""
    if a is None or b is None:
        return False
    by_x, by_y = np.lexsort((a, x)), np.lexsort((b, y))
    return np.array_equal(a[by_x], b[by_y])


def line_masses(weights: Any) -> np.ndarray | None:
    """Masses in float64, or None where all are equal."""
    one_number = not is_torch(weights) and weights.strides == (0,)
    return None if one_number or bool(weights.min() == weights.max()) else detached(weights)


def _sorted(masses: np.ndarray | None, order: np.ndarray) -> np.ndarray | None:
    return None if masses is None else masses[order]


def _staircase(
    a: np.ndarray | None, b: np.ndarray | None, n: int, m: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """The coupling of n sorted atoms with m as a path of n + m - 1 cells (i, j), and the error of its cumulated masses.

    It moves by one atom at a time, through cells without mass where knots coincide.
    """
    if a is None and b is None:  # cumulated masses in units of 1/(nm) are integers: exact
        sides = [np.arange(1, n) * m, np.arange(1, m) * n]
        error, total = 0.0, n * m
    else:
        sides = [one[:-1] for one in _at_once(_cumulated, (a, n), (b, m))]
        error, total = 4 * ROUNDOFF * (math.sqrt(n) + math.sqrt(m) + 2), 1
    i = np.zeros(n + m - 1, dtype=np.intp)
    ends = np.full(n + m - 1, total, dtype=sides[0].dtype)

    def merge(first: np.ndarray, second: np.ndarray, start: tuple[int, int]) -> None:
        knots = np.concatenate([first, second])
        merged = np.argsort(knots, kind="stable")  # both halves ascend: the stable sort merges them in linear time
        here = sum(start)
        np.take(knots, merged, out=ends[here : here + len(knots)])
        rows = i[here + 1 : here + 1 + len(knots)]
        np.cumsum(merged < len(first), out=rows)
        rows += start[0]

    _at_once(merge, *_parts(*sides))
    mass = np.empty(n + m - 1)
    mass[0] = ends[0]
    np.subtract(ends[1:], ends[:-1], out=mass[1:])  # of integers, if they are: exact before the division
    if total != 1:
        mass /= total
    return i, np.arange(n + m - 1) - i, mass, error


def _parts(first: np.ndarray, second: np.ndarray) -> list[tuple[np.ndarray, np.ndarray, tuple[int, int]]]:
    """Both ascending arrays up to the middle of the first and from there on, with where each part starts in them."""
    if min(len(first), len(second)) < 2 * WORTH_A_THREAD:
        return [(first, second, (0, 0))]
    half = len(first) // 2
    other = int(np.searchsorted(second, first[half - 1], side="right"))
    return [(first[:half], second[:other], (0, 0)), (first[half:], second[other:], (half, other))]


def _cumulated(masses: np.ndarray | None, n: int) -> np.ndarray:
    """Cumulated masses, ending in 1; rows of sqrt(n) terms, so that each rounds 2 sqrt(n) times."""
    if masses is None:
        return np.arange(1, n + 1) / n
    width = math.isqrt(n - 1) + 1
    rows = np.zeros((-(-n // width), width))
    rows.ravel()[:n] = masses
    np.cumsum(rows, axis=1, out=rows)
    rows[1:] += np.cumsum(rows[:-1, -1])[:, None]
    knots = rows.ravel()[:n]
    knots /= knots[-1]
    return np.minimum(knots, 1.0, out=knots)


def _bounded(x: np.ndarray, y: np.ndarray, mass: np.ndarray | None, error: float, order: float) -> Any:
    """(sum mass |x - y|^p)^(1/p) of coupled atoms, and its bounds when cumulated masses are off by ``error``.

    Quantile functions off by W_1 at most error * (range) change the integral by at most p D^(p-1) times that, where D
    is the largest distance between any two atoms. Each number may lose a little to underflow. Both ascend along the last
    axis, and x is overwritten.
    """
    least, most = np.minimum(x[..., 0], y[..., 0]), np.maximum(x[..., -1], y[..., -1])
    # Differences and sums stay below overflow. A power of two rounds only what it makes underflow.
    huge = max(float(most.max()), -float(least.min())) > 2.0**900
    unit = 4.0 * 2.0 ** math.ceil(math.log2(x.shape[-1])) if huge else 1.0
    distance = np.subtract(x / unit, y / unit) if huge else np.subtract(x, y, out=x)
    np.abs(distance, out=distance)
    longest = np.float64(1.0)
    lost = np.where((distance.max(axis=-1) > 0) | (unit > 1), 4 * x.shape[-1] * UNDERFLOW, 0.0)
    if order == 1:
        number = distance.mean(axis=-1) if mass is None else np.multiply(distance, mass, out=distance).sum(axis=-1)
    else:
        longest = distance.max(axis=-1)
        longest = np.where(longest > 0, longest, 1.0)
        distance /= longest[..., None]
        distance **= order
        if mass is not None:
            distance *= mass
        total = distance.mean(axis=-1) if mass is None else distance.sum(axis=-1)
        number = longest * total ** (1 / order)
    relative = 2 * ROUNDOFF * (math.log2(x.shape[-1]) + 40 + 4 * order)
    if order > 1 and mass is not None:  # the terms of the power may underflow beside a tiny mass
        share = np.where(number > 0, number / longest, 1.0) ** order
        relative = relative + 2 * x.shape[-1] * UNDERFLOW / np.maximum(share, UNDERFLOW)
    lower, upper = np.maximum(0.0, number * (1 - relative) - lost), number * (1 + relative) + lost
    if error > 0:
        span = most / unit - least / unit
        moves, span = span > 0, np.where(span > 0, span, 1.0)  # no mass moves within a single position
        moved = 2 * error * order * moves
        lower = span * np.maximum(0.0, (lower / span) ** order - moved) ** (1 / order)
        upper = span * ((upper / span) ** order + moved) ** (1 / order) * (1 + 8 * ROUNDOFF)
    with np.errstate(over="ignore"):  # refused by who asks for it
        return number * unit, lower * unit, upper * unit


def _differentiable(p: Points, q: Points, certificate: LineCertificate) -> Any:
    """The value with derivatives in the points (through their sorted order) and in the masses (the potentials)."""
    kind = TorchKind.of(p.points, p.weights, q.points, q.weights)
    i, j, mass, _ = monotone_coupling(*certificate.points, *certificate.masses)
    rows, columns = kind.index(i), kind.index(j)
    distance = (kind.double(p.points)[rows, 0] - kind.double(q.points)[columns, 0]).abs()
    longest = float(distance.detach().max()) or 1.0  # powers of ratios: no power leaves float64
    total = (kind.double(mass) * (distance / longest) ** certificate.order).sum()
    both = (p.weights, q.weights)
    if any(is_torch(weights) and weights.requires_grad for weights in both):
        x, y = (one / longest for one in certificate.points)
        for weights, potential in zip(both, replace(certificate, points=(x, y)).potentials, strict=True):
            if is_torch(weights) and weights.requires_grad:
                share = kind.double(weights) / kind.double(weights).sum()
                total = total + ((share - share.detach()) * kind.double(potential)).sum()
    return kind.back(root(total, certificate.order) * longest)
