"""Certified bounds of f-divergences on the line from the masses of cells.

Lower: merging a cell to one atom never increases an f-divergence. Upper: where the density ratio on a cell lies between two
numbers, splitting its masses into two atoms with exactly these ratios never decreases it (the chord above a convex
function). So both bounds are divergences of atoms, and their difference falls with the square of the cell width.

.. math:: \\sum_k Q_k f\\Bigl(\\frac{P_k}{Q_k}\\Bigr) \\le D_f(p \\| q) \\le
          \\sum_k Q_k \\frac{(h_k - r_k) f(l_k) + (r_k - l_k) f(h_k)}{h_k - l_k}, \\qquad
          l_k \\le \\frac{p}{q} \\le h_k, \\quad r_k = \\frac{P_k}{Q_k}
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from array_api_compat import array_namespace

from dualgap.bracket import Bracket, Certificate, Guarantee
from dualgap.divergences.discrete import alike
from dualgap.divergences.generators import FDivergence, Jeffreys, KullbackLeibler
from dualgap.divergences.kernels import constant
from dualgap.divergences.line import (
    EPS,
    LineLaw,
    in_single_precision,
    line_law,
    log_density_of,
    log_ratio_bounds,
)
from dualgap.divergences.log_atoms import LogAtoms
from dualgap.divergences.user import Generator
from dualgap.errors import CertificateError, InvalidInput
from dualgap.measures import Measure

__all__ = ["CellsRecomputed", "bounds_on_cells", "bracket_on_line", "on_the_line", "refine"]

#: The gap that is aimed at, as a share of the divergence, and the number of cells that is not exceeded.
TOLERANCE = 1e-6
LARGEST_GRID = 300_000
ROUNDS = 12


@final
@dataclass(frozen=True, kw_only=True)
class CellsRecomputed(Certificate):
    """The edges of the cells, from which both bounds are computed again, and the laws.

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

        The masses have to add up to 1, and the densities at the middle of every cell have to lie between what is taken
        for their bounds, as has the mean density of the cell.

        Raises
        ------
        CertificateError
            Otherwise.
        """
        edges = self.edges
        if not (np.isfinite(edges).all() and (np.diff(edges) > 0).all()):
            raise CertificateError("the edges of the cells are not increasing")
        for law in (self.p, self.q):
            masses, errors = law.log_masses(edges)
            if abs(math.fsum(np.exp(masses)) - 1) > 1e-9:
                raise CertificateError("the masses of the cells do not add up to 1")
            low, high = law.log_density_bounds(edges)
            middle = law.log_density((edges[1:] + edges[:-1]) / 2)
            mean = masses[1:-1] - np.log(np.diff(edges))
            slack = 1e-9 + 2 * errors[1:-1]
            firm = masses[1:-1] > -600  # further out the mass is the difference of subnormal numbers
            if (
                not ((low <= middle) & (middle <= high)).all()
                or (firm & ((mean < low - slack) | (mean > high + slack))).any()
            ):
                raise CertificateError("a density leaves its bounds on a cell")
        lower, upper, _ = bounds_on_cells(self.p, self.q, self.generator, edges)
        return lower, upper


def bracket_on_line(p: Measure, q: Measure, *, generator: FDivergence) -> Bracket:
    """Bounds from the masses of cells, refined until they differ by a millionth, or rounding is reached.

    The value is Gauss's rule on the cells, with the gradient of its terms.
    """
    first, second = line_law(p), line_law(q)
    if first is None or second is None:
        raise InvalidInput("p and q must be mixtures of normal or Laplace laws on the line", argument="p")
    edges = refine(first, second, generator)
    lower, upper, _ = bounds_on_cells(first, second, generator, edges)
    value = _quadrature(p, q, generator, edges)
    if in_single_precision(p) and in_single_precision(q):
        xp = array_namespace(value)
        value = xp.astype(xp.asarray(value), xp.float32)[()]
    plain = float(constant(value))
    if not lower <= plain <= upper:
        value = value - (plain - max(min(plain, upper), lower))
        # What is left is the rounding of this difference, or of single precision.
        lower, upper = min(lower, float(constant(value))), max(upper, float(constant(value)))
    reason = "" if math.isfinite(upper) else "no upper bound is known for what the tails contribute"
    return Bracket(
        value=value,
        lower=lower,
        upper=upper,
        guarantee=Guarantee.CERTIFIED,
        method="cells",
        certificate=CellsRecomputed(lower=lower, upper=upper, edges=edges, p=first, q=second, generator=generator),
        reason=reason,
    )


def on_the_line(p: Measure, q: Measure, *, generator: FDivergence | None = None, **options: Any) -> bool:
    """Whether the method takes the pair: mixtures of humps, and a generator whose terms are known in logarithms."""
    return not isinstance(generator, Generator) and line_law(p) is not None and line_law(q) is not None


def _quadrature(p: Measure, q: Measure, generator: FDivergence, edges: np.ndarray) -> Any:
    """Gauss's rule of three nodes on every cell."""
    nodes, weights = np.polynomial.legendre.leggauss(3)
    x = ((edges[1:, None] + edges[:-1, None]) / 2 + np.diff(edges)[:, None] / 2 * nodes).ravel()
    log_width = np.log((np.diff(edges)[:, None] / 2 * weights).ravel())
    log_p, log_q, _ = alike(log_density_of(p, x), log_density_of(q, x))
    xp = array_namespace(log_p)
    width, _, _ = alike(log_width, log_p)
    return xp.sum(generator.terms(LogAtoms(log_q + width, log_p - log_q, generator.reach)))


