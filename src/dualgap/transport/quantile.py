"""Transport on the line between laws with a quantile function, bracketed because quantile functions are monotone."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, final

import numpy as np
from scipy import special

from dualgap.bracket import Bracket, Certificate, Guarantee
from dualgap.errors import CertificateError
from dualgap.measures import Density, Gaussian, Measure, Points
from dualgap.transport.bures import absolute_moment
from dualgap.transport.discrete import (
    in_kind_of,
    plain_masses,
    plain_points,
    proved,
    require_representable,
    wants_gradient,
)
from dualgap.transport.evidence import require_array, require_number, require_pair
from dualgap.transport.wasserstein import WASSERSTEIN

__all__ = ["QuantileCertificate"]

#: Cells to begin with, at most, and the relative gap of the order-th power at which refinement stops.
FIRST_CELLS, MOST_CELLS, POWER_GAP = 2**12, 2**18, 1e-7

#: Powers of distances up to this can be summed over all cells.
LARGEST = 1e300

#: The mass of each unbounded tail that is left to its moment.
TAIL = 1e-14

#: How far a cumulated mass, or a quantile relative to its size, may be off by rounding.
ROUNDING = 1e-13


@final
@dataclass(frozen=True)
class _Line:
    """A law on the line, as lower and upper values of its quantile function and the moments of its tails."""

    law: Measure

    def jumps(self) -> np.ndarray:
        """Where the quantile function jumps: on both sides of each cumulated mass."""
        if not isinstance(self.law, Points):
            return np.empty(0)
        _, cumulated = self._atoms()
        return np.concatenate([cumulated - 2 * ROUNDING, cumulated + 2 * ROUNDING])

    def between(self, start: np.ndarray, stop: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Bounds of the quantile function on the intervals (start, stop)."""
        if isinstance(self.law, Points):
            atoms, cumulated = self._atoms()
            low = np.searchsorted(cumulated, start - ROUNDING, side="right")
            high = np.searchsorted(cumulated, stop + ROUNDING, side="left")
            return atoms[np.minimum(low, len(atoms) - 1)], atoms[np.minimum(high, len(atoms) - 1)]
        low, high = self._quantile(start), self._quantile(stop)
        return low - ROUNDING * np.abs(low), high + ROUNDING * np.abs(high)

    def tail(self, mass: float, order: float) -> float:
        """An upper bound of (int |Q|^p)^(1/p) over a tail of that mass; infinite where nothing is known."""
        if isinstance(self.law, Gaussian):
            mean, deviation = self._normal()
            z = -float(special.ndtri(mass))
            far = float(special.gammaincc((order + 1) / 2, z * z / 2)) / 2
            return (
                abs(mean) * mass ** (1 / order) + deviation * absolute_moment(0.0, 1.0, order) * far ** (1 / order)
            ) * (1 + 1e-9)
        low, high = self.ends()
        return max(abs(low), abs(high)) * mass ** (1 / order)

    def ends(self) -> tuple[float, float]:
        """The smallest interval known to hold the law."""
        if isinstance(self.law, Points):
            atoms, _ = self._atoms()
            return float(atoms[0]), float(atoms[-1])
        if isinstance(self.law, Density):
            low, high = self.law.support or (-math.inf, math.inf)
            return float(np.ravel(low)[0]), float(np.ravel(high)[0])
        mean, deviation = self._normal()
        return (mean, mean) if deviation == 0 else (-math.inf, math.inf)

    def _atoms(self) -> tuple[np.ndarray, np.ndarray]:
        if not isinstance(self.law, Points):
            raise TypeError("only points have atoms")
        points, masses = plain_points(self.law)[:, 0], plain_masses(self.law)
        order = np.argsort(points[masses > 0])
        return points[masses > 0][order], np.cumsum(masses[masses > 0][order])

    def _normal(self) -> tuple[float, float]:
        if not isinstance(self.law, Gaussian):
            raise TypeError("only Gaussians have a mean and a deviation here")
        return float(self.law.mean[0]), math.sqrt(max(0.0, float(self.law.covariance[0, 0])))

    def _quantile(self, t: np.ndarray) -> np.ndarray:
        low, high = self.ends()
        if isinstance(self.law, Gaussian):
            mean, deviation = self._normal()
            return mean + deviation * special.ndtri(t) if deviation > 0 else np.full_like(t, mean)
        if not isinstance(self.law, Density) or self.law.quantile is None:
            raise TypeError("only Gaussians and densities with a quantile function have one here")
        inside = np.where((t > 0) & (t < 1), t, 0.5)  # the ends are known, and quantile functions fail there
        found = np.asarray(self.law.quantile(inside), dtype=np.float64)
        return np.where(t <= 0, low, np.where(t >= 1, high, np.clip(found, low, high)))


