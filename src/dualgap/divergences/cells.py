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
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from dualgap.bracket import Bracket, Guarantee
from dualgap.divergences.cells_recomputed import CellsRecomputed
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
from dualgap.errors import InvalidInput
from dualgap.measures import Measure

__all__ = ["bounds_on_cells", "bracket_on_line", "on_the_line", "refine"]

#: The gap that is aimed at, as a share of the divergence, and the number of cells that is not exceeded.
TOLERANCE = 1e-6
LARGEST_GRID = 300_000
ROUNDS = 12
#: In units of the narrowest law: its square, and that times the width of a grid, is a double.
FARTHEST = 1e150
#: So far from 0 doubles still divide a scale into thousands.
OFFSET = 1e12
#: What a lower bound does not exceed.
HUGE = 1e300
#: Beyond this logarithm a ratio of densities is taken to be without bound.
FAR = 700.0


@np.errstate(over="ignore", invalid="ignore", divide="ignore")  # what no double holds is infinite
def bracket_on_line(p: Measure, q: Measure, *, generator: FDivergence) -> Bracket:
    """Bounds from the masses of cells, refined until they differ by a millionth, or rounding is reached.

    The value is Gauss's rule on the cells, with the gradient of its terms.
    """
    first, second = line_law(p), line_law(q)
    if first is None or second is None:
        raise InvalidInput("p and q must be laws on the line whose distribution functions are known", argument="p")
    _require_comparable(first, second)
    edges = refine(first, second, generator)
    lower, upper, _ = bounds_on_cells(first, second, generator, edges)
    lower = 0.0 if math.isnan(lower) else lower
    upper = generator.singular if math.isnan(upper) else min(upper, generator.singular)
    x, log_width = _nodes(edges)
    terms = _quadrature(log_density_of(p, x), log_density_of(q, x), generator, log_width)
    value = array_namespace(terms).sum(terms)
    if in_single_precision(p) and in_single_precision(q):
        xp = array_namespace(value)
        value = xp.astype(xp.asarray(value), xp.float32)[()]
    plain = float(constant(value))
    if not lower <= plain <= upper:
        value = value - (plain - max(min(plain, upper), lower))
        # What is left is the rounding of this difference, or of single precision.
        lower, upper = min(lower, float(constant(value))), max(upper, float(constant(value)))
    reason = (
        ""
        if math.isfinite(upper)
        else "no upper bound is known for what the tails contribute, or for the ratio of the densities on a cell"
    )
    return Bracket(
        value=value,
        lower=lower,
        upper=upper,
        guarantee=Guarantee.CERTIFIED,
        method="cells",
        certificate=CellsRecomputed(lower=lower, upper=upper, edges=edges, p=first, q=second, generator=generator),
        reason=reason,
    )


def _require_comparable(p: LineLaw, q: LineLaw) -> None:
    """Refuse laws so narrow that squares of distances in their unit are no doubles, or that lie between two doubles."""
    humps = [hump for law in (p, q) for hump in law.humps]
    modes = [hump.mode for hump in humps if math.isfinite(hump.mode)] or [0.0]
    scales = [hump.scale for hump in humps if math.isfinite(hump.scale)]
    if scales and max(max(scales), max(modes) - min(modes)) > FARTHEST * min(scales):
        raise InvalidInput(
            f"p and q must be no wider and no farther apart than {FARTHEST:g} times the scale of the narrowest, {min(scales):.3g}",
            argument="p",
        )
    if any(abs(hump.mode) > OFFSET * hump.scale for hump in humps):
        raise InvalidInput(
            f"p and q must be no farther from 0 than {OFFSET:g} times their own scale, for doubles to tell their points apart; "
            "subtract a common number from both",
            argument="p",
        )


def on_the_line(p: Measure, q: Measure, *, generator: FDivergence | None = None, **options: Any) -> bool:
    """Whether the method takes the pair: mixtures of humps, and a generator whose terms are known in logarithms."""
    return not isinstance(generator, Generator) and line_law(p) is not None and line_law(q) is not None