def refine(p: LineLaw, q: LineLaw, generator: FDivergence) -> np.ndarray:
    """Edges whose cells are small where the bracket would be wide.

    Masses of narrower cells are known less well, so the grid with the least gap is taken, not the last.
    """
    edges = best = np.union1d(p.grid(), q.grid())
    least = math.inf
    for _ in range(ROUNDS):
        lower, upper, gaps = bounds_on_cells(p, q, generator, edges)
        wanted, total = TOLERANCE * lower / 2, float(gaps.sum())
        reached = upper - lower if math.isfinite(upper) else total
        progress = reached < 0.7 * least
        if reached < least:
            best, least = edges, reached
        if total <= wanted or not progress or len(edges) > LARGEST_GRID // 3:
            break
        # A cell cut into m parts keeps about 1/m^2 of its gap; equal shares of what is wanted go to every cell.
        share = max(wanted / len(gaps), total * 1e-12)
        parts = _parts(gaps, share)
        while (full := parts.sum() > LARGEST_GRID) and share < total:
            share *= 2
            parts = _parts(gaps, share)
        if full or (parts == 1).all():
            break
        start, width = np.repeat(edges[:-1], parts), np.repeat(np.diff(edges) / parts, parts)
        inside = np.arange(parts.sum()) - np.repeat(np.cumsum(parts) - parts, parts)
        edges = np.unique(np.append(start + inside * width, edges[-1]))
    return best


def _parts(gaps: np.ndarray, share: float) -> np.ndarray:
    return np.clip(np.ceil(np.sqrt(gaps / share)), 1, 32).astype(np.int64)


def bounds_on_cells(
    p: LineLaw, q: LineLaw, generator: FDivergence, edges: np.ndarray
) -> tuple[float, float, np.ndarray]:
    """Lower and upper bound, and what each inner cell contributes to their difference."""
    (log_p, error_p), (log_q, error_q) = p.log_masses(edges), q.log_masses(edges)
    empty = ~(np.isfinite(log_p) & np.isfinite(log_q))  # below the smallest double: leaving it out lowers the bound
    log_q = np.where(np.isfinite(log_q), log_q, -750.0)
    ratio = np.where(empty, 0.0, np.where(np.isfinite(log_p), log_p, 0.0) - log_q)
    error = error_p + error_q
    nearer = np.sign(ratio) * np.maximum(np.abs(ratio) - error, 0)
    below = _terms(generator, log_q - error_q, nearer) * ~empty
    above = _chords(p, q, generator, edges, log_q[1:-1], ratio[1:-1], error[1:-1], error_q[1:-1], empty[1:-1])
    tails = _tails(p, q, generator, edges)
    rounding = 8 * EPS * math.log2(len(edges) + 1)
    below = below * (1 - 64 * EPS * (2 + np.abs(ratio) + np.abs(log_q)))
    lower = max(float(below.sum()) * (1 - rounding), 0.0)
    upper = (float(above.sum()) + tails) * (1 + rounding) + 1e-290
    return lower, max(upper, lower), np.maximum(above - below[1:-1], 0)


