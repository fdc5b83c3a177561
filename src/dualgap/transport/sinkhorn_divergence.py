"""The Sinkhorn divergence: entropic transport with its bias towards the middle removed."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, final

import numpy as np

from dualgap import validation
from dualgap.bracket import Bracket, Certificate, Guarantee
from dualgap.errors import CertificateError, InvalidInput
from dualgap.measures import Points
from dualgap.registry import Quantity
from dualgap.transport.discrete import TorchKind, in_kind_of, plain_masses, plain_points, proved, wants_gradient
from dualgap.transport.evidence import require_cost, require_pair
from dualgap.transport.exact import require_memory
from dualgap.transport.ground import PointCost
from dualgap.transport.sinkhorn import Annealing, RoundedPlan, require_scalings, soft_transform
from dualgap.validation import is_torch

__all__ = ["SINKHORN", "SinkhornCertificate", "sinkhorn_divergence"]

SINKHORN = Quantity("sinkhorn_divergence", bare=Points)

#: Iterations at the final regularisation; where they are not enough, the bounds say so.
STEPS = 5000

#: The three problems of a divergence: which measures, and with which sign and share they enter.
_PARTS = ((0, 1, 1.0), (0, 0, -0.5), (1, 1, -0.5))


@SINKHORN.public
def sinkhorn_divergence(
    p: Any, q: Any, *, regularisation: float, order: float = 2, tolerance: float = 1e-8, method: str = "auto"
) -> Bracket:
    """Sinkhorn divergence: between the transport cost (regularisation 0) and a kernel distance (infinity).

    .. math:: S_\\varepsilon(\\mu, \\nu) = OT_\\varepsilon(\\mu, \\nu) - \\tfrac12 OT_\\varepsilon(\\mu, \\mu)
        - \\tfrac12 OT_\\varepsilon(\\nu, \\nu), \\qquad
        OT_\\varepsilon = \\min_\\pi \\int |x - y|^p \\, d\\pi + \\varepsilon \\, KL(\\pi | \\mu \\otimes \\nu)

    Parameters
    ----------
    p, q : measures
        Points; a bare array of shape (n, d), or (n,) for d = 1, is read as Points with equal weights.
    regularisation : float, above 0
        The epsilon above, in the unit of the cost ``|x - y| ** order``.
    order : float, at least 1
        The p above. The value is in the unit of the cost; no root is taken.
    tolerance : float, above 0
        The iteration stops when the total mass that a plan's rows miss is below it.
    method : "auto" or "sinkhorn"

    Returns
    -------
    Bracket
        CERTIFIED: each of the three problems lies between the dual value of its potentials and the cost of a rounded plan.
        For order at most 2 the divergence is never negative. A torch value can be differentiated in points and weights.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import numpy as np, dualgap as dg
    >>> x = np.random.default_rng(0).normal(size=(50, 2))
    >>> b = dg.sinkhorn_divergence(x, x + [3.0, 0.0], regularisation=0.5)  # a shift by v costs |v|^2 at any regularisation
    >>> b.contains(9.0), round(b.value, 6)
    (True, 9.0)

    Reference: feydy2019
    """
    return SINKHORN.compute(
        p,
        q,
        method=method,
        order=validation.order_of_distance(order),
        regularisation=validation.real(regularisation, "regularisation", above=0),
        tolerance=validation.real(tolerance, "tolerance", above=0),
    )


#: Costs are rounded to 2^-53 of themselves, which an exponential may enlarge by e^700 at most.
FINEST = 2.0**60


@SINKHORN.route("sinkhorn", Points, Points, Guarantee.CERTIFIED)
def by_iteration(p: Points, q: Points, *, order: float, regularisation: float, tolerance: float) -> Bracket:
    """Sinkhorn's iteration in the log domain, annealed down to the regularisation."""
    points, masses = (plain_points(p), plain_points(q)), (plain_masses(p), plain_masses(q))
    require_memory(max(len(points[0]), len(points[1])), max(len(points[0]), len(points[1])))
    scalings = []
    for left, right, _ in _PARTS:
        cost = _cost(points, left, right, order).dense()
        if not np.isfinite(cost).all():
            raise InvalidInput(
                f"p and q must have coordinates whose powers of order {order:g} are finite; scale them", argument="p"
            )
        run = Annealing(cost, masses[left], masses[right], symmetric=left == right)
        largest = float(cost.max())
        if largest > regularisation * FINEST:
            raise InvalidInput(
                f"regularisation must be at least {1 / FINEST:.0e} of the largest cost, {largest:.3g}, got {regularisation:g}: the "
                "rounding of costs is more; dg.wasserstein is the limit of none",
                argument="regularisation",
            )
        present = max(largest, regularisation)
        while present > regularisation:
            run.stage(present, steps=20, tolerance=0.05)
            present = max(present / 2, regularisation)
        run.stage(regularisation, steps=STEPS, tolerance=tolerance)
        if left != right:
            run.f = soft_transform(cost, run.g, masses[right], regularisation)
        scalings.append((run.f, run.g))
    certificate = SinkhornCertificate(
        lower=-math.inf,
        upper=math.inf,
        points=points,
        masses=masses,
        order=order,
        regularisation=regularisation,
        scalings=tuple(scalings),
    )
    lower, upper = certificate.bounds()
    certificate = replace(certificate, lower=lower, upper=upper)
    number = min(max(sum(part[2] * certificate.dual(k) for k, part in enumerate(_PARTS)), lower), upper)
    value: Any = in_kind_of(number, p.points, q.points)
    if wants_gradient(p.points, q.points, p.weights, q.weights):
        value = _differentiable(p, q, certificate, number)
    return proved(value, certificate, Guarantee.CERTIFIED, "sinkhorn")


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class SinkhornCertificate(Certificate):
    """Scalings of the three entropic problems, each of which has a dual value below and a rounded plan above.

    .. math:: a^\\top f + b^\\top g - \\varepsilon \\Big( \\sum_{ij} a_i b_j e^{(f_i + g_j - c_{ij}) / \\varepsilon} - 1 \\Big)
        \\le OT_\\varepsilon \\le \\langle c, \\pi \\rangle + \\varepsilon \\, KL(\\pi | a \\otimes b)

    for any numbers f and g and any plan pi.

    Parameters
    ----------
    lower, upper : float
    points : pair of (n, d) and (m, d) arrays
    masses : pair of (n,) and (m,) arrays
    order : float
    regularisation : float
    scalings : three pairs of arrays, for (p, q), (p, p) and (q, q)

    Reference: feydy2019
    """

    points: tuple[np.ndarray, np.ndarray]
    masses: tuple[np.ndarray, np.ndarray]
    order: float
    regularisation: float
    scalings: tuple[tuple[np.ndarray, np.ndarray], ...]

    def bounds(self) -> tuple[float, float]:
        """Both bounds of the combination, from those of the three problems."""
        lower, upper = 0.0, 0.0
        for one in (self.points, self.masses):
            require_pair(one, "points and masses")
        require_pair(self.scalings, "scalings", 3)
        for k, (_, _, share) in enumerate(_PARTS):
            plan = self.rounded(k)
            require_cost(plan.cost)
            require_scalings(plan.cost, plan.masses, plan.scalings, self.regularisation)
            ends = self.dual(k), self.primal(k)
            slack = 1e-12 * (abs(ends[0]) + abs(ends[1]))  # sums of n m terms, each of which rounds
            low, high = (share * end for end in (ends if share > 0 else ends[::-1]))
            lower, upper = lower + low - slack, upper + high + slack
        if not lower <= upper:
            raise CertificateError(f"scalings must be finite numbers: their bounds are [{lower}, {upper}]")
        # exp(-|x - y|^p / eps) is a positive kernel for p <= 2, and then the divergence is not negative.
        return (max(0.0, lower) if self.order <= 2 else lower), upper

    def rounded(self, k: int) -> RoundedPlan:
        """The plan of problem k with its exact marginals."""
        left, right, _ = _PARTS[k]
        return RoundedPlan(
            cost=_cost(self.points, left, right, self.order),
            masses=(self.masses[left], self.masses[right]),
            scalings=self.scalings[k],
            regularisation=self.regularisation,
        )

    def primal(self, k: int) -> float:
        """The entropic cost of the rounded plan of problem k."""
        return self.rounded(k).paid(entropic=True)

    def dual(self, k: int) -> float:
        """The dual value of the potentials of problem k."""
        (left, right, _), (f, g) = _PARTS[k], self.scalings[k]
        a, b = self.masses[left], self.masses[right]
        mass = 0.0
        for rows, costs in _cost(self.points, left, right, self.order).blocks():
            exponent = (f[rows, None] + g - costs) / self.regularisation
            with np.errstate(over="ignore"):
                mass += float(a[rows] @ np.exp(exponent) @ b)
        return math.fsum(a * f) + math.fsum(b * g) - self.regularisation * (mass - 1)


