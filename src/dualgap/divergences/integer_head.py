"""The numbers that a sum over whole numbers takes term by term, the bounds that they give, and where to stop."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, final

import numpy as np
from array_api_compat import array_namespace

from dualgap.divergences.generators import ChiSquared, FDivergence, Power
from dualgap.divergences.integer_laws import EPS, IntegerLaw, total_mass
from dualgap.divergences.integer_tails import beyond, power_beyond
from dualgap.divergences.kernels import constant
from dualgap.divergences.log_atoms import LogAtoms
from dualgap.divergences.plain import log_sum
from dualgap.divergences.user import Generator
from dualgap.errors import InvalidInput

__all__ = [
    "Head",
    "best_head",
    "head_bounds",
    "log_terms",
    "merged_term",
    "outside_masses",
    "renyi_bounds",
]

#: Numbers in the first and in the largest sum.
SMALLEST_SUM, LARGEST_SUM = 64, 1 << 20
#: What the terms beyond may add, as a share of the divergence.
ENOUGH = 1e-15
#: Masses beyond that are below this are small: a longer sum has to pay.
LITTLE = 1e-9
#: Where there is no upper bound, as much as this may be left.
NONE_LEFT = 1e-12
#: Below this logarithm the quotient of two masses is not formed by a user's formula.
FIRM = -600.0
LARGEST = float(np.finfo(np.float64).max)


@final
@dataclass(frozen=True, eq=False)
class Head:
    """Two laws on the numbers that are summed.

    Parameters
    ----------
    p, q : IntegerLaw
    atoms : (n,) array, increasing
    last : float
        All whole numbers of both supports up to it are among the atoms; nan where some are missing below as well.
    """

    p: IntegerLaw
    q: IntegerLaw
    atoms: np.ndarray
    last: float

    @cached_property
    def masses(self) -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
        """Logarithms and their errors, of p and of q."""
        return self.p.masses(self.atoms), self.q.masses(self.atoms)

    @property
    def log_p(self) -> np.ndarray:
        """ln p."""
        return self.masses[0][0]

    @property
    def log_q(self) -> np.ndarray:
        """ln q."""
        return self.masses[1][0]

    @cached_property
    def shared(self) -> np.ndarray:
        """Where both laws have mass."""
        return (self.log_p > -np.inf) & (self.log_q > -np.inf)

    @cached_property
    def outside(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Bounds of the masses of p and of q that are on no atom."""
        first, second = (
            outside_masses(law, self.atoms, self.last, *masses)
            for law, masses in zip((self.p, self.q), self.masses, strict=True)
        )
        return first, second

    def alone(self, generator: FDivergence) -> float:
        """What the masses that only one of the laws has add."""
        only_p, only_q = self.log_p[~self.shared], self.log_q[~self.shared]
        return _weighted(generator.at_infinity - generator.slope, total_mass(only_p)) + _weighted(
            generator.at_zero + generator.slope, total_mass(only_q)
        )

    def beyond(self, generator: FDivergence) -> float:
        """An upper bound of what no atom adds."""
        return beyond(self.p, self.q, generator, self.last, (self.outside[0][1], self.outside[1][1]))


def outside_masses(
    law: IntegerLaw, atoms: np.ndarray, last: float, log: np.ndarray, error: np.ndarray
) -> tuple[float, float]:
    """Bounds of the mass of a law on none of the atoms.

    Raises
    ------
    InvalidInput
        When the atoms have more than the mass 1.
    """
    if law.atoms is not None or law.support[1] <= last:
        return 0.0, 0.0
    mass = np.exp(log)
    total, slip = math.fsum(mass), float((mass * np.expm1(error)).sum()) * (1 + 1e-9) + 4 * EPS
    if total - slip > 1 + 1e-9:
        raise InvalidInput(f"log_mass must be of masses whose sum is 1, got {total:.9g}", argument="log_mass")
    low, high = max(1 - total - slip, 0.0), max(1 - total + slip, 0.0)
    if not math.isnan(last):
        high = min(high, law.above(last))
    return min(low, high), high


def best_head(p: IntegerLaw, q: IntegerLaw, generator: FDivergence, order: float | None = None) -> Head:
    """As many numbers as are worth it: until the rest adds next to nothing, or nothing is won any more.

    With an ``order`` it is the bounds of the Renyi divergence that count.
    """
    best, least, size = None, math.inf, _first_size(p, q)
    while best is None or size <= LARGEST_SUM:
        head = _head(p, q, size)
        lower, upper = head_bounds(head, generator) if order is None else renyi_bounds(head, order)
        left = max(one[1] for one in head.outside)
        gap = upper - lower if upper < math.inf else math.inf
        progress = best is None or gap < 0.7 * least
        if best is None or gap <= least or left >= LITTLE:
            best, least = head, gap
        if upper == math.inf:
            # Longer sums may reach the number from which the terms fall, where quotients of masses are known.
            hopeless = math.isnan(head.last) or any(law.atoms is None and law.steps is None for law in (p, q))
            if lower >= LARGEST or (hopeless and left < NONE_LEFT):
                break
        elif (left < LITTLE and not progress) or (order is None and head.beyond(generator) <= ENOUGH * lower):
            break
        size *= 4
    return best


