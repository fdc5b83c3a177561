"""Exact transport between clouds that have no room for a dense cost: column generation, from coarse to fine."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
from scipy import sparse

from dualgap import validation
from dualgap.bracket import Bracket, Guarantee
from dualgap.errors import InvalidInput
from dualgap.measures import Histogram, Points
from dualgap.progress import Progress, resolve
from dualgap.threads import one_thread_products
from dualgap.transport.claiming import claimed
from dualgap.transport.coarse import Level, levels
from dualgap.transport.columns import Plan, Run, Solution, feasible, generate
from dualgap.transport.discrete import plain_masses, plain_points, wants_gradient
from dualgap.transport.duality import HIGH_ORDER, TransportCertificate, tight_potentials
from dualgap.transport.envelope import differentiable_distance
from dualgap.transport.exact import bracket_of, certify, solve
from dualgap.transport.ground import Cost, MatrixCost, PointCost, point_cost
from dualgap.transport.one_dimensional import monotone_coupling
from dualgap.transport.pricing import accelerator
from dualgap.transport.wasserstein import WASSERSTEIN
from dualgap.validation import detached

__all__ = ["solve_sparse"]

#: Up to this many cells a side the dense solver is fast, and the coarsest level is left to it.
COARSEST = 1000

#: Cells of the finest level of cells hold this many atoms at least, and each level halves those above so many times.
SMALLEST_CELL, DEEPER = 2, 2

Result = TypeVar("Result")


@WASSERSTEIN.route("sparse", Points, Points, Guarantee.EXACT)
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
    executor: Executor | None = None,
) -> Bracket:
    """Column generation on sparse arcs, from coarse to fine: memory of n + m, priced over all pairs, to a relative gap."""
    if cost is not None:
        if executor is not None:
            raise InvalidInput(
                "executor must be left out where cost is given: sending the matrix takes longer than pricing it",
                argument="executor",
            )
        return between_histograms(
            p, q, order=order, ground=ground, cost=cost, gap=gap, deadline=deadline, progress=progress
        )
    costs = point_cost(plain_points(p), plain_points(q), order=order, ground=ground)
    run = _run(costs, gap, deadline, progress, executor)
    certificate = solve_sparse(costs, plain_masses(p), plain_masses(q), run)
    value: Any = None
    if wants_gradient(p.points, q.points, p.weights, q.weights):
        value = differentiable_distance(certificate, points=(p.points, q.points), weights=(p.weights, q.weights))
    return _stopped(bracket_of(certificate, value, p.points, q.points))


@WASSERSTEIN.route(
    "sparse",
    Histogram,
    Histogram,
    Guarantee.EXACT,
    when=lambda p, q, cost=None, **options: cost is not None,
    needs="cost=, what moving a unit of mass from atom to atom costs",
)
def between_histograms(
    p: Histogram | Points,
    q: Histogram | Points,
    *,
    order: float,
    ground: str,
    cost: Any,
    gap: float = 1e-9,
    deadline: float | None = None,
    progress: Progress | None = None,
) -> Bracket:
    """Column generation on the given cost matrix: stops at a relative gap or a deadline with what is proved by then."""
    costs = MatrixCost(matrix=detached(cost), order=order)
    certificate = solve_sparse(costs, plain_masses(p), plain_masses(q), _run(costs, gap, deadline, progress))
    value: Any = None
    if wants_gradient(cost, p.weights, q.weights):
        value = differentiable_distance(certificate, points=None, weights=(p.weights, q.weights), cost=cost)
    return _stopped(bracket_of(certificate, value, p.weights, q.weights, cost))


def _run(cost: Cost, gap: Any, deadline: Any, progress: Progress | None, executor: Any = None) -> Run:
    if not (executor is None or isinstance(executor, Executor)):
        raise InvalidInput(
            "executor must be a concurrent.futures.Executor, such as ProcessPoolExecutor() or a dask client's "
            f"get_executor(), got {type(executor).__name__}",
            argument="executor",
        )
    gap = validation.real(gap, "gap", at_least=0)
    limit = math.inf if deadline is None else time.monotonic() + validation.real(deadline, "deadline", above=0)
    device = accelerator(cost) if executor is None else None
    return Run(gap=gap, limit=limit, progress=resolve(progress), device=device, executor=executor)


def _stopped(found: Bracket) -> Bracket:
    """The bracket, with the reason of one that is wide."""
    if found.guarantee is Guarantee.EXACT:
        return found
    return replace(found, reason="the solver was stopped at the gap or the deadline that was asked for, or by rounding")


def solve_sparse(cost: Cost, a: np.ndarray, b: np.ndarray, run: Run) -> TransportCertificate:
    """The certificate of an optimal plan, or of the best one when stopped before.

    Restricted to some arcs the problem is a small one; its potentials price all pairs, and those whose cost they exceed
    become arcs, until none does. The arcs and the potentials to start with come from the same problem between cells of
    the clouds, and that from larger cells.

    Parameters
    ----------
    cost : Cost, of shape (n, m)
    a, b : (n,) and (m,) arrays
        Masses; atoms without any are left out of the solver and get their c-transform.
    run : Run

    Examples
    --------
    >>> import numpy as np
    >>> from dualgap.progress import Silent
    >>> cost = point_cost(np.zeros((1, 2)), np.array([[3.0, 4.0]]), order=1, ground="euclidean")
    >>> found = solve_sparse(cost, np.ones(1), np.ones(1), Run(gap=0.0, limit=math.inf, progress=Silent()))
    >>> round(found.lower, 12), round(found.upper, 12)
    (5.0, 5.0)

    Reference: schmitzer2016
    """
    rows, columns = np.flatnonzero(a), np.flatnonzero(b)
    inner = cost.part(rows, columns)
    run.progress.start(None, "transport")
    try:
        with one_thread_products():
            found = _coarse_to_fine(inner, a[rows], b[columns], run)
            f, g = _finished(run, lambda: _of_all(cost, rows, columns, found, run))
    finally:
        run.progress.stop()
    moved = found.plan
    plan = sparse.csr_array(
        sparse.coo_array((moved.mass, (rows[moved.rows], columns[moved.columns])), shape=cost.shape)
    )
    if cost.order > HIGH_ORDER:
        return certify(cost, (a, b), plan, tight_potentials(cost, f))
    return claimed(cost, (a, b), plan, (f, g))


def _finished(run: Run, work: Callable[[], Result]) -> Result:
    """The result of work without which nothing is proved: the first interruption only stops what comes after it."""
    try:
        return work()
    except KeyboardInterrupt:
        run.stop()
        return work()


def _depths(largest: int) -> list[int]:
    """The depths of the levels of cells, coarsest first; none where the atoms are few."""
    if largest <= COARSEST:
        return []
    depths = [int(math.log2(largest / SMALLEST_CELL))]
    while 2 ** depths[0] > COARSEST:
        depths.insert(0, max(depths[0] - DEEPER, 0))
    return depths


def _coarse_to_fine(cost: Cost, a: np.ndarray, b: np.ndarray, run: Run) -> Solution:
    """Solve between cells, and hand the plan and the potentials down to their parts."""
    if not isinstance(cost, PointCost):
        return _from_the_corner(cost, a, b, run)
    depths = _depths(max(cost.shape))
    x, y = _finished(run, lambda: (levels(cost.x, a, depths), levels(cost.y, b, depths)))
    above = replace(cost, x=x[0].points, y=y[0].points)
    found = _finished(run, lambda: _dense(above, x[0].masses, y[0].masses))
    plan, f = found.plan, found.f
    for k in range(1, len(x)):
        here, finest = replace(cost, x=x[k].points, y=y[k].points), k == len(x) - 1
        if run.over() and not finest:
            plan = plan.handed_down(x[k], y[k])
            continue
        upwards = replace(cost, x=here.y, y=above.x)
        g = _finished(run, lambda upwards=upwards, f=f: feasible(upwards, f, run))
        found = generate(here, x[k], y[k], plan, g, run, finest=finest)
        plan, f, above = found.plan, found.f, here
    return found


def _from_the_corner(cost: Cost, a: np.ndarray, b: np.ndarray, run: Run) -> Solution:
    """Solve between atoms that are nowhere, which have no cells: from the plan that fills rows and columns in turn."""
    if max(cost.shape) <= COARSEST:
        return _finished(run, lambda: _dense(cost, a, b))
    g = _finished(run, lambda: _of_a_sample(cost, a, b, run))
    x, y = (Level(np.zeros((len(one), 0)), one, np.arange(len(one))) for one in (a, b))
    rows, columns, mass, _ = monotone_coupling(np.arange(float(len(a))), np.arange(float(len(b))), a, b)
    return generate(cost, x, y, Plan(rows, columns, mass), g, run, finest=True)


def _of_a_sample(cost: Cost, a: np.ndarray, b: np.ndarray, run: Run) -> np.ndarray:
    """Column potentials that are optimal between some atoms, extended to all by two c-transforms."""
    some = [np.linspace(0, n - 1, min(n, COARSEST)).astype(np.intp) for n in cost.shape]
    masses = [one[chosen] / math.fsum(one[chosen]) for one, chosen in zip((a, b), some, strict=True)]
    found = _dense(cost.part(*some), *masses)
    f = feasible(cost.part(np.arange(len(a)), some[1]), found.g, run)
    return feasible(cost.transposed(), f, run)


def _dense(cost: Cost, a: np.ndarray, b: np.ndarray) -> Solution:
    """The optimum between a few atoms."""
    found = solve(cost, a, b)
    entries = sparse.coo_array(found.plan)
    rows, columns = entries.coords
    return Solution(Plan(rows, columns, entries.data), *found.potentials)


def _of_all(
    cost: Cost, rows: np.ndarray, columns: np.ndarray, found: Solution, run: Run
) -> tuple[np.ndarray, np.ndarray]:
    """Feasible potentials of all atoms from those of the atoms with mass: the others take their c-transform."""
    f, g = np.empty(cost.shape[0]), np.empty(cost.shape[1])
    f[rows], g[columns] = found.f, found.g
    if len(rows) < len(f):
        massless = np.setdiff1d(np.arange(len(f)), rows)
        f[massless] = feasible(cost.part(massless, columns), found.g, run)
    if len(columns) < len(g):
        massless = np.setdiff1d(np.arange(len(g)), columns)
        g[massless] = feasible(cost.part(np.arange(len(f)), massless).transposed(), f, run)
    middle = (f.max() + f.min()) / 2  # constants move freely between the two; small numbers round least
    return f - middle, g + middle
