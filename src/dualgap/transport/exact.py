"""Exact transport between discrete measures by POT's network simplex, believed only as far as its certificate goes."""

from __future__ import annotations

import math
import os
import warnings
from dataclasses import replace
from typing import Any

import numpy as np
from scipy import sparse

from dualgap.bracket import Bracket, Guarantee
from dualgap.errors import InvalidInput
from dualgap.measures import Histogram, Points
from dualgap.transport.claiming import claimed
from dualgap.transport.discrete import (
    exact_up_to_rounding,
    in_kind_of,
    plain_masses,
    plain_points,
    proved,
    require_representable,
    wants_gradient,
)
from dualgap.transport.duality import HIGH_ORDER, TransportCertificate, tight_potentials
from dualgap.transport.envelope import differentiable_distance
from dualgap.transport.ground import HUGE, Cost, MatrixCost, PointCost, point_cost
from dualgap.transport.wasserstein import WASSERSTEIN
from dualgap.validation import detached

__all__ = ["bracket_of", "certify", "fits_memory", "require_memory", "solve", "solve_by_orders"]

#: Bytes a pair of atoms takes at the peak: its cost, its flow, and what the solver keeps of its arc.
BYTES_PER_PAIR = 50

#: The simplex stops at absolute tolerances: where the largest cost is beyond this, or its inverse, costs are rescaled.
ORDINARY = 2.0**10

#: The simplex ends by itself at the optimum; a limit on its iterations could only return what is not optimal.
NO_LIMIT = 2**62

#: Costs are capped at no more than this, times the cost of the best plan so far: its cost keeps half its digits.
LARGEST_CAP = 1e8

#: Plans of this order start the ladder to higher ones, and the last order is solved again at most so often.
FIRST_ORDER, MOST_ROUNDS = 4.0, 4


@WASSERSTEIN.route("exact", Points, Points, Guarantee.EXACT)
def between_points(p: Points, q: Points, *, order: float, ground: str, cost: Any) -> Bracket:
    """Network simplex on all pairs (POT), with the plan, the potentials and a certificate that does without it."""
    if cost is not None:
        return between_histograms(p, q, order=order, ground=ground, cost=cost)
    require_memory(len(p.points), len(q.points))
    points = plain_points(p), plain_points(q)
    certificate = solve_by_orders(*points, plain_masses(p), plain_masses(q), order=order, ground=ground)
    value: Any = None
    if wants_gradient(p.points, q.points, p.weights, q.weights):
        value = differentiable_distance(certificate, points=(p.points, q.points), weights=(p.weights, q.weights))
    return bracket_of(certificate, value, p.points, q.points)


@WASSERSTEIN.route(
    "exact",
    Histogram,
    Histogram,
    Guarantee.EXACT,
    when=lambda p, q, cost=None, **options: cost is not None,
    needs="cost=, what moving a unit of mass from atom to atom costs",
)
def between_histograms(
    p: Histogram | Points, q: Histogram | Points, *, order: float, ground: str, cost: Any
) -> Bracket:
    """Network simplex on the given cost matrix (POT), with the plan, the potentials and a certificate."""
    require_memory(
        len(p.weights),
        len(q.weights),
        instead="method='sparse' holds little beside the matrix, and a cost between points needs none",
    )
    certificate = solve(MatrixCost(matrix=detached(cost), order=order), plain_masses(p), plain_masses(q))
    value: Any = None
    if wants_gradient(cost, p.weights, q.weights):
        value = differentiable_distance(certificate, points=None, weights=(p.weights, q.weights), cost=cost)
    return bracket_of(certificate, value, p.weights, q.weights, cost)


def solve(cost: Cost, a: np.ndarray, b: np.ndarray) -> TransportCertificate:
    """The optimal plan and potentials of a discrete problem, with the bounds that they prove.

    Parameters
    ----------
    cost : Cost, of shape (n, m)
    a : (n,) array
    b : (m,) array
        Non-negative masses, each summing to 1.

    Examples
    --------
    >>> import numpy as np
    >>> found = solve(MatrixCost(matrix=np.array([[1.0, 5.0]]), order=1.0), np.ones(1), np.array([0.5, 0.5]))
    >>> found.upper
    3.0
    """
    rows, columns = np.flatnonzero(a), np.flatnonzero(b)
    dense = cost.matrix if isinstance(cost, MatrixCost) else cost.dense()
    largest = float(dense.max())
    unit = 1.0 if 1 / ORDINARY <= largest <= ORDINARY or largest == 0 else 2.0 ** (math.frexp(largest)[1] - 1)
    matrix = dense if unit == 1 else dense / unit
    if len(rows) < len(a) or len(columns) < len(b):
        matrix = matrix[np.ix_(rows, columns)]
    flow, potential = _simplex(np.ascontiguousarray(matrix), a[rows], b[columns])
    del matrix
    i, j = np.divmod(np.flatnonzero(flow), flow.shape[1])
    plan = sparse.csr_array((flow[i, j], (rows[i], columns[j])), shape=cost.shape)
    del flow
    # Atoms without mass have no potential yet; a very low one lets the c-transform ignore them.
    start = np.full(len(a), -4 * largest - 4 * float(np.abs(potential).max()) * unit)
    start[rows] = potential * unit
    if cost.order > HIGH_ORDER:
        return certify(cost, (a, b), plan, tight_potentials(MatrixCost(matrix=dense, order=cost.order), start))
    if cost.relative_error > 0:  # potentials below all that the costs may truly be need no second look at all pairs
        dense *= 1 - 2 * cost.relative_error
    return claimed(cost, (a, b), plan, tight_potentials(MatrixCost(matrix=dense, order=cost.order), start))


