"""Transport between Gaussians: the Bures distance of order 2, closed forms on the line, and bounds for other orders."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from dualgap.bracket import Bracket, Guarantee
from dualgap.measures import Gaussian
from dualgap.transport.bures import (
    GaussianCertificate,
    absolute_moment,
    best_rotation,
    moment_slope,
    optimal_map,
    square_root,
)
from dualgap.transport.discrete import (
    TorchKind,
    exact_up_to_rounding,
    in_kind_of,
    proved,
    require_representable,
    wants_gradient,
)
from dualgap.transport.envelope import root
from dualgap.transport.wasserstein import WASSERSTEIN
from dualgap.validation import detached

__all__ = ["between_bounds", "closed_form"]


def _closed(
    p: Gaussian, q: Gaussian, *, order: float = 1, ground: str = "euclidean", cost: Any = None, **options: Any
) -> bool:
    """Whether there is a closed form: order 2, equal covariances, or the line."""
    return (
        cost is None
        and (p.dimension == 1 or ground == "euclidean")
        and (order == 2 or p.dimension == 1 or np.array_equal(detached(p.covariance), detached(q.covariance)))
    )


def _open(p: Gaussian, q: Gaussian, *, ground: str = "euclidean", cost: Any = None, **options: Any) -> bool:
    return ground == "euclidean" and cost is None and not _closed(p, q, **options)


_NEEDS = 'laws on the line, or ground="euclidean" with order=2 or equal covariances'


@WASSERSTEIN.route("gaussian", Gaussian, Gaussian, Guarantee.EXACT, when=_closed, needs=_NEEDS)
def closed_form(p: Gaussian, q: Gaussian, *, order: float, ground: str, cost: Any) -> Bracket:
    """Closed form: Bures for order 2, the shift for equal covariances, a normal moment on the line."""
    return _bracket(p, q, order, Guarantee.EXACT)


@WASSERSTEIN.route("gaussian_bounds", Gaussian, Gaussian, Guarantee.CERTIFIED, when=_open, needs='ground="euclidean"')
def between_bounds(p: Gaussian, q: Gaussian, *, order: float, ground: str, cost: Any) -> Bracket:
    """Bounds for orders without a closed form: the shift and W_2, or above order 2 W_2 and a moment of its coupling."""
    return _bracket(p, q, order, Guarantee.CERTIFIED)


def _bracket(p: Gaussian, q: Gaussian, order: float, guarantee: Guarantee) -> Bracket:
    means = (detached(p.mean), detached(q.mean))
    covariances = (detached(p.covariance), detached(q.covariance))
    first, second = (square_root(one)[0] for one in covariances)
    certificate = GaussianCertificate(
        lower=-math.inf,
        upper=math.inf,
        means=means,
        covariances=covariances,
        rotation=best_rotation(first, second),
        order=order,
    )
    lower, upper = certificate.bounds()
    require_representable(upper)
    certificate = replace(certificate, lower=lower, upper=upper)
    tensors = (p.mean, p.covariance, q.mean, q.covariance)
    if wants_gradient(*tensors):
        value = _differentiable(p, q, certificate)
    else:
        number = _value(certificate, math.hypot(*(means[0] - means[1])))
        value = in_kind_of(min(max(number, lower), upper), *tensors)
    reason = "" if guarantee is Guarantee.EXACT else "no closed form is known; the value is the middle"
    if guarantee is Guarantee.EXACT and exact_up_to_rounding(lower, upper) is Guarantee.CERTIFIED:
        guarantee = Guarantee.CERTIFIED
        reason = "the closed form takes roots and differences of nearly equal numbers, whose rounding shows"
    return proved(value, certificate, guarantee, "gaussian", reason=reason)


def _value(certificate: GaussianCertificate, shift: float) -> float:
    """The closed form, or the middle of the bounds."""
    (first, second), order = certificate.covariances, certificate.order
    if np.array_equal(first, second):
        return shift
    if len(first) == 1:
        return absolute_moment(shift, abs(math.sqrt(first[0, 0]) - math.sqrt(second[0, 0])), order)
    if order == 2:
        return math.hypot(shift, _spread(certificate))
    return (certificate.lower + certificate.upper) / 2


def _spread(certificate: GaussianCertificate) -> float:
    first, second = (square_root(one)[0] for one in certificate.covariances)
    return float(np.linalg.norm(first - second @ certificate.rotation))


def _differentiable(p: Gaussian, q: Gaussian, certificate: GaussianCertificate) -> Any:
    """The value as a function of means and covariances, to first order.

    With T the optimal map from N(0, A) to N(0, B), the derivative of the squared Bures distance with respect to A is
    I - T: no eigenvectors are differentiated, so repeated eigenvalues do no harm.
    """
    import torch

    kind = TorchKind.of(p.mean, p.covariance, q.mean, q.covariance)
    order = certificate.order
    shift = torch.linalg.vector_norm(kind.double(p.mean) - kind.double(q.mean))
    if p.dimension == 1:
        spread = (root(kind.double(p.covariance)[0, 0], 2) - root(kind.double(q.covariance)[0, 0], 2)).abs()
        at, by = float(shift.detach()), float(spread.detach())
        moment, slope = absolute_moment(at, by, order), moment_slope(at, by, order)
        # Homogeneous of degree 1: mean * slope + deviation * (slope in the deviation) = moment.
        across = (moment - at * slope) / by if by > 0 else 0.0
        return kind.back(moment + slope * (shift - shift.detach()) + across * (spread - spread.detach()))
    first, second = (square_root(one)[0] for one in certificate.covariances)
    turned = second @ certificate.rotation
    squared = kind.double(float(np.linalg.norm(first - turned)) ** 2)
    back = first @ certificate.rotation.T
    for covariance, moved in ((p.covariance, optimal_map(first, turned)), (q.covariance, optimal_map(second, back))):
        change = kind.double(covariance) - kind.double(covariance).detach()
        squared = squared + (change * kind.double(np.eye(len(moved)) - moved)).sum()
    if np.array_equal(*certificate.covariances):
        squared = squared - squared.detach()
    both = root(shift**2 + squared, 2)
    if order == 2:
        return kind.back(both)
    if np.array_equal(*certificate.covariances):
        return kind.back(shift)
    above = both if order < 2 else shift + root(squared, 2) * absolute_moment(0.0, 1.0, order)
    return kind.back(((shift if order < 2 else both) + above) / 2)