def _has_quantile(law: Measure) -> bool:
    if law.dimension != 1:
        return False
    if isinstance(law, Density):
        return law.quantile is not None
    arrays = _arrays(law)
    return len(arrays) > 0 and not wants_gradient(*arrays)


def _arrays(law: Measure) -> tuple[Any, ...]:
    """The arrays that say which kind of number the law is made of; none for a function."""
    if isinstance(law, Points):
        return law.points, law.weights
    return (law.mean, law.covariance) if isinstance(law, Gaussian) else ()


def _applies(p: Measure, q: Measure, *, cost: Any = None, **options: Any) -> bool:
    return (
        cost is None
        and _has_quantile(p)
        and _has_quantile(q)
        and not (type(p) is type(q) and isinstance(p, (Points, Gaussian)))
    )


def _bounded(p: Measure, q: Measure, **options: Any) -> bool:
    return _applies(p, q, **options) and all(
        isinstance(law, Gaussian) or np.isfinite(_Line(law).ends()).all() for law in (p, q)
    )


_NEEDS = "two laws on the line with quantile functions"


@WASSERSTEIN.route("quantile", Measure, Measure, Guarantee.CERTIFIED, when=_bounded, needs=_NEEDS)
def by_quantiles(p: Measure, q: Measure, *, order: float, ground: str, cost: Any) -> Bracket:
    """Quantile functions on adaptive cells: monotone, so that the ends of a cell bound what is between."""
    certificate = _refined(p, q, order)
    value = in_kind_of(_estimate(certificate), *_arrays(p), *_arrays(q))
    return proved(value, certificate, Guarantee.CERTIFIED, "quantile")


@WASSERSTEIN.route("quantile_estimate", Measure, Measure, Guarantee.NONE, when=_applies, needs=_NEEDS)
def by_quantiles_without_tails(p: Measure, q: Measure, *, order: float, ground: str, cost: Any) -> Bracket:
    """Quantile functions on adaptive cells, for unbounded laws of whose tails nothing is known."""
    return Bracket(
        value=in_kind_of(_estimate(_refined(p, q, order)), *_arrays(p), *_arrays(q)),
        lower=math.nan,
        upper=math.nan,
        guarantee=Guarantee.NONE,
        method="quantile_estimate",
        reason=f"the tails are not bounded: beyond a mass of {TAIL:g} on either side they are left out, and where the laws "
        "have no moment of the order the distance may be infinite",
    )


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class QuantileCertificate(Certificate):
    """Two laws on the line and a partition of [0, 1]: on a cell both quantile functions lie between their end values.

    .. math:: W_p^p = \\int_0^1 |F^{-1}(t) - G^{-1}(t)|^p \\, dt

    The proof goes as far as the laws' own quantile functions are right.

    Parameters
    ----------
    lower, upper : float
    laws : pair of measures
    knots : (k,) array
        Ascending, strictly between 0 and 1.
    order : float

    Reference: villani2009
    """

    laws: tuple[Measure, Measure]
    knots: np.ndarray
    order: float

    def bounds(self) -> tuple[float, float]:
        """Lower and upper sums over the cells; unbounded tails by their moments."""
        low, high = self.sums()
        return (float(low.sum()) ** (1 / self.order) * (1 - 1e-13), float(high.sum()) ** (1 / self.order) * (1 + 1e-13))

    def sums(self) -> tuple[np.ndarray, np.ndarray]:
        """What each cell contributes to the p-th power, at least and at most."""
        require_number(self.order, "order", at_least=1)
        if not all(isinstance(law, Measure) and _has_quantile(law) for law in require_pair(self.laws, "laws")):
            raise CertificateError("laws must be two measures on the line with a quantile function")
        knots = require_array(self.knots, "knots", (None,))
        if not ((knots > 0) & (knots < 1)).all() or (np.diff(knots) <= 0).any():
            raise CertificateError("knots must ascend strictly inside (0, 1)")
        start, stop = np.append(0.0, knots), np.append(knots, 1.0)
        first, second = (_Line(law) for law in self.laws)
        with np.errstate(invalid="ignore"):
            (a, b), (c, d) = first.between(start, stop), second.between(start, stop)
            least = np.maximum(0.0, np.maximum(a - d, c - b))
            most = np.maximum(b - c, d - a)
        width = stop - start
        low = np.where(np.isfinite(least), width * least**self.order, 0.0)
        high = width * np.where(np.isfinite(most), most, 0.0) ** self.order
        for cell in np.flatnonzero(~np.isfinite(most)):
            tails = [law.tail(float(width[cell]), self.order) for law in (first, second)]
            high[cell] = sum(tails) ** self.order if np.isfinite(tails).all() else 0.0
        return low, high