def solve_by_orders(
    x: np.ndarray, y: np.ndarray, a: np.ndarray, b: np.ndarray, *, order: float, ground: str
) -> TransportCertificate:
    """The optimal plan between points, for a high order from the plans of lower ones.

    A high power spans more digits than float64 has, and a solver loses the short ways beside the longest. An optimal
    plan sends next to nothing along a way that is much longer than the cost of any plan; so costs are measured in the
    cost of the best plan so far and capped a little above it.

    Parameters
    ----------
    x : (n, d) array
    y : (m, d) array
    a, b : (n,) and (m,) arrays
    order : float
    ground : "euclidean" or "cityblock"
    """
    costs = point_cost(x, y, order=min(order, FIRST_ORDER) if order > HIGH_ORDER else order, ground=ground)
    found = solve(costs, a, b)
    if order <= HIGH_ORDER:
        return found
    present, rounds, best = FIRST_ORDER, 0, None
    cap = min(4.0 * len(x) * len(y), LARGEST_CAP)
    while rounds < MOST_ROUNDS:
        present = min(2 * present, order)
        paid = _paid_at(found, costs, present)
        if not 1 / HUGE < paid < HUGE:
            return solve(point_cost(x, y, order=order, ground=ground), a, b)
        found = solve(PointCost(x=x, y=y, order=present, ground=ground, unit=paid, cap=cap), a, b)
        if present == order:
            rounds += 1
            best = found if best is None or found.upper - found.lower < best.upper - best.lower else best
            if best is not found or _paid_at(found, costs, order) > paid * 0.5 ** (1 / order):
                break
    return found if best is None else best


def _paid_at(certificate: TransportCertificate, costs: PointCost, order: float) -> float:
    """What the plan of a certificate costs at another order."""
    unit = certificate.cost.unit
    return replace(certificate, cost=replace(costs, order=order, unit=unit)).paid() * unit


def certify(
    cost: Cost, masses: tuple[np.ndarray, np.ndarray], plan: sparse.csr_array, potentials: tuple[np.ndarray, np.ndarray]
) -> TransportCertificate:
    """The certificate of a plan and a pair of potentials, claiming what it proves."""
    certificate = TransportCertificate(
        lower=-math.inf, upper=math.inf, cost=cost, masses=masses, plan=plan, potentials=potentials
    )
    return certificate.claiming()


def bracket_of(certificate: TransportCertificate, value: Any, *inputs: Any) -> Bracket:
    """The bracket of an optimal plan: EXACT where its bounds differ by rounding only, CERTIFIED otherwise."""
    lower, upper, cost = certificate.lower, certificate.upper, certificate.cost
    require_representable(upper)
    guarantee = exact_up_to_rounding(lower, upper)
    if value is None:
        value = in_kind_of(min(max(certificate.paid() * cost.unit, lower), upper), *inputs)
    exact = guarantee is Guarantee.EXACT
    reason = "" if exact else "the costs differ so much in size that rounding decides between plans"
    return proved(value, certificate, guarantee, "exact", reason=reason)


def _simplex(matrix: np.ndarray, a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """POT's plan and its potential of the rows. It warns where it fails; here the certificate says whether it did."""
    import ot

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        flow, log = ot.emd(a, b, matrix, numItermax=NO_LIMIT, log=True, center_dual=False, check_marginals=False)
    return np.maximum(flow, 0.0, out=flow), np.asarray(log["u"], dtype=np.float64)


def fits_memory(n: int, m: int) -> bool:
    """Whether n times m pairs fit into the memory of this machine."""
    return BYTES_PER_PAIR * n * m <= _machine_memory()


def require_memory(n: int, m: int, *, instead: str = "method='sparse' holds only n + m of them") -> None:
    """Refuse a problem that cannot be held, and say which method would do."""
    if not fits_memory(n, m):
        raise InvalidInput(
            f"p and q must be small enough for this method: {n} x {m} pairs take about "
            f"{BYTES_PER_PAIR * n * m / 2**30:.1f} GiB, this machine has {_machine_memory() / 2**30:.1f}; "
            f"{instead}",
            argument="p",
        )


def _machine_memory() -> float:
    """Bytes of memory of this machine; unknown counts as unlimited."""
    names = getattr(os, "sysconf_names", {})
    if "SC_PHYS_PAGES" not in names or "SC_PAGE_SIZE" not in names:
        return math.inf
    return float(os.sysconf("SC_PHYS_PAGES")) * os.sysconf("SC_PAGE_SIZE")