def _cost(points: tuple[np.ndarray, np.ndarray], left: int, right: int, order: float) -> PointCost:
    return PointCost(x=points[left], y=points[right], order=order, ground="euclidean", unit=1.0)


def _differentiable(p: Points, q: Points, certificate: SinkhornCertificate, number: float) -> Any:
    """The value to first order: the plans are held fixed in the points, the potentials are the slopes in the masses."""
    sides = ((p, q), (p, p), (q, q))
    kind = TorchKind.of(p.points, p.weights, q.points, q.weights)
    value = kind.double(number)
    for k, ((one, other), (_, _, share)) in enumerate(zip(sides, _PARTS, strict=True)):
        slopes = _point_slopes(certificate.rounded(k))
        for measure, slope, potential in zip((one, other), slopes, certificate.scalings[k], strict=True):
            if is_torch(measure.points) and measure.points.requires_grad:
                moved = kind.double(measure.points) - kind.double(measure.points).detach()
                value = value + share * (moved * kind.double(slope)).sum()
            if is_torch(measure.weights) and measure.weights.requires_grad:
                part = kind.double(measure.weights) / kind.double(measure.weights).sum()
                value = value + share * ((part - part.detach()) * kind.double(potential)).sum()
    return kind.back(value)


def _point_slopes(plan: RoundedPlan) -> tuple[np.ndarray, np.ndarray]:
    """The derivatives of <c, plan> with respect to the points of both sides."""
    cost = plan.cost
    if not isinstance(cost, PointCost):
        raise TypeError(f"costs must come from points, got {type(cost).__name__}")
    at_x, at_y = np.zeros_like(cost.x), np.zeros_like(cost.y)
    for rows, costs, mass in plan.blocks():
        # d|z|^p = p |z|^(p - 2) z dz, with 0 at z = 0
        safe = np.where(costs > 0, costs, 1.0)
        pull = np.where(costs > 0, cost.order * mass * safe ** (1 - 2 / cost.order), 0.0)
        at_x[rows] = cost.x[rows] * pull.sum(axis=1)[:, None] - pull @ cost.y
        at_y += cost.y * pull.sum(axis=0)[:, None] - pull.T @ cost.x[rows]
    return at_x, at_y