def _refined(p: Measure, q: Measure, order: float) -> QuantileCertificate:
    """Halve the cells that are widest open until the sums agree, or there are enough."""
    lines = _Line(p), _Line(q)
    _require_moderate(lines, order)
    open_ended = not np.isfinite(np.array([line.ends() for line in lines])).all()
    tails = np.geomspace(TAIL, 1 / FIRST_CELLS, 200) if open_ended else np.empty(0)
    knots = np.concatenate([np.arange(1, FIRST_CELLS) / FIRST_CELLS, tails, 1 - tails, *(one.jumps() for one in lines)])
    certificate = QuantileCertificate(
        lower=-math.inf, upper=math.inf, laws=(p, q), order=order, knots=np.unique(knots[(knots > 0) & (knots < 1)])
    )
    while True:
        low, high = certificate.sums()
        slack = high - low
        if slack.sum() <= POWER_GAP * high.sum() or len(certificate.knots) > MOST_CELLS:
            break
        start, stop = np.append(0.0, certificate.knots), np.append(certificate.knots, 1.0)
        middle = (start + stop) / 2
        wide = (
            (slack > max(slack.sum() / len(slack) / 2, POWER_GAP * high.sum() / MOST_CELLS))
            & (start < middle)
            & (middle < stop)
        )
        if open_ended:
            wide[[0, -1]] = False
        if not wide.any():
            break
        certificate = replace(certificate, knots=np.union1d(certificate.knots, middle[wide]))
    lower, upper = certificate.bounds()
    return replace(certificate, lower=lower, upper=upper)


def _require_moderate(lines: tuple[_Line, _Line], order: float) -> None:
    """Refuse laws between which the power of a distance overflows."""
    inside = np.array([TAIL]), np.array([1 - TAIL])
    with np.errstate(over="ignore", invalid="ignore"):
        ends = np.concatenate([np.ravel(end) for line in lines for mass in inside for end in line.between(mass, mass)])
        ends = np.concatenate([ends, *(np.ravel(line.ends()) for line in lines)])
        finite = ends[np.isfinite(ends)]
        furthest = 4 * float(np.abs(finite).max(initial=0.0))
        require_representable(furthest if furthest < LARGEST ** (1 / order) else math.inf)


def _estimate(certificate: QuantileCertificate) -> float:
    """The midpoint rule on the same cells, kept inside the bounds."""
    start, stop = np.append(0.0, certificate.knots), np.append(certificate.knots, 1.0)
    middle = (start + stop) / 2
    first, second = (np.mean(_Line(law).between(middle, middle), axis=0) for law in certificate.laws)
    total = float(((stop - start) * np.abs(first - second) ** certificate.order).sum())
    return min(max(total ** (1 / certificate.order), certificate.lower), certificate.upper)
