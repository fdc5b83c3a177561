"""Column generation: transport on the arcs held, priced over all pairs, with the violated ones as further arcs."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import final

import numpy as np

from dualgap.progress import Progress
from dualgap.transport import assignment
from dualgap.transport.coarse import Level, families, handed_down
from dualgap.transport.exact import NO_LIMIT
from dualgap.transport.ground import ROUNDOFF, Cost, PointCost
from dualgap.transport.pricing import Pairs, Partners, cheapest, shrunk, violated

__all__ = ["Plan", "Run", "Solution", "feasible", "generate"]

#: Levels of cells stop at this gap, relative to what transport costs beyond the shift of the mean, or after so many
#: rounds.
COARSE_GAP, COARSE_ROUNDS = 1e-2, 6

#: Arcs that an atom starts with, and arcs that pricing adds to an atom whose constraint is violated.
FIRST_ARCS, MORE_ARCS = 5, 4

#: Pricing that finds more possibly violated pairs than this, an atom, looks for the worst of each atom instead.
MOST_VIOLATED = 64

#: Rounds of pricing without a smaller gap before the solver takes it for rounding.
PATIENCE = 4


@final
@dataclass(kw_only=True)
class Run:
    """When to stop, whom to tell, and the device of torch or the workers to price on, if any."""

    gap: float
    limit: float
    progress: Progress
    device: str | None = None
    executor: Executor | None = None

    def over(self) -> bool:
        """Whether the time is up."""
        return time.monotonic() > self.limit

    def stop(self) -> None:
        """The user waits no longer."""
        self.limit = -math.inf

    def cheapest(self, cost: Cost, g: np.ndarray, k: int) -> Partners:
        """About k cheapest partners of every row at column potentials g, priced where this run prices."""
        return cheapest(cost, g, k, device=self.device, executor=self.executor)


@final
@dataclass(frozen=True)
class Plan:
    """Mass that moves from rows to columns.

    Parameters
    ----------
    rows, columns : (k,) arrays of int
    mass : (k,) array
    """

    rows: np.ndarray
    columns: np.ndarray
    mass: np.ndarray

    def paid(self, cost: Cost) -> float:
        """What it costs, in ``cost.unit ** cost.order``."""
        return float(self.mass @ cost.powers(self.rows, self.columns))

    def handed_down(self, x: Level, y: Level) -> Plan:
        """The same movement between the children of the cells."""
        return Plan(*handed_down(self.rows, self.columns, self.mass, x, y))


@final
@dataclass(frozen=True)
class Solution:
    """A plan, and feasible potentials."""

    plan: Plan
    f: np.ndarray
    g: np.ndarray


def feasible(cost: Cost, g: np.ndarray, run: Run) -> np.ndarray:
    """The row potential that makes any column potential feasible."""
    return run.cheapest(cost, g, 1).transform


def generate(cost: Cost, x: Level, y: Level, above: Plan, g: np.ndarray, run: Run, *, finest: bool) -> Solution:
    """Transport between two levels, to the gap asked for on the finest, to a rough one on others.

    Restricted to arcs the problem is a small one. Its potentials price all pairs:

    .. math:: f_i + g_j > c_{ij} \\Rightarrow (i, j) \\text{ becomes an arc}

    and no violated pair is left where they are optimal. An interruption ends it with the best so far.

    Parameters
    ----------
    cost : Cost, between the points of the levels
    x, y : Level
    above : Plan
        Between the cells of the level above.
    g : (m,) array
        Column potentials to start with.
    run : Run
    finest : bool

    Reference: schmitzer2016
    """
    plan = above.handed_down(x, y)
    best = Solution(plan, np.zeros(0), g)
    try:
        for solution in _rounds(cost, x, y, above, best, run, finest=finest):
            best = solution
            if run.over():
                break
    except KeyboardInterrupt:
        run.stop()
    return best if len(best.f) else Solution(best.plan, feasible(cost, best.g, run), best.g)


def _rounds(
    cost: Cost, x: Level, y: Level, above: Plan, start: Solution, run: Run, *, finest: bool
) -> Iterator[Solution]:
    """The best solution after each round of pricing."""
    a, b, m = x.masses, y.masses, cost.shape[1]
    by_row = run.cheapest(cost, start.g, FIRST_ARCS)
    yield Solution(start.plan, by_row.transform, start.g)
    by_column = run.cheapest(cost.transposed(), by_row.transform, FIRST_ARCS)
    best = Solution(start.plan, by_row.transform, by_column.transform)
    yield best
    f, g = best.f, best.g
    proved, paid = float(a @ f + b @ g), math.inf
    parts = families(above.rows, above.columns, x, y)
    arcs = _merged(
        start.plan.rows * m + start.plan.columns,
        parts[0] * m + parts[1],
        by_row.pairs.rows * m + by_row.pairs.columns,
        by_column.pairs.columns * m + by_column.pairs.rows,
    )
    enough, floor = (run.gap, 0.0) if finest else (max(run.gap, COARSE_GAP), _shift(cost, a, b))
    matching = finest and len(a) == len(b) and a.min() == a.max() and b.min() == b.max() and assignment.is_available()
    rounds = fruitless = 0
    while fruitless < PATIENCE and (finest or rounds < COARSE_ROUNDS):
        missing = paid - proved
        rows, columns = np.divmod(arcs, m)
        held = Pairs(rows, columns, shrunk(cost, rows, columns))
        if matching and rounds == 0:
            f, g = assignment.potentials(held, f, g) or (f, g)
        plan, f, g = _restricted(a, b, held, f, g)
        f, g = _tightened(held, f, g)
        proposed, more = _priced(cost, a, b, f, g, run)
        paid, value = plan.paid(cost), float(a @ proposed[0] + b @ proposed[1])
        best = Solution(plan, *proposed) if value > proved else replace(best, plan=plan)
        yield best
        proved = max(proved, value)
        run.progress.advance(
            gap=(paid - proved) / (cost.order * paid) if paid > 0 else 0.0, points=len(a), arcs=len(arcs)
        )
        before, arcs = len(arcs), _merged(arcs, more)
        if paid - proved <= cost.order * max(enough * (paid - floor), run.gap * paid) or len(arcs) == before:
            return
        rounds, fruitless = rounds + 1, 0 if paid - proved < 0.999 * missing else fruitless + 1


def _restricted(
    a: np.ndarray, b: np.ndarray, arcs: Pairs, f: np.ndarray, g: np.ndarray
) -> tuple[Plan, np.ndarray, np.ndarray]:
    """POT's sparse network simplex on the arcs, started from potentials: an optimal plan, and potentials on the arcs."""
    from ot.lp.emd_wrap import emd_c_sparse

    scale = float(arcs.costs.max()) or 1.0
    rows, columns, mass, _, alpha, beta, _ = emd_c_sparse(
        a,
        b,
        arcs.rows.astype(np.uint64),
        arcs.columns.astype(np.uint64),
        arcs.costs / scale,
        NO_LIMIT,
        f / scale,
        g / scale,
    )
    plan = Plan(rows.astype(np.intp), columns.astype(np.intp), np.maximum(mass, 0.0))
    return plan, np.asarray(alpha) * scale, np.asarray(beta) * scale


