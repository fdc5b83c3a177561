"""A certified bracket of the unregularised distance from Sinkhorn's iteration."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any, final

import numpy as np
from scipy import sparse

from dualgap import validation
from dualgap.bracket import Bracket, Certificate, Guarantee
from dualgap.measures import Histogram, Points
from dualgap.transport.discrete import (
    in_kind_of,
    plain_masses,
    plain_points,
    proved,
    require_representable,
    wants_gradient,
)
from dualgap.transport.duality import dual_bound, tight_potentials
from dualgap.transport.envelope import differentiable_distance
from dualgap.transport.evidence import require_cost, require_pair
from dualgap.transport.exact import require_memory
from dualgap.transport.ground import ROUNDOFF, Cost, MatrixCost, point_cost
from dualgap.transport.sinkhorn import Annealing, RoundedPlan, require_scalings
from dualgap.transport.wasserstein import WASSERSTEIN
from dualgap.validation import detached

__all__ = ["EntropicCertificate", "bracket_by_annealing"]

#: Below this share of the largest cost the exponentials of float64 no longer tell costs apart.
SMALLEST_REGULARISATION = 1e-7


@WASSERSTEIN.route("sinkhorn", Points, Points, Guarantee.CERTIFIED)
def between_points(p: Points, q: Points, *, order: float, ground: str, cost: Any, gap: float = 0.01) -> Bracket:
    """Annealed Sinkhorn iteration: the rounded plan above, the c-transform of its potential below, to a relative gap."""
    return _bracket(p, q, order, ground, cost, gap)


@WASSERSTEIN.route(
    "sinkhorn",
    Histogram,
    Histogram,
    Guarantee.CERTIFIED,
    when=lambda p, q, cost=None, **options: cost is not None,
    needs="cost=, what moving a unit of mass from atom to atom costs",
)
def between_histograms(
    p: Histogram, q: Histogram, *, order: float, ground: str, cost: Any, gap: float = 0.01
) -> Bracket:
    """Annealed Sinkhorn iteration on the given cost matrix."""
    return _bracket(p, q, order, ground, cost, gap)


def _bracket(p: Points | Histogram, q: Points | Histogram, order: float, ground: str, cost: Any, gap: float) -> Bracket:
    gap = validation.real(gap, "gap", above=0)
    require_memory(len(p.weights), len(q.weights))
    costs: Cost
    points: tuple[Any, Any] | None = None
    if cost is None and isinstance(p, Points) and isinstance(q, Points):
        costs, points = point_cost(plain_points(p), plain_points(q), order=order, ground=ground), (p.points, q.points)
    else:
        costs = MatrixCost(matrix=detached(cost), order=order)
    certificate = bracket_by_annealing(costs, plain_masses(p), plain_masses(q), gap=gap)
    inputs = (p.weights, q.weights, cost, *(points or ()))
    value: Any = in_kind_of(certificate.upper, *inputs)
    if wants_gradient(*inputs):
        value = differentiable_distance(certificate, points=points, weights=(p.weights, q.weights), cost=cost)
    require_representable(certificate.upper)
    return proved(value, certificate, Guarantee.CERTIFIED, "sinkhorn")


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class EntropicCertificate(Certificate):
    """Scalings that mean a plan, and potentials: both bounds of the unregularised problem.

    Parameters
    ----------
    lower, upper : float
    cost : Cost
    masses : pair of (n,) and (m,) arrays
    scalings : pair of (n,) and (m,) arrays
    regularisation : float
        Of the entropic plan that is rounded to the exact marginals.
    potentials : pair of (n,) and (m,) arrays
        Feasible: f_i + g_j <= c_ij.
    """

    cost: Cost
    masses: tuple[np.ndarray, np.ndarray]
    scalings: tuple[np.ndarray, np.ndarray]
    regularisation: float
    potentials: tuple[np.ndarray, np.ndarray]

    def bounds(self) -> tuple[float, float]:
        """Both bounds, blockwise over all pairs."""
        require_cost(self.cost)
        require_scalings(self.cost, self.masses, self.scalings, self.regularisation)
        require_pair(self.potentials, "potentials")
        order, unit = self.cost.order, self.cost.unit
        below, _ = dual_bound(self.cost, self.masses, self.potentials)
        above = self._rounded.paid()
        return (
            max(0.0, below) ** (1 / order) * (1 - 8 * ROUNDOFF) * unit,
            above ** (1 / order) * (1 + 8 * ROUNDOFF) * unit,
        )

    @property
    def _rounded(self) -> RoundedPlan:
        return RoundedPlan(
            cost=self.cost, masses=self.masses, scalings=self.scalings, regularisation=self.regularisation
        )

    @cached_property
    def plan(self) -> sparse.csr_array:
        """The rounded plan; nearly all of its entries are positive."""
        return self._rounded.matrix()


def bracket_by_annealing(cost: Cost, a: np.ndarray, b: np.ndarray, *, gap: float) -> EntropicCertificate:
    """Lower the regularisation until the bounds are within a relative gap, or no longer come closer.

    The iteration takes of the order of (cost / regularisation) steps: few points of very unequal mass, where only a
    small regularisation comes close, are the hard case, and the exact method is made for them.

    Parameters
    ----------
    cost : Cost, of shape (n, m)
    a, b : (n,) and (m,) arrays
    gap : float, above 0
        Of the distance, relative to its upper bound.
    """
    rows, columns = np.flatnonzero(a), np.flatnonzero(b)
    matrix = cost.dense()
    largest = float(matrix.max()) or 1.0
    run = Annealing(matrix[np.ix_(rows, columns)], a[rows], b[columns])
    independent = float(run.a @ run.cost @ run.b)  # what rounding pays for each unit of mass that it moves
    allowed = 1 - (1 - min(gap, 0.5)) ** cost.order  # the gap of the cost, whose root is the distance
    steps = int(min(20_000, max(1000, 4e9 // matrix.size)))
    regularisation, best, fruitless = largest, None, 0
    while best is None or (best.upper - best.lower > gap * best.upper and fruitless < 3):
        last = regularisation < SMALLEST_REGULARISATION * largest
        run.stage(regularisation, steps=20, tolerance=0.05)
        paid, proved = run.costs()
        if last or paid - proved <= 0.7 * allowed * paid:
            tolerance = 0.2 * allowed * paid / independent if independent > 0 else 0.0
            run.stage(regularisation, steps=steps, tolerance=max(tolerance, 1e-12))
            found = _certified(cost, (a, b), (rows, columns), run)
            better = best is None or found.upper - found.lower < 0.98 * (best.upper - best.lower)
            best, fruitless = (found, 0) if better or best is None else (best, 3 if last else fruitless + 1)
        regularisation /= 2
    return best


def _certified(
    cost: Cost, masses: tuple[np.ndarray, np.ndarray], there: tuple[np.ndarray, np.ndarray], run: Annealing
) -> EntropicCertificate:
    scalings = tuple(np.zeros(n) for n in cost.shape)
    for scaling, kept, found in zip(scalings, there, (run.f, run.g), strict=True):
        scaling[kept] = found
    start = np.full(cost.shape[0], 4 * min(float(run.f.min()), 0.0) - 4 * float(run.cost.max()))
    start[there[0]] = run.f
    certificate = EntropicCertificate(
        lower=-math.inf,
        upper=math.inf,
        cost=cost,
        masses=masses,
        scalings=(scalings[0], scalings[1]),
        regularisation=run.regularisation,
        potentials=tight_potentials(cost, start),
    )
    return certificate.claiming()
