"""Elementwise terms of divergences that keep full relative accuracy, near p = q as far from it.

Everything is written in the relative difference

.. math:: t = \\frac{p - q}{p + q} \\in [-1, 1],

which is computed without cancellation. For abs(t) <= 0.2 the terms are power series in t; beyond, the direct
logarithms lose at most a factor of 6. The functions work on numpy arrays and torch tensors alike, and can be
differentiated at every point where the divergence can.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol, final

import numpy as np
from array_api_compat import array_namespace

from dualgap.validation import is_torch

__all__ = [
    "AtomPair",
    "Atoms",
    "chi_squared_terms",
    "hellinger_terms",
    "jeffreys_terms",
    "js_terms",
    "kl_terms",
    "variation_terms",
]

#: Where the power series in t take over from the logarithms.
SERIES = 0.2
#: With t^2 <= 0.04 the first term left out is below 1e-17 of the sum.
TERMS = 11
#: Below this ratio the quotient of two masses may be subnormal, and its logarithm inaccurate.
TINY_RATIO = 1e-290
#: Differences of so many masses stay in the cache.
CACHED = 1 << 15
#: Above this no mass, product or quotient of masses is near the ends of the doubles.
PLAIN = 1e-140


class AtomPair(Protocol):
    """What the terms read of two laws on common atoms; see :class:`Atoms` for what each means."""

    @property
    def xp(self) -> Any:
        """The array namespace."""

    @property
    def p(self) -> Any:
        """Masses of p."""

    @property
    def q(self) -> Any:
        """Masses of q."""

    @property
    def scaled(self) -> Any:
        """Masses of q on the scale of p."""

    @property
    def sum(self) -> Any:
        """p + q."""

    @property
    def larger(self) -> Any:
        """max(p, q)."""

    @property
    def t(self) -> Any:
        """(p - q) / (p + q)."""

    @property
    def near(self) -> Any:
        """Where t is small."""

    @property
    def log_ratio(self) -> Any:
        """ln(p/q)."""

    @property
    def shared(self) -> Any:
        """Where both have mass."""

    @property
    def missed(self) -> Any:
        """Where only p has mass."""

    @property
    def extra(self) -> Any:
        """Where only q has mass."""

    @property
    def plain(self) -> Any:
        """Whether no case has to be told apart."""


@final
@dataclass(frozen=True, eq=False)
class Atoms:
    """Two laws on the same atoms, given by raw masses whose sums P and Q may differ from 1 by rounding.

    The laws are p / P and q / Q. All terms are homogeneous of degree one in (p, q P / Q), so they are computed on that
    scale and their sum is divided by P.

    Parameters
    ----------
    p, q : (..., n) float64 arrays of one kind
    reach : float
        The largest abs(t) for which the power series is used.
    """

    p: Any
    q: Any
    reach: float = SERIES

    @cached_property
    def xp(self) -> Any:
        """The array namespace."""
        return array_namespace(self.p, self.q)

    @cached_property
    def total(self) -> Any:
        """P, of shape (..., 1)."""
        return self.xp.sum(self.p, axis=-1, keepdims=True)

    @cached_property
    def excess(self) -> Any:
        """Q - P, of shape (..., 1), from the differences: absolute error eps times their sum, not eps."""
        if is_torch(self.p) or is_torch(self.q) or self.p.shape[-1] <= CACHED or self.p.shape[-1] != self.q.shape[-1]:
            return self.xp.sum(self.q - self.p, axis=-1, keepdims=True)
        starts = range(0, self.p.shape[-1], CACHED)
        parts = [np.sum(self.q[..., i : i + CACHED] - self.p[..., i : i + CACHED], axis=-1) for i in starts]
        return np.sum(np.stack(parts, axis=-1), axis=-1, keepdims=True)

    @cached_property
    def scaled(self) -> Any:
        """q P / Q: what q would be if its masses had the same sum as those of p."""
        return self.q / (1 + self.excess / self.total)

    @cached_property
    def sum(self) -> Any:
        """p + q P / Q."""
        return self.p + self.scaled

    @cached_property
    def plain(self) -> bool:
        """Numpy masses that are all far from 0 and from underflow, so that no case has to be told apart."""
        arrays = not (is_torch(self.p) or is_torch(self.q))
        return arrays and bool(self.p.min() > PLAIN and self.q.min() > PLAIN)

    def blocks(self, size: int) -> Iterator[tuple[slice, Atoms]]:
        """The pairs in blocks of about ``size`` atoms that fit into the cache, each with its rows; for numpy."""
        p, q = (x.reshape(-1, x.shape[-1]) for x in np.broadcast_arrays(self.p, self.q))
        total, excess = (
            np.broadcast_to(x, (*self.excess.shape[:-1], 1)).reshape(-1, 1) for x in (self.total, self.excess)
        )
        rows = max(1, size // p.shape[-1])
        for row in range(0, len(p), rows):
            some = slice(row, row + rows)
            for column in range(0, p.shape[-1], size):
                part = Atoms(p[some, column : column + size], q[some, column : column + size], self.reach)
                part.__dict__.update(total=total[some], excess=excess[some])  # the cached sums of the whole
                yield some, part

    @cached_property
    def larger(self) -> Any:
        """max(p, q), 1 where both are 0: a scale for ratios; they do not depend on it, so it has no gradient."""
        largest = constant(self.xp.where(self.p > self.q, self.p, self.q))
        return self.xp.where(largest > 0, largest, self.xp.ones_like(largest))

    @cached_property
    def t(self) -> Any:
        """The relative difference; 0 where both masses are 0.

        From (p - q) P + p (Q - P) = p Q - q P: the differences are taken before anything is rounded.
        """
        if self.plain:
            share = self.excess / self.total
            above = self.p * share
            above += self.p - self.q
            below = self.p * (1 + share)
            below += self.q
            above /= below
            return above
        p, q = self.p / self.larger, self.q / self.larger
        above = (self.p - self.q) / self.larger * self.total + p * self.excess
        below = p * (self.total + self.excess) + q * self.total
        return above / self.xp.where(below > 0, below, self.xp.ones_like(below))

    @cached_property
    def near(self) -> Any:
        """Where the power series is used."""
        return abs(constant(self.t)) <= self.reach

    @cached_property
    def shared(self) -> Any:
        """Where both laws have mass."""
        return (self.p > 0) & (self.q > 0)

    @cached_property
    def missed(self) -> Any:
        """Where q has no mass and p has."""
        return (self.q == 0) & (self.p > 0)

    @cached_property
    def extra(self) -> Any:
        """Where p has no mass and q has."""
        return (self.p == 0) & (self.q > 0)

    @cached_property
    def log_ratio(self) -> Any:
        """ln(p / (q P / Q)) where both laws have mass and it is not small; elsewhere 0, or right to absolute rounding."""
        if self.plain:
            return np.log(self.p / self.q) + np.log1p(self.excess / self.total)
        return self._logarithm(self.shared & ~self.near)

    @property
    def log_ratio_everywhere(self) -> Any:
        """ln(p / (q P / Q)) where both laws have mass, to absolute rounding; 0 elsewhere."""
        return self._logarithm(self.shared)

    def _logarithm(self, wanted: Any) -> Any:
        xp = self.xp
        one = xp.ones_like(self.p)
        p, q = xp.where(wanted, self.p, one), xp.where(wanted, self.q, one)
        less = p < q
        low, high = xp.where(less, p, q), xp.where(less, q, p)
        extreme = constant(low / high) < TINY_RATIO
        logarithm = xp.log(xp.where(extreme, low * 2.0**500, low) / high) - xp.where(
            extreme, 500 * math.log(2) * one, 0 * one
        )
        signed = xp.where(less, logarithm, -logarithm) + xp.log1p(self.excess / self.total)
        return xp.where(wanted, signed, xp.zeros_like(signed))


def kl_terms(atoms: AtomPair) -> Any:
    """p ln(p/q) - p + q, never negative; the mass of p where q has none, whose divergence is infinite.

    .. math:: (p + q) \\left[(1 + t) \\operatorname{artanh} t - t\\right]

    >>> float(kl_terms(Atoms(np.array([0.5, 0.5]), np.array([0.25, 0.75]))).sum())
    0.1438410362258904
    """

    def series(t: Any, both: Any) -> Any:
        square = t * t
        tail = horner(square, [1 / (2 * k + 3) for k in range(TERMS)])  # (artanh t / t - 1) / t^2
        return both * square * (1 + tail * (square + t))

    def direct() -> Any:
        value = atoms.p * atoms.log_ratio - atoms.p + atoms.scaled
        return value if atoms.plain else atoms.xp.where(atoms.missed, atoms.p, value)

    return choose(atoms, series, direct)


def jeffreys_terms(atoms: AtomPair) -> Any:
    """(p - q) ln(p/q), never negative; the mass that the other law misses, where the divergence is infinite."""

    def series(t: Any, both: Any) -> Any:
        square = t * t
        return 2 * both * square * horner(square, [1 / (2 * k + 1) for k in range(TERMS)])

    def direct() -> Any:
        value = (atoms.p - atoms.scaled) * atoms.log_ratio
        return value if atoms.plain else atoms.xp.where(atoms.shared, value, atoms.sum)

    return choose(atoms, series, direct)


def js_terms(atoms: AtomPair) -> Any:
    """(p ln(2p/(p+q)) + q ln(2q/(p+q))) / 2, never negative.

    .. math:: \\frac{p + q}{4} \\left[(1 + t) \\ln(1 + t) + (1 - t) \\ln(1 - t)\\right]

    >>> float(js_terms(Atoms(np.array([1.0, 0.0]), np.array([0.0, 1.0]))).sum())
    0.6931471805599453
    """
    xp = atoms.xp

    def series(t: Any, both: Any) -> Any:
        square = t * t
        return both * square * horner(square, [1 / (4 * k * (2 * k - 1)) for k in range(1, TERMS + 1)])

    def part(mass: Any) -> Any:
        if atoms.plain:
            return mass * xp.log(2 * mass / atoms.sum) / 2
        one = xp.ones_like(atoms.sum)
        wanted = (constant(mass) > 0) & ~atoms.near
        # Both on the scale of the larger mass, lest the square of a tiny sum underflow in the gradient.
        share = xp.where(wanted, mass / atoms.larger, one / 2) / xp.where(wanted, atoms.sum / atoms.larger, one)
        return xp.where(wanted, mass * xp.log(2 * xp.where(share > 0, share, one)) / 2, 0 * one)

    return choose(atoms, series, lambda: part(atoms.p) + part(atoms.scaled))


def variation_terms(atoms: AtomPair) -> Any:
    """abs(p - q) / 2."""
    return atoms.sum * abs(atoms.t) / 2


def hellinger_terms(atoms: AtomPair) -> Any:
    """(sqrt(p) - sqrt(q))^2 / 2 = (p - q)^2 / (2 (sqrt(p) + sqrt(q))^2)."""
    xp = atoms.xp
    one = xp.ones_like(atoms.t)
    roots = [xp.sqrt(xp.where(atoms.shared, part / atoms.larger, one)) for part in (atoms.p, atoms.scaled)]
    difference = atoms.sum / atoms.larger * atoms.t
    summed = (roots[0] + roots[1]) ** 2  # 0 only where both masses underflow, and then the difference is 0 too
    both = atoms.larger * difference**2 / xp.where(summed > 0, summed, one)
    alone = xp.where(atoms.missed | atoms.extra, atoms.sum, xp.zeros_like(atoms.sum))
    return xp.where(atoms.shared, both, alone) / 2


def chi_squared_terms(atoms: AtomPair) -> Any:
    """(p - q)^2 / q, as a square that overflows only where it does; the mass of p where q has none, whose divergence is infinite."""
    xp = atoms.xp
    empty = atoms.missed | (atoms.q == 0)
    root = atoms.sum * atoms.t / xp.sqrt(xp.where(empty, atoms.larger, atoms.scaled))
    return root * root


def choose(atoms: AtomPair, series: Callable[[Any, Any], Any], direct: Callable[[], Any]) -> Any:
    """``series(t, p + q)`` where t is small, ``direct()`` elsewhere.

    A numpy array takes the series only where it is needed; a tensor everywhere, with t = 0 where it is not, so that no
    infinite slope of the other branch reaches its gradient.
    """
    if isinstance(atoms.near, np.ndarray):
        if atoms.near.all():
            return series(atoms.t, atoms.sum)
        value, where = direct(), np.flatnonzero(atoms.near)
        value.reshape(-1)[where] = series(atoms.t.reshape(-1)[where], atoms.sum.reshape(-1)[where])
        return value
    t = atoms.xp.where(atoms.near, atoms.t, atoms.xp.zeros_like(atoms.t))
    return atoms.xp.where(atoms.near, series(t, atoms.sum), direct())


def horner(x: Any, coefficients: list[float]) -> Any:
    """sum_k coefficients[k] x^k; for an array without the terms that are below rounding, where none is above the first."""
    decreasing = max(map(abs, coefficients)) == abs(coefficients[0])
    if decreasing and isinstance(x, np.ndarray) and x.size > TERMS and 0 < (largest := abs(x).max()) < 0.5:
        coefficients = coefficients[: 2 + int(-40 / math.log(largest))]
    value = 0 * x + coefficients[-1]
    for coefficient in coefficients[-2::-1]:
        if isinstance(value, np.ndarray):  # in place: a third of the time
            value *= x
            value += coefficient
        else:
            value = value * x + coefficient
    return value


def constant(x: Any) -> Any:
    """The same array with no gradient."""
    return x.detach() if is_torch(x) else np.asarray(x)