def _first_size(p: IntegerLaw, q: IntegerLaw) -> int:
    """So many numbers from the least on that little is left, where that is known."""
    size = SMALLEST_SUM
    for law in (p, q):
        low = law.support[0]
        known = law.atoms is None and low > -math.inf and (law.steps is not None or law.tail is not None)
        known = known and law.above(low + LARGEST_SUM // 2) <= 0.5
        while known and size < LARGEST_SUM and law.above(low + size) > LITTLE:
            size *= 4
    return size


def _head(p: IntegerLaw, q: IntegerLaw, size: int) -> Head:
    ranges = [_range(law, size) for law in (p, q) if law.atoms is None]
    start, stop = min(one[0] for one in ranges), max(one[1] for one in ranges)
    together = stop - start <= 2 * LARGEST_SUM
    if together:
        ranges = [(start, stop)]
    points = [law.atoms for law in (p, q) if law.atoms is not None]
    atoms = np.unique(np.concatenate([*(np.arange(a, b + 1.0) for a, b in ranges), *points]))
    whole = together and all(law.support[0] >= start for law in (p, q) if law.atoms is None)
    unknown = p.unknown(atoms, p.masses(atoms)[0]) | q.unknown(atoms, q.masses(atoms)[0])
    if unknown.any():
        atoms, whole = atoms[~unknown], False
    return Head(p, q, atoms, stop if whole else math.nan)


def _range(law: IntegerLaw, size: int) -> tuple[float, float]:
    """So many whole numbers where most of the mass is: from the least on, unless that is too far away."""
    low, high = law.support
    center = low
    if low == -math.inf or law.above(low + LARGEST_SUM // 2) > 0.5:
        center = _middle(law)
    start = low if center == low else max(low, center - size // 2)
    return start, min(high, start + size)


def _middle(law: IntegerLaw) -> float:
    """About where half of the mass lies on either side; the least number, or 0, where nothing tells."""
    low, high = law.support
    bottom = low if low > -math.inf else min(high, 0.0)
    tail, steps = law.tail, law.steps
    if tail is not None:
        return _crossing(lambda k: tail(k) > 0.5, bottom, low)
    if steps is not None:
        return _crossing(lambda k: float(steps.at(np.array([k]))[0]) > 0, max(bottom, low) + 1, low)
    return bottom


def _crossing(before: Callable[[float], bool], start: float, low: float) -> float:
    """The first whole number that is not before the crossing, by doubling and halving."""
    step = 1.0
    while step < 2.0**52 and before(start + step):
        step *= 2
    below, above = start, start + step
    if low == -math.inf and not before(start):
        while step < 2.0**52 and not before(start - step):
            step *= 2
        below, above = start - step, start
    while above - below > 1:
        half = math.floor((above + below) / 2)
        below, above = (half, above) if before(half) else (below, half)
    return above


@np.errstate(over="ignore", invalid="ignore", divide="ignore")  # what no double holds is infinite
def head_bounds(head: Head, generator: FDivergence) -> tuple[float, float]:
    """Lower and upper bound: each term is largest and smallest at corners of what rounding leaves possible."""
    (log_p, error_p), (log_q, error_q) = ((log[head.shared], error[head.shared]) for log, error in head.masses)
    loose = ((log_p < FIRM) | (log_q < FIRM)) & isinstance(generator, Generator)
    apart = [
        total_mass(log[loose]) for log in (log_p, log_q)
    ]  # masses between whose ratios the user's formula says nothing
    log_p, log_q = np.where(loose, 0.0, log_p), np.where(loose, 0.0, log_q)
    ratio, error = log_p - log_q, error_p + error_q
    more, less = _corner(generator, log_q - error_q, ratio + error), _corner(generator, log_q + error_q, ratio - error)
    below = np.where(ratio > error, less, np.where(ratio < -error, more, 0.0))
    above = np.maximum(more, less)
    order = generator.order if isinstance(generator, Power) else 2.0
    # The exponent of a mass that is not 0 is at most 800; the exponents of powers are not bounded.
    most = math.inf if isinstance(generator, (ChiSquared, Power)) else 800.0
    share = 64 * EPS * (2 + np.minimum(max(order, 1.0) * np.abs(ratio), most) + np.minimum(np.abs(log_q), most))
    both = 0.0
    if isinstance(generator, Generator):
        both += _weighted(generator.at_infinity - generator.slope, apart[0])
        both += _weighted(generator.at_zero + generator.slope, apart[1])
        noise = generator.noise * EPS * (np.exp(log_p) + np.exp(log_q)) * (1 + abs(generator.slope))
        below, above = np.maximum(below - noise, 0.0), above + noise
    alone, slip = head.alone(generator), float(max(map(np.max, (head.masses[0][1], head.masses[1][1]))))
    rounding = 8 * EPS * math.log2(len(head.atoms) + 2)
    lower = float((below * (1 - share))[~loose].sum()) + alone * (1 - 2 * slip)
    upper = float((above * (1 + share))[~loose].sum()) + both + alone * (1 + 2 * slip)
    lower = max((lower + merged_term(head.outside, generator)) * (1 - rounding), 0.0)
    lower = min(lower, LARGEST) if alone < math.inf else lower
    upper = min((upper + head.beyond(generator)) * (1 + rounding) + 1e-290, generator.singular)
    return min(lower, upper), upper


def _corner(generator: FDivergence, log_q: np.ndarray, ratio: np.ndarray) -> np.ndarray:
    value = np.asarray(log_terms(generator, log_q, ratio))
    return np.where(np.isnan(value), math.inf, value)


def log_terms(generator: FDivergence, log_q: Any, ratio: Any) -> Any:
    """q f(p/q) - f'(1) (p - q) from ln q and ln(p/q); powers by their logarithms where a mass underflows.

    >>> log_terms(Power(2.0), np.array([-1000.0]), np.array([500.0]))  # e^-500 and e^-1000: the square of the one by the other
    array([1.])
    """
    order = generator.order if isinstance(generator, Power) else 2.0
    xp = array_namespace(ratio)
    if isinstance(
        generator, Generator
    ):  # nobody knows what its formula makes of two masses that underflow: nothing is counted
        none = (constant(log_q) < FIRM) & (constant(log_q + ratio) < FIRM)
        log_q, ratio = (xp.where(none, xp.zeros_like(one), one) for one in (log_q, ratio))
        return xp.where(none, xp.zeros_like(ratio), generator.terms(LogAtoms(log_q, ratio, generator.reach)))
    if not isinstance(generator, (ChiSquared, Power)):
        return generator.terms(LogAtoms(log_q, ratio, generator.reach))
    far = (constant(log_q) < FIRM) | (constant(log_q + ratio) < FIRM) | (abs(constant(ratio)) * order > -FIRM)
    zero = xp.zeros_like(ratio)
    near = generator.terms(LogAtoms(xp.where(far, zero, log_q), xp.where(far, zero, ratio), generator.reach))
    slope = order - 1
    log_q, ratio = xp.where(far, log_q, zero), xp.where(far, ratio, zero)
    # Small next to its parts only where the masses are, which counts nothing.
    apart = (xp.exp(log_q + order * ratio) - order * xp.exp(log_q + ratio)) / slope + xp.exp(log_q)
    return xp.where(far, xp.where(constant(apart) > 0, apart, zero), near)


def merged_term(outside: tuple[tuple[float, float], tuple[float, float]], generator: FDivergence) -> float:
    """The least that all other numbers add as one atom."""
    (low_p, high_p), (low_q, high_q) = outside
    if low_p > high_q:
        p, q = low_p, high_q
    elif low_q > high_p:
        p, q = high_p, low_q
    else:
        return 0.0
    if p > 1e-300 and q > 1e-300:
        term = _corner(generator, np.log([q]), np.array([math.log(p / q)]))[0]
        return max(float(term) * (1 - 1e-9) - generator.noise * EPS, 0.0)
    limit = generator.at_infinity - generator.slope if p > q else generator.at_zero + generator.slope
    return _weighted(limit, max(p, q)) * (1 - 1e-9) if math.isfinite(limit) else 0.0


def _weighted(factor: float, mass: float) -> float:
    """The product, 0 where there is no mass whatever the factor."""
    return factor * mass if mass > 0 else 0.0


@np.errstate(over="ignore", invalid="ignore", divide="ignore")  # what no double holds is infinite
def renyi_bounds(head: Head, order: float) -> tuple[float, float]:
    """Bounds of ln(sum p^a q^(1-a)) / (a - 1): from the power divergence, and from the logarithm of the sum."""
    slope = order - 1
    near = [_of_power(slope, one) for one in head_bounds(head, Power(order))]
    (log_p, error_p), (log_q, error_q) = ((log[head.shared], error[head.shared]) for log, error in head.masses)
    terms = order * log_p - slope * log_q
    error = order * error_p + abs(slope) * error_q + 4 * EPS * (order * np.abs(log_p) + abs(slope) * np.abs(log_q))
    if len(terms) == 0:
        return (near[0], near[1])
    rounding = EPS * (64 + 8 * math.log2(len(terms) + 1))
    least, most = (_log_of(terms + sign * error) + sign * rounding for sign in (-1, 1))
    rest = power_beyond(head.p, head.q, order, head.last, (head.outside[0][1], head.outside[1][1]))
    most = float(np.logaddexp(most, rest))
    far = sorted((least / slope, most / slope))
    lower, upper = max(near[0], far[0], 0.0), min(near[1], far[1])
    wide = 8 * EPS
    return min(lower * (1 - wide), upper), upper * (1 + wide)


def _of_power(slope: float, divergence: float) -> float:
    """ln(1 + slope D) / slope, where the product may overflow."""
    if slope * divergence > 1e300:
        return (math.log(slope) + math.log(divergence)) / slope if divergence < math.inf else math.inf
    return math.log1p(slope * divergence) / slope if slope * divergence > -1 else math.inf


def _log_of(terms: Any) -> float:
    return float(log_sum(terms, axis=0))
