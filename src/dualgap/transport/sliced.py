"""Sliced Wasserstein distance: the average over directions, with the interval of its Monte Carlo estimate."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, final

import numpy as np

from dualgap import validation
from dualgap.bracket import Bracket, Certificate, Guarantee
from dualgap.errors import CertificateError, InvalidInput
from dualgap.measures import Points
from dualgap.registry import Quantity
from dualgap.transport.batched import coupled_distances
from dualgap.transport.discrete import TorchKind, in_kind_of, plain_masses, plain_points, proved, wants_gradient
from dualgap.transport.duality import require_masses
from dualgap.transport.envelope import root
from dualgap.transport.evidence import require_array, require_number, require_pair
from dualgap.transport.one_dimensional import line_bounds, line_masses, on_the_line

__all__ = ["SLICED", "SlicedCertificate", "directions", "require_clouds", "require_squares", "sliced_wasserstein"]

#: Sums of squares of coordinates up to this stay inside float64.
LARGEST_COORDINATE = 1e150

SLICED = Quantity("sliced_wasserstein", bare=Points)


@SLICED.public
def sliced_wasserstein(
    p: Any,
    q: Any,
    *,
    order: float = 2,
    projections: int = 512,
    seed: int = 0,
    confidence: float = 0.95,
    method: str = "auto",
) -> Bracket:
    """Sliced Wasserstein distance: transport along a random direction, on average.

    .. math:: SW_p^p(\\mu, \\nu) = E_\\theta \\, W_p^p(\\theta_\\# \\mu, \\theta_\\# \\nu), \\qquad \\theta \\sim
        \\mathrm{Uniform}(S^{d - 1})

    Parameters
    ----------
    p, q : measures
        Points; a bare array of shape (n, d) is read as Points with equal weights.
    order : float, at least 1
    projections : int, at least 2
        How many directions are drawn.
    seed : int
    confidence : float in (0, 1)
        The probability with which the interval holds the average over all directions.
    method : "auto", "one_dimensional", "bernstein" or "normal"
        The interval: by the empirical Bernstein inequality at this number of directions, or by the central limit
        theorem.

    Returns
    -------
    Bracket
        EXACT on the line; otherwise CONFIDENCE ("bernstein") or ASYMPTOTIC ("normal"). A torch value can be
        differentiated in the points, at the directions drawn.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import numpy as np, dualgap as dg
    >>> x = np.random.default_rng(0).normal(size=(100, 3))
    >>> b = dg.sliced_wasserstein(x, x + [2.0, 0.0, 0.0])  # the mean of a squared coordinate on the sphere is 1/3
    >>> b.contains(2 / np.sqrt(3)), b.guarantee.name
    (True, 'CONFIDENCE')

    Reference: bonneel2015
    """
    return SLICED.compute(
        p,
        q,
        method=method,
        order=validation.order_of_distance(order),
        projections=validation.count(projections, "projections", at_least=2),
        seed=validation.count(seed, "seed", at_least=0),
        confidence=validation.confidence_level(confidence),
    )


@SLICED.route(
    "one_dimensional", Points, Points, Guarantee.EXACT, when=lambda p, q, **options: p.dimension == q.dimension == 1
)
def without_slicing(p: Points, q: Points, *, order: float, **options: Any) -> Bracket:
    """On the line there is one direction."""
    return on_the_line(p, q, order=order, ground="euclidean", cost=None)


@SLICED.route("bernstein", Points, Points, Guarantee.CONFIDENCE, when=lambda p, q, **options: p.dimension > 1)
def by_bernstein(p: Points, q: Points, *, order: float, projections: int, seed: int, confidence: float) -> Bracket:
    """Monte Carlo over directions, with an interval that holds at this number of directions (Maurer and Pontil)."""
    return _monte_carlo(p, q, order, directions(p.dimension, projections, seed), confidence, Guarantee.CONFIDENCE)


@SLICED.route("normal", Points, Points, Guarantee.ASYMPTOTIC, when=lambda p, q, **options: p.dimension > 1)
def by_normal_limit(p: Points, q: Points, *, order: float, projections: int, seed: int, confidence: float) -> Bracket:
    """Monte Carlo over directions, with the interval of the central limit theorem."""
    return _monte_carlo(p, q, order, directions(p.dimension, projections, seed), confidence, Guarantee.ASYMPTOTIC)


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class SlicedCertificate(Certificate):
    """The directions that were drawn, and the measures.

    With V the sample variance of W_p^p over L directions and R its range, the mean is off by at most

    .. math:: \\sqrt{2 V \\ln(4 / \\delta) / L} + 7 R \\ln(4 / \\delta) / (3 (L - 1))

    with probability 1 - delta. By the triangle inequality through the means, R is the p-th power of the distance of the
    means plus both root mean p-th powers of the distances to them.

    Parameters
    ----------
    lower, upper : float
    points : pair of (n, d) and (m, d) arrays
    masses : pair of (n,) and (m,) arrays
    directions : (L, d) array of unit vectors
    order : float
    confidence : float
    guarantee : Guarantee
        CONFIDENCE for the inequality above, ASYMPTOTIC for the normal limit.

    Reference: maurer2009
    """

    points: tuple[np.ndarray, np.ndarray]
    masses: tuple[np.ndarray, np.ndarray]
    directions: np.ndarray
    order: float
    confidence: float
    guarantee: Guarantee

    def bounds(self) -> tuple[float, float]:
        """The interval again, from the measures and the directions."""
        require_clouds(self.points, self.masses)
        require_number(self.order, "order", at_least=1)
        theta = require_array(self.directions, "directions", (None, self.points[0].shape[1]))
        if len(theta) < 2 or np.abs(np.linalg.norm(theta, axis=1) - 1).max() > 1e-12:
            raise CertificateError("directions must be two unit vectors or more")
        if not 0 < require_number(self.confidence, "confidence", at_least=0) < 1:
            raise CertificateError(f"confidence must lie between 0 and 1, got {self.confidence}")
        if not isinstance(self.guarantee, Guarantee):
            raise CertificateError(f"guarantee must be a Guarantee, got {self.guarantee!r}")
        return _interval(self.points, self.masses, self.directions, self.order, self.confidence, self.guarantee)[1:]


def require_clouds(points: Any, masses: Any) -> None:
    """Refuse what are not two weighted clouds in the same space.

    Raises
    ------
    CertificateError
    """
    x, y = require_pair(points, "points")
    dimension = require_array(x, "points", (None, None)).shape[1]
    require_array(y, "points", (None, dimension))
    for mass, one in zip(require_pair(masses, "masses"), (x, y), strict=True):
        require_masses(mass, len(one))


def require_squares(*points: np.ndarray) -> None:
    """Refuse points whose squared lengths leave float64."""
    largest = max(float(np.abs(one).max()) for one in points)
    if largest > LARGEST_COORDINATE:
        raise InvalidInput(
            f"p and q must have coordinates of at most {LARGEST_COORDINATE:g}, whose squares are float64, got {largest:g}; "
            f"divide the coordinates by {largest:g} and multiply the result",
            argument="p",
        )


def directions(dimension: int, count: int, seed: int) -> np.ndarray:
    """Independent uniform unit vectors, (count, dimension).

    Examples
    --------
    >>> import numpy as np
    >>> np.allclose(np.linalg.norm(directions(3, 5, 0), axis=1), 1)
    True
    """
    normal = np.random.default_rng(seed).standard_normal((count, dimension))
    return normal / np.linalg.norm(normal, axis=1, keepdims=True)


def _monte_carlo(
    p: Points, q: Points, order: float, theta: np.ndarray, confidence: float, guarantee: Guarantee
) -> Bracket:
    points, masses = (plain_points(p), plain_points(q)), (plain_masses(p), plain_masses(q))
    require_squares(*points)
    number, lower, upper = _interval(points, masses, theta, order, confidence, guarantee)
    certificate = SlicedCertificate(
        lower=lower,
        upper=upper,
        points=points,
        masses=masses,
        directions=theta,
        order=order,
        confidence=confidence,
        guarantee=guarantee,
    )
    value: Any = in_kind_of(number, p.points, q.points)
    if wants_gradient(p.points, q.points):
        kind = TorchKind.of(p.points, q.points)
        seen, other = (kind.double(theta) @ kind.double(one.points).T for one in (p, q))
        powers = coupled_distances(seen, other, line_masses(masses[0]), line_masses(masses[1]), order)
        value = kind.back(root(powers.mean(), order))
    return proved(
        value,
        certificate,
        guarantee,
        "bernstein" if guarantee is Guarantee.CONFIDENCE else "normal",
        confidence=confidence,
    )


def _interval(
    points: tuple[np.ndarray, np.ndarray],
    masses: tuple[np.ndarray, np.ndarray],
    theta: np.ndarray,
    order: float,
    confidence: float,
    guarantee: Guarantee,
) -> tuple[float, float, float]:
    """The estimate of SW_p and its interval, in units of the largest W_p that a direction can show."""
    largest = _largest(points, masses, order)
    if largest == 0:
        return 0.0, 0.0, 0.0
    powers = (_along(points, masses, theta, order) / largest) ** order
    count, delta = len(powers), 1 - confidence
    variance = float(powers.var(ddof=1))
    if guarantee is Guarantee.CONFIDENCE:
        log = math.log(4 / delta)
        off = math.sqrt(2 * variance * log / count) + 7 * log / (3 * (count - 1))
    else:
        off = NormalDist().inv_cdf(1 - delta / 2) * math.sqrt(variance / count)
    mean = float(powers.mean())
    ends = (mean, max(0.0, mean - off), min(1.0, mean + off))
    number, lower, upper = (largest * end ** (1 / order) for end in ends)
    return number, lower * (1 - 1e-13), upper * (1 + 1e-13)  # the projections round


def _along(
    points: tuple[np.ndarray, np.ndarray], masses: tuple[np.ndarray, np.ndarray], theta: np.ndarray, order: float
) -> np.ndarray:
    """W_p along each direction, (L,)."""
    a, b = (line_masses(one) for one in masses)
    rows = max(1, 2**22 // max(len(one) for one in points))
    parts = [
        line_bounds(theta[k : k + rows] @ points[0].T, theta[k : k + rows] @ points[1].T, a, b, order)[0]
        for k in range(0, len(theta), rows)
    ]
    return np.concatenate(parts)


def _largest(points: tuple[np.ndarray, np.ndarray], masses: tuple[np.ndarray, np.ndarray], order: float) -> float:
    """An upper bound of W_p, hence of W_p along any direction."""
    means = [mass @ one for one, mass in zip(points, masses, strict=True)]
    total = float(np.linalg.norm(means[0] - means[1]))
    for one, mass, mean in zip(points, masses, means, strict=True):
        away = np.linalg.norm(one - mean, axis=1)
        furthest = float(away.max())
        if furthest > 0:
            total += furthest * float((mass * (away / furthest) ** order).sum()) ** (1 / order)
    return total * (1 + 1e-12)  # the means and the sums round
