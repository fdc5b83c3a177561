"""The certificate of cells: both bounds once more, from densities instead of distribution functions and from plain formulas."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import final

import numpy as np
from scipy import stats
from scipy.special import erfcx

from dualgap.bracket import Certificate
from dualgap.divergences.generators import ChiSquared, FDivergence, Jeffreys, KullbackLeibler
from dualgap.divergences.line import Hump, LaplaceHump, LineLaw, NormalHump
from dualgap.divergences.plain import log_sum
from dualgap.errors import CertificateError

__all__ = ["CellsRecomputed", "plain_terms"]

#: Within this change of the logarithm of the density Gauss's rule of 16 nodes is right to rounding.
SMOOTH = 6.0
#: A logarithm of a ratio in the place of one that is infinite.
NEXT_TO_NOTHING = 700.0
#: Below this no double is divided by another.
SMALLEST = 1e-290


@final
@dataclass(frozen=True, kw_only=True)
class CellsRecomputed(Certificate):
    """The edges of the cells, from which both bounds are computed again, and the laws.

    Masses are integrals of the density by Gauss's rule, or differences of scaled complementary error functions where a cell
    is long; terms are plain formulas and Taylor's, with no allowance for rounding. What the method allows for rounding
    has to cover the difference.

    Parameters
    ----------
    edges : (k,) float64 array, increasing
    p, q : LineLaw
    generator : FDivergence
    """

    edges: np.ndarray
    p: LineLaw
    q: LineLaw
    generator: FDivergence

    def bounds(self) -> tuple[float, float]:
        """Both bounds from the cells.

        Raises
        ------
        CertificateError
            When the edges do not increase, masses do not add up to 1, or a mean density leaves the bounds of its cell.
        """
        edges = self.edges
        if len(edges) < 2 or not (np.isfinite(edges).all() and (np.diff(edges) > 0).all()):
            raise CertificateError("the edges of the cells are not increasing")
        cells = [_Cells(law, edges) for law in (self.p, self.q)]
        with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
            lower = _sum(plain_terms(self.generator, *_without_zeros(*(cell.logs for cell in cells))))
            upper = _sum(self._chords(*cells)) + sum(self._outside(*cells))
        lower = 0.0 if math.isnan(lower) else max(lower, 0.0)
        return lower, self.generator.singular if math.isnan(upper) else min(max(upper, lower), self.generator.singular)

    def _chords(self, p: _Cells, q: _Cells) -> np.ndarray:
        """The chord above each inner cell; without bounds of the ratio, the atoms of ratio 0 and infinity."""
        f = self.generator
        low, high = p.low - q.high, p.high - q.low
        if (exact := self._quadratic()) is not None:
            low, high = exact
        log_p, log_q = p.logs[1:-1], q.logs[1:-1]
        mean = log_p - log_q
        mass_p, mass_q = np.exp(log_p), np.exp(log_q)
        slope, at_zero, at_infinity = f.slope, f.at_zero, f.at_infinity
        narrow = ~(high - low > 0)
        low, high = np.minimum(low, mean), np.maximum(high, mean)
        share = np.where(high - low < 600, np.expm1(mean - low) / np.expm1(high - low), np.exp(mean - high))
        share = np.where(narrow, 1.0, np.clip(share, 0.0, 1.0))
        log_share = np.where(high - low < 600, np.log(share), mean - high)
        rest = np.where(share < 0.5, np.log1p(-share), np.log(-np.expm1(mean - high) / -np.expm1(low - high)))
        both = plain_terms(f, log_q + rest + low, log_q + rest) + plain_terms(
            f, log_q + log_share + high, log_q + log_share
        )
        both = np.where(narrow, plain_terms(f, log_p, log_q), both)
        # Without a bound below, the atom of ratio 0 has its full weight; without one above, that of ratio infinity.
        no_high, no_low = ~(high < math.inf), ~(low > -math.inf)
        zero = np.where(mass_q > 0, mass_q, 0.0)
        open_below = _weighted(at_zero + slope, zero * (1 - np.where(np.isnan(share), 0.0, share)))
        below = open_below + plain_terms(f, log_q + np.log(share) + high, log_q + np.log(share))
        above = _weighted(at_infinity - slope, np.where(mass_p > 0, mass_p, 0.0))
        at_low = np.where(no_low, _weighted(at_zero + slope, zero), plain_terms(f, log_q + low, log_q))
        value = np.where(no_low, below, both)
        value = np.where(no_high, at_low + above, value)
        alone = np.where(mass_q > 0, _weighted(at_zero + slope, zero), above)
        one_sided = (log_p == -math.inf) | (log_q == -math.inf)
        return np.where(one_sided, alone, value)

    def _quadratic(self) -> tuple[np.ndarray, np.ndarray] | None:
        """The exact range of ln(p/q) between two normal laws: at the ends of a cell, or where its slope is 0."""
        humps = [law.humps for law in (self.p, self.q)]
        if any(len(one) != 1 or not isinstance(one[0], NormalHump) for one in humps):
            return None
        first, second = (one[0] for one in humps)
        x, d = self.edges - first.mode, second.mode - first.mode
        r = (first.scale - second.scale) / second.scale  # s1 / s2 - 1
        log_scales = math.log1p(r) if r > -0.5 else math.log(first.scale) - math.log(second.scale)

        def at(x: np.ndarray) -> np.ndarray:
            """(x - d)^2 / 2 s2^2 - x^2 / 2 s1^2 - ln(s1 / s2)."""
            y = x / first.scale
            return (r * (2 + r) * y * y - 2 * d / second.scale * (1 + r) * y + (d / second.scale) ** 2) / 2 - log_scales

        ends = at(x)
        low, high = np.minimum(ends[1:], ends[:-1]), np.maximum(ends[1:], ends[:-1])
        if r != 0:
            still = d / second.scale * (1 + r) / (r * (2 + r)) * first.scale
            inside = (x[:-1] < still) & (still < x[1:])
            value = at(np.array(still))
            low, high = np.where(inside, np.minimum(low, value), low), np.where(inside, np.maximum(high, value), high)
        return low, high

    def _outside(self, p: _Cells, q: _Cells) -> tuple[float, float]:
        """The least that the tails count: the masses out there, with what a unit of it counts where that is finite."""
        f, total = self.generator, [0.0, 0.0]
        for side, k in enumerate((0, -1)):
            for cell, limit in ((p, f.at_infinity - f.slope), (q, f.at_zero + f.slope)):
                mass = math.exp(cell.logs[k])
                total[side] += mass * limit if math.isfinite(limit) else 0.0
                beyond = cell.law.reaches(self.edges)[side]
                known = isinstance(f, (KullbackLeibler, Jeffreys)) and all(
                    isinstance(hump, (NormalHump, LaplaceHump)) or not cell.law.reaches(self.edges)[side]
                    for hump in cell.law.humps
                )
                if limit == math.inf and beyond and not known:
                    total[side] = math.inf
        return total[0], total[1]


class _Cells:
    """The masses of a law in cells, and the bounds of its density there."""

    def __init__(self, law: LineLaw, edges: np.ndarray) -> None:
        self.law = law
        weights = np.log(law.weights)[:, None]
        self.logs = log_sum(np.array([_log_masses(hump, edges) for hump in law.humps]) + weights, axis=0)
        if abs(math.fsum(np.exp(self.logs)) - 1) > 1e-9:
            raise CertificateError("the masses of the cells do not add up to 1")
        bounds = [_density_bounds(hump, edges) for hump in law.humps]
        self.low, self.high = (log_sum(np.array(part) + weights, axis=0) for part in zip(*bounds, strict=True))
        with np.errstate(invalid="ignore"):
            mean = self.logs[1:-1] - np.log(np.diff(edges))
        # Far out the mass is the difference of subnormal numbers, and a cell may be as narrow as the rounding of its edges.
        firm = (self.logs[1:-1] > -600) & (np.diff(edges) > 1e-9 * np.maximum(np.abs(edges[1:]), np.abs(edges[:-1])))
        slack = 1e-9 * (1 + np.where(firm, np.abs(mean), 0.0))
        if (firm & ((mean < self.low - slack) | (mean > self.high + slack))).any():
            raise CertificateError("a mean density leaves its bounds on a cell")


def _log_density(hump: Hump, x: np.ndarray) -> np.ndarray:
    if isinstance(hump, NormalHump):
        with np.errstate(over="ignore"):  # so far out that the logarithm of the density is -inf
            return stats.norm.logpdf(x, hump.mode, hump.scale)
    if isinstance(hump, LaplaceHump):
        return -np.abs(x - hump.mode) / hump.scale - math.log(2 * hump.scale)
    return hump.log_density(x.ravel()).reshape(x.shape)


def _density_bounds(hump: Hump, edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if math.isnan(hump.mode):
        return hump.log_density_bounds(edges)
    ends = _log_density(hump, edges)
    top = _log_density(hump, np.array([hump.mode]))[0]
    inside = (edges[:-1] < hump.mode) & (hump.mode < edges[1:])
    low, high = np.minimum(ends[1:], ends[:-1]), np.where(inside, top, np.maximum(ends[1:], ends[:-1]))
    outside = (edges[1:] <= hump.ends[0]) | (edges[:-1] >= hump.ends[1])
    return np.where(outside, -math.inf, low), np.where(outside, -math.inf, high)


def _log_masses(hump: Hump, edges: np.ndarray) -> np.ndarray:
    """ln of the mass below, between and above the edges."""
    if isinstance(hump, NormalHump):
        z = (edges - hump.mode) / hump.scale / math.sqrt(2)
        with np.errstate(over="ignore"):  # so far out that the logarithm of the mass is -inf
            tail = np.log(erfcx(np.abs(z)) / 2) - z * z
        below, above = (np.where(side, tail, np.log1p(-np.exp(tail))) for side in (z < 0, z >= 0))
    elif isinstance(hump, LaplaceHump):
        z = (edges - hump.mode) / hump.scale
        tail = -np.abs(z) - math.log(2)
        below, above = (np.where(side, tail, np.log1p(-np.exp(tail))) for side in (z < 0, z >= 0))
    else:
        below, above = hump.log_cdf(edges), hump.log_sf(edges)
    with np.errstate(invalid="ignore", divide="ignore"):
        left = below[1:] < above[:-1]
        high, low = np.where(left, below[1:], above[:-1]), np.where(left, below[:-1], above[1:])
        middle = np.where(high > -math.inf, high + np.log(-np.expm1(low - high)), -math.inf)
        ends = _log_density(hump, edges)
        inside = (edges[:-1] < hump.mode) & (hump.mode < edges[1:])
        smooth = np.abs(np.diff(ends)) < SMOOTH
        if isinstance(hump, NormalHump):
            smooth |= inside & (np.diff(edges) < 2 * hump.scale)
        else:
            smooth &= ~inside & ~np.isnan(hump.mode)
        if not isinstance(hump, (NormalHump, LaplaceHump)):
            # The density of a family may have any shape between two edges: only short cells are smooth.
            smooth &= np.abs(np.diff(ends)) < 0.1
    where = np.flatnonzero(smooth)
    nodes, weights = np.polynomial.legendre.leggauss(16)
    half = (np.diff(edges) / 2)[where, None]
    # Nodes between edges far from 0 would be rounded at the size of the edges, not of their distance from the mode.
    mode = hump.mode if isinstance(hump, (NormalHump, LaplaceHump)) else 0.0
    x = (((edges[1:] - mode) + (edges[:-1] - mode)) / 2)[where, None] + half * nodes
    around = replace(hump, mode=0.0) if isinstance(hump, (NormalHump, LaplaceHump)) else hump
    middle[where] = log_sum(_log_density(around, x), axis=1, weights=weights * half)
    outside = (edges[1:] <= hump.ends[0]) | (edges[:-1] >= hump.ends[1])
    middle[outside] = -math.inf
    return np.concatenate([below[:1], middle, above[-1:]])


def plain_terms(f: FDivergence, log_p: np.ndarray, log_q: np.ndarray) -> np.ndarray:
    """q f(p/q) - f'(1) (p - q) by Taylor's formula near 1, by the plain formula elsewhere."""
    ratio = log_p - log_q
    p, q = np.exp(log_p), np.exp(log_q)
    near = np.abs(ratio) <= 0.2
    value = np.zeros(np.shape(ratio))
    value[near] = q[near] * f.remainder(np.expm1(ratio[near]))
    if isinstance(f, KullbackLeibler):
        far = np.where(p > 0, p * ratio, 0.0) - p + q
    elif isinstance(f, Jeffreys):
        far = (p - q) * ratio
    elif isinstance(f, ChiSquared):
        far = np.exp(np.minimum(2 * log_p - log_q, 709.0)) - 2 * p + q
    else:
        plain = (p > SMALLEST) & (q > SMALLEST)
        one = np.where(plain, p, 1.0), np.where(plain, q, 1.0)
        far = f.perspective(*one) - f.slope * (one[0] - one[1])
        # Where one of the two is next to nothing, what the other counts alone; where that is infinite, nothing is claimed.
        alone_p, alone_q = f.at_infinity - f.slope, f.at_zero + f.slope
        only = np.where(
            p > q, p * alone_p if math.isfinite(alone_p) else 0.0, q * alone_q if math.isfinite(alone_q) else 0.0
        )
        far = np.where(plain, far, only)
    value[~near] = far[~near]
    return np.where(np.isnan(value), 0.0, value)


def _without_zeros(log_p: np.ndarray, log_q: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A mass that came out as 0, maybe by underflow, is replaced by one that is next to the other: the term falls."""
    return (
        np.where(log_p == -math.inf, log_q - NEXT_TO_NOTHING, log_p),
        np.where(log_q == -math.inf, log_p - NEXT_TO_NOTHING, log_q),
    )


def _sum(terms: np.ndarray) -> float:
    """Exactly rounded, where no partial sum overflows."""
    plain = float(np.sum(terms))
    return math.fsum(terms) if plain < 1e300 else plain


def _weighted(factor: float, mass: np.ndarray) -> np.ndarray:
    """factor times mass, 0 where there is no mass."""
    return np.multiply(factor, mass, where=mass > 0, out=np.zeros_like(mass))