def _terms(generator: FDivergence, log_q: np.ndarray, ratio: np.ndarray) -> np.ndarray:
    return generator.terms(LogAtoms(log_q, ratio, generator.reach))


def _chords(p: LineLaw, q: LineLaw, generator: FDivergence, edges: np.ndarray, log_q: np.ndarray, ratio: np.ndarray,
            error: np.ndarray, error_q: np.ndarray, empty: np.ndarray) -> np.ndarray:  # fmt: skip
    """The upper bound of each inner cell, over every mean ratio that rounding leaves possible."""
    (low_p, high_p), (low_q, high_q) = p.log_density_bounds(edges), q.log_density_bounds(edges)
    low, high = low_p - high_q, high_p - low_q
    if (exact := log_ratio_bounds(p, q, edges)) is not None:
        low, high = exact
    # Where the masses underflow, the mass of q is at most its largest density times the width.
    most = np.where(empty, np.minimum(high_q + np.log(np.diff(edges)), 0.0), log_q + error_q)
    width = np.maximum(high - low, 1e-300)
    bounds = []
    for mean in (ratio - error, ratio + error):
        mean = np.clip(np.where(empty, high, mean), low, high)
        with np.errstate(divide="ignore"):
            upper_share = np.minimum(_log_expm1(mean - low) - _log_expm1(width), 0.0)
            lower_share = np.minimum(_log1m_exp(mean - high) - _log1m_exp(-width), 0.0)
        bounds.append(_terms(generator, most + lower_share, low) + _terms(generator, most + upper_share, high))
    return np.maximum(*bounds) * (1 + 64 * EPS * (2 + np.abs(ratio) + np.abs(most)))


def _tails(p: LineLaw, q: LineLaw, generator: FDivergence, edges: np.ndarray) -> float:
    """An upper bound of what lies outside of the edges."""
    if isinstance(generator, KullbackLeibler):
        return _kl_tails(p, q, edges)
    if isinstance(generator, Jeffreys):
        return _kl_tails(p, q, edges) + _kl_tails(q, p, edges)
    total = 0.0
    for law, limit, slope in ((p, generator.at_infinity, -generator.slope), (q, generator.at_zero, generator.slope)):
        outside = math.exp(law.log_masses(edges)[0][0]) + math.exp(law.log_masses(edges)[0][-1])
        total += outside * (limit + slope) * (1 + 1e-9) if outside > 0 or limit == math.inf else 0.0
    return total


def _kl_tails(p: LineLaw, q: LineLaw, edges: np.ndarray) -> float:
    """ln p is at most its largest value out there, -ln q at most that of q's widest hump: moments of p's humps."""
    total = 0.0
    for end, sign in ((edges[0], -1.0), (edges[-1], 1.0)):
        log_p = float(p.log_density(np.array(end)))  # beyond all modes the density only falls
        widest = max(range(len(q.humps)), key=lambda k: q.humps[k].scale)
        constant, linear, square = q.humps[widest].log_density_polynomial()
        constant += math.log(q.weights[widest])
        mass_q = math.exp(float(q.log_masses(edges)[0][0 if sign < 0 else -1]))
        for weight, hump in zip(p.weights, p.humps, strict=True):
            mass, first, second = hump.tail_moments(sign * (end - hump.mode))
            away = abs(hump.mode - q.humps[widest].mode)
            distance = first + away * mass
            squared = second + 2 * away * first + away**2 * mass
            total += weight * (max(log_p - constant, 0.0) * mass + linear * distance + square * squared)
        total += mass_q
    return total * (1 + 1e-9)


def _log_expm1(x: np.ndarray) -> np.ndarray:
    """ln(e^x - 1) for x >= 0."""
    return np.where(x > 1, x + np.log1p(-np.exp(-np.maximum(x, 1))), np.log(np.expm1(np.minimum(x, 1))))


def _log1m_exp(x: np.ndarray) -> np.ndarray:
    """ln(1 - e^x) for x <= 0."""
    return np.log(-np.expm1(x))
