"""Max-sliced Wasserstein distance: the direction that tells two clouds apart best, certified from both sides."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from scipy import sparse

from dualgap import validation
from dualgap.bracket import Bracket, Certificate, Guarantee
from dualgap.errors import CertificateError
from dualgap.measures import Points
from dualgap.registry import Quantity
from dualgap.transport.batched import coupled_distances
from dualgap.transport.discrete import TorchKind, in_kind_of, plain_masses, plain_points, proved, wants_gradient
from dualgap.transport.duality import marginals_missing
from dualgap.transport.envelope import root
from dualgap.transport.evidence import require_array, require_number, require_plan
from dualgap.transport.exact import fits_memory, solve
from dualgap.transport.ground import point_cost
from dualgap.transport.one_dimensional import line_bounds, line_masses, monotone_coupling, on_the_line
from dualgap.transport.sliced import directions, require_clouds, require_squares

__all__ = ["MAX_SLICED", "MaxSlicedCertificate", "max_sliced_wasserstein"]

MAX_SLICED = Quantity("max_sliced_wasserstein", bare=Points)

#: Ascent stops where turning by this angle does not pay: at a smooth maximum the value is then known to its square.
SMALLEST_ANGLE = 1e-9


@MAX_SLICED.public
def max_sliced_wasserstein(
    p: Any, q: Any, *, order: float = 2, starts: int = 16, steps: int = 100, seed: int = 0, method: str = "auto"
) -> Bracket:
    """Max-sliced Wasserstein distance: transport along the direction that costs most.

    .. math:: MSW_p(\\mu, \\nu) = \\max_{|\\theta| = 1} W_p(\\theta_\\# \\mu, \\theta_\\# \\nu)

    Parameters
    ----------
    p, q : measures
        Points; a bare array of shape (n, d) is read as Points with equal weights.
    order : float, at least 1
    starts : int
        How many random directions the ascent starts from, beside the shift of the means.
    steps : int
        At most so many ascent steps from each.
    seed : int
    method : "auto", "one_dimensional" or "ascent"

    Returns
    -------
    Bracket
        EXACT on the line; otherwise CERTIFIED: any direction is a lower bound, and for any plan with displacements z no
        direction costs more than the largest eigenvalue of its mean of z z^T allows. The search may stop at a local
        maximum, which the gap then shows.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import numpy as np, dualgap as dg
    >>> x = np.random.default_rng(0).normal(size=(50, 3))
    >>> b = dg.max_sliced_wasserstein(x, x + [2.0, 0.0, 0.0])
    >>> round(b.lower, 9), round(b.upper, 9)
    (2.0, 2.0)

    Reference: deshpande2019
    """
    return MAX_SLICED.compute(
        p,
        q,
        method=method,
        order=validation.order_of_distance(order),
        starts=validation.count(starts, "starts"),
        steps=validation.count(steps, "steps"),
        seed=validation.count(seed, "seed", at_least=0),
    )


@MAX_SLICED.route(
    "one_dimensional", Points, Points, Guarantee.EXACT, when=lambda p, q, **options: p.dimension == q.dimension == 1
)
def without_slicing(p: Points, q: Points, *, order: float, **options: Any) -> Bracket:
    """On the line there is one direction."""
    return on_the_line(p, q, order=order, ground="euclidean", cost=None)


@MAX_SLICED.route("ascent", Points, Points, Guarantee.CERTIFIED, when=lambda p, q, **options: p.dimension > 1)
def by_ascent(p: Points, q: Points, *, order: float, starts: int, steps: int, seed: int) -> Bracket:
    """Ascent over directions from random starts below, the displacements of a plan above."""
    points, masses = (plain_points(p), plain_points(q)), (plain_masses(p), plain_masses(q))
    require_squares(*points)
    shift = masses[0] @ points[0] - masses[1] @ points[1]
    length = float(np.linalg.norm(shift))
    begin = directions(p.dimension, starts, seed)
    begin = np.vstack([shift / length, begin]) if length > 0 else begin
    found = [_ascend(points, masses, theta, order, steps) for theta in begin]
    theta = max(found, key=lambda one: one[0])[1]
    certificate = min(
        (_certified(points, masses, theta, plan, order) for plan in _plans(points, masses, theta)),
        key=lambda one: one.upper,
    )
    value: Any = in_kind_of(certificate.lower, p.points, q.points)
    if wants_gradient(p.points, q.points):
        value = _differentiable(p, q, theta, masses, order)
    return proved(value, certificate, Guarantee.CERTIFIED, "ascent")


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class MaxSlicedCertificate(Certificate):
    """A direction, and a plan whose displacements no direction can make costlier.

    .. math:: W_p(\\theta_\\# \\mu, \\theta_\\# \\nu) \\le MSW_p \\le
        \\Big( \\max_\\theta \\sum_k \\pi_k |\\theta \\cdot z_k|^p \\Big)^{1 / p}

    With :math:`\\lambda` the largest eigenvalue of :math:`\\sum_k \\pi_k z_k z_k^\\top`, the maximum is at most
    :math:`\\lambda^{p / 2}` for p <= 2, :math:`\\lambda \\max_k |z_k|^{p - 2}` for p > 2, and the sum of
    :math:`\\pi_k |z_k|^p`.

    Parameters
    ----------
    lower, upper : float
    points : pair of (n, d) and (m, d) arrays
    masses : pair of (n,) and (m,) arrays
    direction : (d,) array
    plan : (n, m) scipy sparse array
    order : float
    """

    points: tuple[np.ndarray, np.ndarray]
    masses: tuple[np.ndarray, np.ndarray]
    direction: np.ndarray
    plan: sparse.csr_array
    order: float

    def bounds(self) -> tuple[float, float]:
        """Both bounds from the direction and the plan."""
        require_clouds(self.points, self.masses)
        require_number(self.order, "order", at_least=1)
        require_plan(self.plan, (len(self.points[0]), len(self.points[1])))
        length = math.hypot(*require_array(self.direction, "direction", self.points[0].shape[1:]))
        if not 0 < length < math.inf:
            raise CertificateError("direction must be a finite vector that is not 0")
        theta = self.direction / length
        seen, other = (one @ theta for one in self.points)
        size = max(float(np.abs(one).max()) for one in self.points)
        rounding = 8 * len(theta) ** 1.5 * 2.0**-53 * size  # a product of d coordinates rounds d times
        _, lower, _ = line_bounds(seen, other, *_shared(self.masses), self.order)
        return max(0.0, float(lower) - rounding), self._above() + rounding

    def _above(self) -> float:
        missing, rows, columns, mass = marginals_missing(self.plan, self.masses)
        z = self.points[0][rows] - self.points[1][columns]
        away = np.linalg.norm(z, axis=1)
        longest = float(away.max())
        if longest == 0:
            return 0.0
        z, away = z / longest, away / longest
        # Mass that rounding misplaces moves at most across both clouds.
        span = float(np.linalg.norm(np.ptp(np.vstack(self.points), axis=0))) / longest
        spectral = float(np.linalg.eigvalsh((z.T * mass) @ z)[-1]) * (1 + 1e-13) + missing * span**2
        total = float((mass * away**self.order).sum()) * (1 + 1e-13) + missing * span**self.order
        if self.order <= 2:
            return longest * min(math.sqrt(spectral), total ** (1 / self.order)) * (1 + 1e-14)
        spectral *= max(1.0, span) ** (self.order - 2) if missing else 1.0
        return longest * min(spectral, total) ** (1 / self.order) * (1 + 1e-14)


def _ascend(
    points: tuple[np.ndarray, np.ndarray],
    masses: tuple[np.ndarray, np.ndarray],
    theta: np.ndarray,
    order: float,
    steps: int,
) -> tuple[float, np.ndarray]:
    """Ascent along great circles, halving the angle where a step does not pay and doubling it where one does."""
    best, gradient = _slope(points, masses, theta, order)
    angle = 0.5
    for _ in range(steps):
        tangent = gradient - (gradient @ theta) * theta
        length = float(np.linalg.norm(tangent))
        if length == 0 or angle < SMALLEST_ANGLE:
            break
        turned = math.cos(angle) * theta + math.sin(angle) * tangent / length
        turned /= np.linalg.norm(turned)
        cost, slope = _slope(points, masses, turned, order)
        if cost > best:
            best, gradient, theta, angle = cost, slope, turned, min(2 * angle, 1.0)
        else:
            angle /= 2
    return best, theta


def _slope(
    points: tuple[np.ndarray, np.ndarray], masses: tuple[np.ndarray, np.ndarray], theta: np.ndarray, order: float
) -> tuple[float, np.ndarray]:
    """W_p along theta, and a vector in the direction of its gradient (the envelope theorem: the coupling is fixed)."""
    i, j, mass, _ = monotone_coupling(points[0] @ theta, points[1] @ theta, *_shared(masses))
    z = points[0][i] - points[1][j]
    along = z @ theta
    longest = float(np.abs(along).max())
    if longest == 0:
        return 0.0, np.zeros(len(theta))
    ratio = np.abs(along) / longest
    cost = longest * float((mass * ratio**order).sum()) ** (1 / order)
    return cost, (mass * np.sign(along) * ratio ** (order - 1)) @ (z / longest)


def _plans(
    points: tuple[np.ndarray, np.ndarray], masses: tuple[np.ndarray, np.ndarray], theta: np.ndarray
) -> list[sparse.csr_array]:
    """Plans to try for the upper bound: the coupling along theta, and the optimal one of order 2 where it fits."""
    i, j, mass, _ = monotone_coupling(points[0] @ theta, points[1] @ theta, *_shared(masses))
    shape = (len(points[0]), len(points[1]))
    plans = [sparse.csr_array(sparse.coo_array((mass, (i, j)), shape=shape))]
    if fits_memory(*shape):
        plans.append(solve(point_cost(*points, order=2.0, ground="euclidean"), *masses).plan)
    return plans


def _certified(
    points: tuple[np.ndarray, np.ndarray],
    masses: tuple[np.ndarray, np.ndarray],
    theta: np.ndarray,
    plan: sparse.csr_array,
    order: float,
) -> MaxSlicedCertificate:
    certificate = MaxSlicedCertificate(
        lower=-math.inf, upper=math.inf, points=points, masses=masses, direction=theta, plan=plan, order=order
    )
    return certificate.claiming()


def _differentiable(
    p: Points, q: Points, theta: np.ndarray, masses: tuple[np.ndarray, np.ndarray], order: float
) -> Any:
    """The distance along the best direction, which the envelope theorem holds fixed."""
    kind = TorchKind.of(p.points, q.points)
    seen, other = ((kind.double(one.points) @ kind.double(theta))[None] for one in (p, q))
    return kind.back(root(coupled_distances(seen, other, *_shared(masses), order), order)[0])


def _shared(masses: tuple[np.ndarray, np.ndarray]) -> tuple[np.ndarray | None, np.ndarray | None]:
    return line_masses(masses[0]), line_masses(masses[1])