def _tightened(arcs: Pairs, f: np.ndarray, g: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Potentials that are feasible on the arcs, with an arc for every atom on which they are equal to the cost."""
    # The simplex may have set them far apart, f near -g: constants move freely between the two, small numbers round least.
    f, g = np.full(len(f), np.inf), g + float(np.median(f))
    np.minimum.at(f, arcs.rows, arcs.costs - g[arcs.columns])
    g = np.full(len(g), np.inf)
    np.minimum.at(g, arcs.columns, arcs.costs - f[arcs.rows])
    return f, g


def _priced(
    cost: Cost, a: np.ndarray, b: np.ndarray, f: np.ndarray, g: np.ndarray, run: Run
) -> tuple[tuple[np.ndarray, np.ndarray], np.ndarray]:
    """The better of two feasible pairs, (g^c, g) and (f, f^c), and the arcs that violate most, by their keys."""
    m = cost.shape[1]
    most = MOST_VIOLATED * max(cost.shape)
    found = violated(cost, f, g, most=most, device=run.device, executor=run.executor)
    lower_f, lower_g = f.copy(), g.copy()
    if found is None:
        of_rows, of_columns = run.cheapest(cost, g, MORE_ARCS), run.cheapest(cost.transposed(), f, MORE_ARCS)
        lower_f, lower_g = of_rows.transform, of_columns.transform
        back = of_columns.pairs
        found = Pairs(
            np.concatenate([of_rows.pairs.rows, back.columns]),
            np.concatenate([of_rows.pairs.columns, back.rows]),
            np.concatenate([of_rows.pairs.costs, back.costs]),
        )
    else:
        # All other pairs are above their potentials, and an arc of each atom is on them.
        np.minimum.at(lower_f, found.rows, found.costs - g[found.columns])
        np.minimum.at(lower_g, found.columns, found.costs - f[found.rows])
    better = a @ lower_f + b @ g >= a @ f + b @ lower_g
    sizes = np.abs(f[found.rows]) + np.abs(g[found.columns]) + found.costs
    reduced = found.costs - f[found.rows] - g[found.columns]
    wrong = np.flatnonzero(reduced < -8 * ROUNDOFF * sizes)
    rows, columns, reduced = found.rows[wrong], found.columns[wrong], reduced[wrong]
    worst = _first(rows, reduced) | _first(columns, reduced)
    return ((lower_f, g) if better else (f, lower_g)), rows[worst] * m + columns[worst]


def _first(atoms: np.ndarray, reduced: np.ndarray) -> np.ndarray:
    """Which entries are among the smallest few of their atom."""
    order = np.lexsort((reduced, atoms))
    of = atoms[order]
    chosen = np.zeros(len(atoms), dtype=bool)
    chosen[order[np.arange(len(of)) - np.searchsorted(of, of) < MORE_ARCS]] = True
    return chosen


def _shift(cost: Cost, a: np.ndarray, b: np.ndarray) -> float:
    """The order-th power of how far the means are apart: no plan costs less."""
    if not isinstance(cost, PointCost):
        return 0.0
    means = replace(cost, x=(a @ cost.x)[None], y=(b @ cost.y)[None])
    return float(means.powers(np.zeros(1, dtype=np.intp), np.zeros(1, dtype=np.intp))[0])


def _merged(*keys: np.ndarray) -> np.ndarray:
    return np.unique(np.concatenate(keys))
