"""Exact transport between clouds that have no room for a dense cost: column generation, from coarse to fine."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from typing import Any, final

import numpy as np
from scipy import sparse

from dualgap import validation
from dualgap.bracket import Bracket, Guarantee
from dualgap.measures import Points
from dualgap.progress import Progress, resolve
from dualgap.transport.discrete import plain_masses, plain_points, wants_gradient
from dualgap.transport.duality import TransportCertificate, tight_potentials
from dualgap.transport.envelope import differentiable_distance
from dualgap.transport.exact import NO_LIMIT, bracket_of, certify, solve
from dualgap.transport.ground import PointCost, point_cost
from dualgap.transport.one_dimensional import line_masses, monotone_coupling
from dualgap.transport.pricing import cheapest
from dualgap.transport.wasserstein import WASSERSTEIN

__all__ = ["solve_sparse"]

#: At this many atoms a side the dense solver is fast, and the coarsest level is left to it.
COARSEST = 1000

#: Each level has this many times the atoms of the one below; lower levels stop at this relative gap of the cost.
RATIO, COARSE_GAP = 3, 1e-3

#: Arcs that an atom starts with, and arcs that pricing adds to an atom whose constraint is violated.
FIRST_ARCS, MORE_ARCS = 8, 4

#: Rounds of pricing without a smaller gap before the solver takes it for rounding.
PATIENCE = 4


@WASSERSTEIN.route(
    "sparse",
    Points,
    Points,
    Guarantee.EXACT,
    when=lambda p, q, cost=None, **options: cost is None,
    needs="no cost matrix",
)
def between_points(
    p: Points,
    q: Points,
    *,
    order: float,
    ground: str,
    cost: Any,
    gap: float = 1e-9,
    deadline: float | None = None,
    progress: Progress | None = None,
) -> Bracket:
    """Column generation on sparse arcs, from coarse to fine: memory of n + m, priced over all pairs, to a relative gap."""
    gap = validation.real(gap, "gap", at_least=0)
    limit = math.inf if deadline is None else time.monotonic() + validation.real(deadline, "deadline", above=0)
    costs = point_cost(plain_points(p), plain_points(q), order=order, ground=ground)
    run = _Run(gap=gap, limit=limit, progress=resolve(progress))
    certificate = solve_sparse(costs, plain_masses(p), plain_masses(q), run)
    value: Any = None
    if wants_gradient(p.points, q.points, p.weights, q.weights):
        value = differentiable_distance(certificate, points=(p.points, q.points), weights=(p.weights, q.weights))
    found = bracket_of(certificate, value, p.points, q.points)
    if found.guarantee is Guarantee.EXACT:
        return found
    return replace(found, reason="the solver was stopped at the gap or the deadline that was asked for, or by rounding")


@final
@dataclass(kw_only=True)
class _Run:
    """When to stop, and whom to tell."""

    gap: float
    limit: float
    progress: Progress

    def over(self) -> bool:
        return time.monotonic() > self.limit


@final
@dataclass(frozen=True, kw_only=True)
class _Solution:
    """Flows of a restricted problem, and the row potential with its feasible column partner."""

    plan: sparse.csr_array
    f: np.ndarray
    g: np.ndarray


def solve_sparse(cost: PointCost, a: np.ndarray, b: np.ndarray, run: _Run) -> TransportCertificate:
    """The certificate of an optimal plan, or of the best one when stopped before.

    Parameters
    ----------
    cost : PointCost, of shape (n, m)
    a, b : (n,) and (m,) arrays
        Masses; atoms without any are left out of the solver and get their c-transform.

    Reference: schmitzer2016
    """
    rows, columns = np.flatnonzero(a), np.flatnonzero(b)
    inner = PointCost(x=cost.x[rows], y=cost.y[columns], order=cost.order, ground=cost.ground, unit=cost.unit)
    run.progress.start(None, "transport")
    try:
        found = _coarse_to_fine(inner, a[rows], b[columns], run)
    finally:
        run.progress.stop()
    plan = sparse.coo_array(found.plan)
    i, j = plan.coords
    whole = sparse.csr_array(sparse.coo_array((plan.data, (rows[i], columns[j])), shape=cost.shape))
    start = np.full(len(a), -4 * float(np.abs(found.f).max()) - 4 * float(np.abs(found.g).max()) - 1)
    start[rows] = found.f
    return certify(cost, (a, b), whole, tight_potentials(cost, start))


def _coarse_to_fine(cost: PointCost, a: np.ndarray, b: np.ndarray, run: _Run) -> _Solution:
    """Nested random subsamples: the duals of each level start the next."""
    rng = np.random.default_rng(0)  # which atoms a coarse level holds changes the time, not the result
    shuffled = rng.permutation(len(a)), rng.permutation(len(b))
    sizes = [max(cost.shape)]
    while sizes[-1] > COARSEST:
        sizes.append(sizes[-1] // RATIO)
    f: np.ndarray | None = None
    before: PointCost | None = None
    found = None
    for size in reversed(sizes):
        rows, columns = (np.sort(one[:size]) for one in shuffled)
        level = PointCost(x=cost.x[rows], y=cost.y[columns], order=cost.order, ground=cost.ground, unit=cost.unit)
        masses = a[rows] / math.fsum(a[rows]), b[columns] / math.fsum(b[columns])
        if f is None or before is None:
            dense = solve(level, *masses)
            found = _Solution(plan=dense.plan, f=dense.potentials[0], g=dense.potentials[1])
        else:
            between = PointCost(x=cost.y[columns], y=before.x, order=cost.order, ground=cost.ground, unit=cost.unit)
            g = cheapest(between, f, 1).reduced[:, 0]
            final = size == sizes[0]
            found = _generate(level, *masses, g, run.gap if final else max(run.gap, COARSE_GAP), run)
        f, before = found.f, level
    if found is None:
        raise RuntimeError("there is always a level")
    return found


def _generate(cost: PointCost, a: np.ndarray, b: np.ndarray, g: np.ndarray, gap: float, run: _Run) -> _Solution:
    """Solve on the arcs held, price all pairs, add the violated arcs, until the relative gap of the distance is reached."""
    n, m = cost.shape
    swapped = PointCost(x=cost.y, y=cost.x, order=cost.order, ground=cost.ground, unit=cost.unit)
    by_row = cheapest(cost, g, FIRST_ARCS)
    f = by_row.reduced[:, 0]
    by_column = cheapest(swapped, f, FIRST_ARCS)
    g = by_column.reduced[:, 0]
    theta = np.random.default_rng(1).standard_normal(cost.x.shape[1])
    sorted_rows, sorted_columns, mass, _ = monotone_coupling(
        cost.x @ theta, cost.y @ theta, line_masses(a), line_masses(b)
    )
    arcs = _merged(
        m, sorted_rows * m + sorted_columns, _keys(by_row.columns, m), _keys_of_columns(by_column.columns, m)
    )
    best = _Solution(
        plan=sparse.csr_array(sparse.coo_array((mass, (sorted_rows, sorted_columns)), shape=(n, m))), f=f, g=g
    )
    smallest, fruitless = math.inf, 0
    try:
        while not run.over():
            plan, paid, f, g = _restricted(cost, a, b, arcs, f, g)
            by_row = cheapest(cost, g, MORE_ARCS)
            feasible = by_row.reduced[:, 0]
            by_column = cheapest(swapped, f, MORE_ARCS)
            proved = float(a @ feasible + b @ g)
            other = float(a @ f + b @ by_column.reduced[:, 0])
            missing = paid - max(proved, other)
            run.progress.advance(gap=missing / paid if paid > 0 else 0.0, arcs=len(arcs))
            if missing < 0.999 * smallest:
                smallest, fruitless = missing, 0
                best = _Solution(
                    plan=plan, f=feasible if proved >= other else f, g=g if proved >= other else by_column.reduced[:, 0]
                )
            else:
                fruitless += 1
            if missing <= gap * cost.order * paid or fruitless >= PATIENCE:
                break
            arcs = _merged(
                m,
                arcs,
                _violated(by_row.columns, by_row.reduced, f, m, False),
                _violated(by_column.columns, by_column.reduced, g, m, True),
            )
    except KeyboardInterrupt:
        run.limit = -math.inf  # the levels that are left pass by: the user waits no longer
        return best
    return best


def _restricted(
    cost: PointCost, a: np.ndarray, b: np.ndarray, arcs: np.ndarray, f: np.ndarray, g: np.ndarray
) -> tuple[sparse.csr_array, float, np.ndarray, np.ndarray]:
    """POT's sparse network simplex on the arcs, started from potentials: plan, its cost, potentials on the arcs."""
    from ot.lp.emd_wrap import emd_c_sparse

    n, m = cost.shape
    i, j = np.divmod(arcs, m)
    costs = cost.distances(i, j) ** cost.order
    scale = float(costs.max()) or 1.0
    rows, columns, mass, _, alpha, beta, _ = emd_c_sparse(
        a, b, i.astype(np.uint64), j.astype(np.uint64), costs / scale, NO_LIMIT, f / scale, g / scale
    )
    rows, columns, mass = rows.astype(np.intp), columns.astype(np.intp), np.maximum(mass, 0.0)
    plan = sparse.csr_array(sparse.coo_array((mass, (rows, columns)), shape=(n, m)))
    paid = float(mass @ cost.distances(rows, columns) ** cost.order)
    return plan, paid, np.asarray(alpha) * scale, np.asarray(beta) * scale


def _keys(columns: np.ndarray, m: int) -> np.ndarray:
    return (np.arange(len(columns))[:, None] * m + columns).ravel()


def _keys_of_columns(rows: np.ndarray, m: int) -> np.ndarray:
    return (rows * m + np.arange(len(rows))[:, None]).ravel()


def _violated(partners: np.ndarray, reduced: np.ndarray, potential: np.ndarray, m: int, of_columns: bool) -> np.ndarray:
    """Arcs whose reduced cost is below the potential of the atom: constraints that the restricted problem ignored."""
    keys = _keys_of_columns(partners, m) if of_columns else _keys(partners, m)
    return keys[(reduced < potential[:, None]).ravel()]


def _merged(m: int, *keys: np.ndarray) -> np.ndarray:
    return np.unique(np.concatenate(keys))
