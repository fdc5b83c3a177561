"""f-divergences of densities on the line without a distribution function: adaptive quadrature, an estimate."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from dualgap.bracket import Bracket, Guarantee
from dualgap.divergences.generators import FDivergence
from dualgap.divergences.line import line_law
from dualgap.divergences.log_atoms import LogAtoms, farthest
from dualgap.divergences.singular import on_circle, on_one_space
from dualgap.divergences.user import Generator
from dualgap.measures import Density, Gaussian, Measure, Mixture
from dualgap.measures.draws import log_density_at
from dualgap.validation import as_array, real

__all__ = ["by_quadrature", "have_densities"]

ROUNDS = 40
MOST_CELLS = 60_000
#: By how much a density may miss 1 before the answer says so.
MISSING = 1e-4


def have_densities(p: Measure, q: Measure, *, generator: FDivergence | None = None, **options: object) -> bool:
    """Whether both are laws on the line with densities."""
    if not on_one_space(p, q):
        return False
    return not isinstance(generator, Generator) and all(law.dimension == 1 and _has_density(law) for law in (p, q))


def _has_density(law: Measure) -> bool:
    if isinstance(law, Mixture):
        return all(_has_density(part) for part in law.components)
    return isinstance(law, Density) or (isinstance(law, Gaussian) and bool(law.covariance[0, 0] > 0))


def by_quadrature(
    p: Measure, q: Measure, *, generator: FDivergence, breakpoints: object = (), tolerance: float = 1e-9
) -> Bracket:
    """Adaptive Gauss quadrature between breakpoints: an estimate, without any bound.

    .. math:: \\int q f(p / q)\\, dx

    The line is cut at the ends of the supports, at quantiles where they are known, and at the breakpoints that are given; a
    cell is halved until two rules agree. Rules that agree can be wrong together: what lies between all nodes is not seen. So
    both densities are integrated along, and the reason says when one of them does not come to 1.
    """
    tolerance = real(tolerance, "tolerance", above=0)
    given = np.zeros(0) if isinstance(breakpoints, tuple) and not breakpoints else as_array(breakpoints, "breakpoints")
    cuts, low, high = _cuts(p, q, np.asarray(given, dtype=np.float64).ravel())

    far = farthest(generator)

    def integrands(x: np.ndarray) -> np.ndarray:
        log_p, log_q = (log_density_at(law, x.reshape(-1, 1)) for law in (p, q))
        first, second = np.exp(log_p), np.exp(log_q)
        neither = ~np.isfinite(np.maximum(log_p, log_q))
        log_p, log_q = (np.where(neither, 0.0, log) for log in (log_p, log_q))
        log_p, log_q = np.maximum(log_p, log_q - far), np.maximum(log_q, log_p - far)
        terms = np.where(neither, 0.0, generator.terms(LogAtoms(log_q, log_p - log_q, generator.reach)))
        return np.array([terms, first, second])

    with np.errstate(all="ignore"):
        value, *masses = _adaptive(integrands, cuts, low, high, tolerance)
    missed = [f"{name} was found to have the mass {mass:.4g}" for name, mass in zip("pq", masses, strict=True)
              if not abs(mass - 1) <= MISSING]  # fmt: skip
    return Bracket(
        value=np.float64(max(value, 0.0)),
        lower=math.nan,
        upper=math.nan,
        guarantee=Guarantee.NONE,
        method="quadrature",
        reason="quadrature has no bound on its error" + "".join(f"; {one}, not 1" for one in missed),
    )


def _cuts(p: Measure, q: Measure, given: np.ndarray) -> tuple[np.ndarray, float, float]:
    """Where the line is cut, and the interval that holds all of the mass of both."""
    places, ends = [given], []
    for law in (p, q):
        for part in law.components if isinstance(law, Mixture) else (law,):
            known = line_law(part)
            places.append(np.zeros(0) if known is None else known.grid())
            support = (-math.inf, math.inf) if not isinstance(part, Density) or part.support is None else part.support
            support = (-math.pi, math.pi) if on_circle(part) else support
            ends.append([float(np.ravel(end)[0]) for end in support])
    low, high = min(end[0] for end in ends), max(end[1] for end in ends)
    powers = 2.0 ** np.arange(-10, 21)
    spread = np.concatenate([-powers, [0.0], powers])
    if math.isfinite(low) and math.isfinite(high):
        spread = np.linspace(low, high, 65)
    elif math.isfinite(low):
        spread = low + np.concatenate([[0.0], powers])
    elif math.isfinite(high):
        spread = high - np.concatenate([[0.0], powers])
    all_ends = np.array([end for pair in ends for end in pair if math.isfinite(end)])
    cuts = np.unique(np.concatenate([*places, spread, all_ends]))
    return cuts[(cuts >= low) & (cuts <= high)], low, high


def _adaptive(
    function: Callable[[np.ndarray], np.ndarray], cuts: np.ndarray, low: float, high: float, tolerance: float
) -> np.ndarray:
    """The integrals, over the cells between the cuts and, mapped to (0, 1), beyond them."""
    first, last = float(cuts[0]), float(cuts[-1])
    scale = max(last - first, 1.0)
    pieces = [(lambda t: (t, np.ones_like(t)), cuts)]
    unit = np.linspace(0.0, 1.0, 9)
    if last < high:
        pieces.append((lambda t: (last + scale * t / (1 - t), scale / (1 - t) ** 2), unit))
    if first > low:
        pieces.append((lambda t: (first - scale * t / (1 - t), scale / (1 - t) ** 2), unit))
    return np.sum([_over(function, change, edges, tolerance) for change, edges in pieces], axis=0)


def _over(
    function: Callable[[np.ndarray], np.ndarray],
    change: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]],
    edges: np.ndarray,
    tolerance: float,
) -> np.ndarray:
    rules = [np.polynomial.legendre.leggauss(n) for n in (10, 15)]
    left, right = edges[:-1], edges[1:]
    done, fine, bad = np.zeros(3), np.zeros((3, len(left))), np.zeros(len(left), dtype=bool)
    for _ in range(ROUNDS):
        results = []
        for nodes, weights in rules:
            t = (right + left)[:, None] / 2 + (right - left)[:, None] / 2 * nodes
            x, slope = change(t)
            values = np.nan_to_num(function(x.ravel()).reshape(3, *x.shape), posinf=0.0)
            results.append((values * slope) @ weights * (right - left) / 2)
        coarse, fine = results
        off = np.abs(fine - coarse).max(0)
        size = np.maximum(np.abs(fine).sum(1).max() + np.abs(done).max(), 1e-300)
        bad = (off > tolerance * size / len(left)) & (right - left > 1e-13 * np.maximum(np.abs(left), np.abs(right)))
        if 2 * bad.sum() > MOST_CELLS:
            bad[:] = False
        done = done + fine[:, ~bad].sum(1)
        if not bad.any():
            return done
        middle = (left[bad] + right[bad]) / 2
        left, right = np.concatenate([left[bad], middle]), np.concatenate([middle, right[bad]])
    return done + fine[:, bad].sum(1) if bad.any() else done