def _nodes(edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Gauss's rule of three nodes on every cell: the nodes, and the logarithms of their weights."""
    nodes, weights = np.polynomial.legendre.leggauss(3)
    x = ((edges[1:, None] + edges[:-1, None]) / 2 + np.diff(edges)[:, None] / 2 * nodes).ravel()
    return x, np.log((np.diff(edges)[:, None] / 2 * weights).ravel())


def _quadrature(log_p: Any, log_q: Any, generator: FDivergence, log_width: np.ndarray) -> Any:
    """The terms at the nodes."""
    log_p, log_q, _ = alike(log_p, log_q)
    xp = array_namespace(log_p)
    width, _, _ = alike(log_width, log_p)
    # A node may fall on an end of a support where a density is infinite; what its cell weighs is left out there.
    log_p, log_q = (xp.where(constant(log) == math.inf, xp.full_like(log, -math.inf), log) for log in (log_p, log_q))
    # Outside of a support a density is replaced by one that is e^-700 of the other.
    none_p, none_q = (constant(log) == -math.inf for log in (log_p, log_q))
    if bool(none_p.any()) or bool(none_q.any()):
        far = xp.full_like(log_p, FAR)
        log_p = xp.where(none_p, xp.where(none_q, -2 * far, log_q - far), log_p)
        log_q = xp.where(none_q, log_p - xp.where(none_p, 0 * far, far), log_q)
    return _terms(generator, log_q + width, log_p - log_q)


@np.errstate(over="ignore", invalid="ignore", divide="ignore")  # what no double holds is infinite
def refine(p: LineLaw, q: LineLaw, generator: FDivergence) -> np.ndarray:
    """Edges whose cells are small where the bracket would be wide.

    Masses of narrower cells are known less well, so the grid with the least gap is taken, not the last.
    """
    edges = best = np.union1d(p.grid(), q.grid())
    least, most = math.inf, min(LARGEST_GRID, *(hump.largest_grid for law in (p, q) for hump in law.humps))
    for _ in range(ROUNDS):
        lower, upper, gaps = bounds_on_cells(p, q, generator, edges)
        if not np.isfinite(gaps).all():
            gaps = np.where(np.isfinite(gaps), gaps, _missing(p, q, generator, edges))
        wanted, total = TOLERANCE * lower / 2, float(gaps.sum())
        reached = upper - lower if math.isfinite(upper) else total
        progress = reached < 0.7 * least
        if reached < least:
            best, least = edges, reached
        if total <= wanted or not progress or len(edges) > most // 3:
            break
        # A cell cut into m parts keeps about 1/m^2 of its gap; equal shares of what is wanted go to every cell.
        share = max(wanted / len(gaps), total * 1e-12)
        parts = _parts(gaps, share)
        while (full := parts.sum() > most) and share < total:
            share *= 2
            parts = _parts(gaps, share)
        if full or (parts == 1).all():
            break
        start, width = np.repeat(edges[:-1], parts), np.repeat(np.diff(edges) / parts, parts)
        inside = np.arange(parts.sum()) - np.repeat(np.cumsum(parts) - parts, parts)
        edges = np.unique(np.append(start + inside * width, edges[-1]))
    return best


def _missing(p: LineLaw, q: LineLaw, generator: FDivergence, edges: np.ndarray) -> np.ndarray:
    """What the lower bound of each cell seems to miss: Gauss's rule less the term of its mass."""
    x, log_width = _nodes(edges)
    both = _quadrature(p.log_density(x), q.log_density(x), generator, log_width).reshape(-1, 3).sum(1)
    (log_p, _), (log_q, _) = p.log_masses(edges), q.log_masses(edges)
    inner = np.isfinite(log_p[1:-1]) & np.isfinite(log_q[1:-1])
    safe_p, safe_q = (np.where(inner, log[1:-1], 0.0) for log in (log_p, log_q))
    return np.where(inner, np.clip(np.nan_to_num(both - _terms(generator, safe_q, safe_p - safe_q)), 0.0, HUGE), 0.0)


def _parts(gaps: np.ndarray, share: float) -> np.ndarray:
    return np.clip(np.ceil(np.sqrt(gaps / share)), 1, 32).astype(np.int64)


@np.errstate(over="ignore", invalid="ignore", divide="ignore")  # what no double holds is infinite
def bounds_on_cells(
    p: LineLaw, q: LineLaw, generator: FDivergence, edges: np.ndarray
) -> tuple[float, float, np.ndarray]:
    """Lower and upper bound, and what each inner cell contributes to their difference: inf where it has no upper bound."""
    (log_p, error_p), (log_q, error_q) = p.log_masses(edges), q.log_masses(edges)
    no_p, no_q = ~np.isfinite(log_p), ~np.isfinite(log_q)
    empty = no_p | no_q  # below the smallest double, or outside of a support
    with np.errstate(invalid="ignore"):
        ratio = np.where(empty, 0.0, log_p - log_q)
    error = error_p + error_q
    nearer = np.sign(ratio) * np.maximum(np.abs(ratio) - error, 0)
    # A mass that is 0 is replaced by one that is e^-700 of the other, which lowers the term.
    nearer = np.where(no_p & ~no_q, -FAR, np.where(no_q & ~no_p, FAR, nearer))
    least = np.where(no_q & ~no_p, log_p - error_p - FAR, log_q - error_q)
    below = _terms(generator, np.where(no_p & no_q, -2 * FAR, least), nearer)
    below = np.where(no_p & no_q, 0.0, np.minimum(below, HUGE))
    log_q = np.where(no_q, -750.0, log_q)
    below = below * (1 - 64 * EPS * (2 + np.abs(ratio) + np.abs(log_q)))
    masses = (log_p[1:-1], log_q[1:-1], error_p[1:-1], error_q[1:-1], no_p[1:-1], no_q[1:-1])
    above = _chords(p, q, generator, edges, masses)
    tails = _tails(p, q, generator, edges)
    rounding = 8 * EPS * math.log2(len(edges) + 1)
    lower = min(max(float(below.sum()) * (1 - rounding), 0.0), HUGE)
    upper = (float(above.sum()) + tails) * (1 + rounding) + 1e-290
    return lower, max(upper, lower), np.fmax(above - below[1:-1], 0)


def _terms(generator: FDivergence, log_q: Any, ratio: Any) -> Any:
    return generator.terms(LogAtoms(log_q, ratio, generator.reach))


def _chords(
    p: LineLaw, q: LineLaw, generator: FDivergence, edges: np.ndarray, masses: tuple[np.ndarray, ...]
) -> np.ndarray:
    """The upper bound of each inner cell, over every mean ratio that rounding leaves possible."""
    log_p, log_q, error_p, error_q, no_p, no_q = masses
    (low_p, high_p), (low_q, high_q) = p.log_density_bounds(edges), q.log_density_bounds(edges)
    with np.errstate(invalid="ignore"):
        low, high = low_p - high_q, high_p - low_q
    if (exact := log_ratio_bounds(p, q, edges)) is not None:
        low, high = exact
    # Without a bound of the ratio, the atoms of ratio 0 and infinity take its place.
    open_below, open_above = ~(low > -math.inf), ~(high < math.inf)
    low = np.minimum(np.where(open_below, -FAR, low), np.where(open_above, FAR, math.inf))
    high = np.maximum(np.where(open_above, low + 1, high), low)
    # Where the masses underflow, the mass of q is at most its largest density times the width.
    empty, error = no_p | no_q, error_p + error_q
    with np.errstate(invalid="ignore"):
        ratio = np.where(empty, 0.0, log_p - log_q)
        most, most_p = (
            np.maximum(np.where(no, np.minimum(top + np.log(np.diff(edges)), 0.0), log + slip), -3 * FAR)
            for no, top, log, slip in ((no_q, high_q, log_q, error_q), (no_p, high_p, log_p, error_p))
        )
    width = np.maximum(high - low, 1e-300)
    bounds = []
    for mean in (ratio - error, ratio + error):
        mean = np.clip(np.where(empty, high, mean), low, high)
        with np.errstate(divide="ignore"):
            upper_share = np.minimum(_log_expm1(mean - low) - _log_expm1(width), 0.0)
            lower_share = np.minimum(_log1m_exp(mean - high) - _log1m_exp(-width), 0.0)
            lower_share[high == low] = 0.0
        # Neither atom has more of p than the cell, which holds where the shares are differences of huge numbers.
        parts = ((most + lower_share, low), (most + upper_share, high))
        bounds.append(
            sum(_terms(generator, np.where(at > 0, np.minimum(mass, most_p - at), mass), at) for mass, at in parts)
        )
    with np.errstate(over="ignore"):
        value = np.maximum(*bounds) * (1 + 64 * EPS * (2 + np.abs(ratio) + np.abs(most)))
    if open_below.any() or open_above.any():
        jump = max(
            generator.at_zero + generator.slope - float(_terms(generator, np.zeros(1), np.array([-FAR]))[0]), 0.0
        )
        alone = _weighted(generator.at_infinity - generator.slope, most_p)
        value = np.where(
            open_above, _terms(generator, np.where(low > 0, np.minimum(most, most_p - low), most), low) + alone, value
        )
        value = np.where(open_below, value + _weighted(jump, most), value)
    return value


def _weighted(factor: float, log_mass: np.ndarray) -> np.ndarray:
    """factor e^log_mass, 0 where there is no mass whatever the factor."""
    mass = np.where(log_mass > -2 * FAR, np.exp(np.minimum(log_mass, 0.0)), 0.0)
    return np.multiply(factor, mass, where=mass > 0, out=np.zeros_like(mass)) * (1 + 1e-9)


def _tails(p: LineLaw, q: LineLaw, generator: FDivergence, edges: np.ndarray) -> float:
    """An upper bound of what lies outside of the edges."""
    if isinstance(generator, KullbackLeibler):
        return _kl_tails(p, q, edges)
    if isinstance(generator, Jeffreys):
        return _kl_tails(p, q, edges) + _kl_tails(q, p, edges)
    total = 0.0
    for law, limit, slope in ((p, generator.at_infinity, -generator.slope), (q, generator.at_zero, generator.slope)):
        logs, errors = law.log_masses(edges)
        for k, reached in zip((0, -1), law.reaches(edges), strict=True):
            if reached:
                total += (math.exp(logs[k]) * (1 + errors[k]) + 1e-290) * (limit + slope) * (1 + 1e-9)
    return total


def _kl_tails(p: LineLaw, q: LineLaw, edges: np.ndarray) -> float:
    """ln p is at most its largest value out there, -ln q at most that of q's widest hump: moments of p's humps."""
    total = 0.0
    for k, end, sign in ((0, edges[0], -1.0), (-1, edges[-1], 1.0)):
        logs, errors = q.log_masses(edges)
        total += math.exp(logs[k]) * (1 + errors[k])
        if not p.reaches(edges)[k]:
            continue
        log_p = float(p.log_density(np.array([end]))[0])  # beyond all modes the density only falls
        known = [(hump.scale, i, tail) for i, hump in enumerate(q.humps) if (tail := hump.log_density_polynomial())]
        if not known:
            return math.inf
        _, widest, (constant, linear, square) = max(known)
        constant += math.log(q.weights[widest])
        for weight, hump in zip(p.weights, p.humps, strict=True):
            moments = hump.tail_moments(sign * (end - hump.mode)) if hump.ends[k] != end else (0.0, 0.0, 0.0)
            if moments is None:
                return math.inf
            mass, first, second = moments
            away = abs(hump.mode - q.humps[widest].mode)
            distance = first + away * mass
            squared = second + 2 * away * first + away**2 * mass
            total += weight * (max(log_p - constant, 0.0) * mass + linear * distance + square * squared)
    return total * (1 + 1e-9)


def _log_expm1(x: np.ndarray) -> np.ndarray:
    """ln(e^x - 1) for x >= 0."""
    return np.where(x > 1, x + np.log1p(-np.exp(-np.maximum(x, 1))), np.log(np.expm1(np.minimum(x, 1))))


def _log1m_exp(x: np.ndarray) -> np.ndarray:
    """ln(1 - e^x) for x <= 0."""
    return np.log(-np.expm1(x))
