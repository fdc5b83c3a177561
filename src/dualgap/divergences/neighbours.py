"""Divergences between the laws of two samples, by nearest neighbours."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from scipy.spatial.distance import cdist
from scipy.special import gammaln

from dualgap.bracket import Bracket, Certificate, Guarantee
from dualgap.divergences.flats import flat_of, in_common_unit, require_full_dimension
from dualgap.divergences.neighbour_ratios import NeighbourRatio, log_ratios, log_ratios_in_groups
from dualgap.divergences.subsampling import Partition, half_width, partitions
from dualgap.errors import CertificateError, InvalidInput
from dualgap.measures import Samples
from dualgap.validation import confidence_level, count, detached

__all__ = ["NeighboursRecomputed", "hellinger_by_neighbours", "jeffreys_by_neighbours", "kl_by_neighbours",
           "renyi_by_neighbours"]  # fmt: skip

#: With fewer draws, groups of them are too small to show any spread.
LEAST_DRAWS = 30
#: Distances that the check takes at a time.
AT_A_TIME = 1 << 22


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class NeighboursRecomputed(Certificate):
    """Two samples and the groups of their draws, whose neighbours are found again by comparing all pairs.

    Parameters
    ----------
    x, y : (n, d) and (m, d) arrays
        The draws, in their common unit.
    statistic : NeighbourRatio
    neighbours, dimension : int
    parts : tuple of Partition
    level, ceiling : float
    """

    x: np.ndarray
    y: np.ndarray
    statistic: NeighbourRatio
    neighbours: int
    dimension: int
    parts: tuple[Partition, ...]
    level: float
    ceiling: float

    def bounds(self) -> tuple[float, float]:
        """The value of the statistic with the half width from its values on the groups.

        Raises
        ------
        CertificateError
            When the groups are not disjoint parts of the draws, of the same share of both.
        """
        value = self._value(self.x, self.y)
        groups = []
        for part in self.parts:
            if part.p.shape != self.x.shape[:1] or part.q.shape != self.y.shape[:1]:
                raise CertificateError("there is not one group to every draw")
            if part.share != self.parts[0].share or not part.is_even():
                raise CertificateError("the groups do not have the same share of the draws")
            groups.append(np.array([self._value(self.x[part.p == g], self.y[part.q == g]) for g in range(part.groups)]))
        return _within(value, half_width(groups, self.parts[0].share, self.level), self.ceiling)

    def _value(self, x: np.ndarray, y: np.ndarray) -> float:
        mean = float(self.statistic.terms(self._logs(x, y)).mean())
        if self.statistic.both:
            mean += float(self.statistic.terms(self._logs(y, x)).mean())
        return float(self.statistic.link(np.float64(mean)))

    def _logs(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """The logarithms of the ratio from all distances of a draw, sorted."""
        logs = np.empty(len(x))
        rows = max(1, AT_A_TIME // (len(x) + len(y)))
        for start in range(0, len(x), rows):
            block = x[start : start + rows]
            rho = np.sort(cdist(block, x), axis=1)[:, 1:]
            nu = np.sort(cdist(block, y), axis=1)
            least = min(rho.shape[1], nu.shape[1])
            clear = (rho[:, :least] > 0) & (nu[:, :least] > 0)
            clear[:, : self.neighbours - 1] = False
            first, some, each = clear.argmax(axis=1), clear.any(axis=1), np.arange(len(block))
            logs[start : start + rows] = np.where(some, np.log(np.where(some, nu[each, first], 1.0)), 0.0) - np.where(
                some, np.log(np.where(some, rho[each, first], 1.0)), 0.0
            )
        return self.dimension * logs + math.log(len(y) / (len(x) - 1))


def _within(value: float, margin: float, ceiling: float) -> tuple[float, float]:
    return max(value - margin, 0.0), min(value + margin, ceiling)


def _of_samples(p: Samples, q: Samples, statistic: NeighbourRatio, *, neighbours: int, dimension: int | None,
                confidence: float, subsamples: int, seed: int, ceiling: float) -> Bracket:  # fmt: skip
    """The statistic of two samples between the bounds of subsampling, or infinity where one flat misses draws."""
    level = confidence_level(confidence)
    k, subsamples = count(neighbours, "neighbours"), count(subsamples, "subsamples", at_least=10)
    x, y = in_common_unit(detached(p.points), detached(q.points))
    least = max(LEAST_DRAWS, 2 * (x.shape[1] + 1), 4 * (k + 2))
    for name, points in (("p", x), ("q", y)):
        if len(points) < least:
            raise InvalidInput(
                f"{name} must have at least {least} draws in {x.shape[1]} dimensions for {k} neighbours and an interval, "
                f"got {len(points)}",
                argument=name,
            )
    if dimension is None:
        flats = flat_of(x), flat_of(y)
        if flats[0].dimension != flats[1].dimension or not flats[1].contains(x):
            return _on_different_flats(flats[0].dimension, flats[1].dimension, ceiling, level)
        d = max(flats[0].dimension, 1)
        for name, points, flat in (("p", x, flats[0]), ("q", y, flats[1])):
            require_full_dimension(points, name, flat)
    else:
        d = count(dimension, "dimension")
        if d > x.shape[1]:
            raise InvalidInput(
                f"dimension must be at most {x.shape[1]}, that of the points, got {d}", argument="dimension"
            )
    evidence: dict[str, Any] = {"x": x, "y": y, "statistic": statistic, "neighbours": k, "dimension": d}
    parts = tuple(partitions(len(x), len(y), subsamples, count(seed, "seed", at_least=0)))
    value = _value(x, y, statistic, k, d)
    groups = [_of_groups(x, y, statistic, k, d, part) for part in parts]
    margin = half_width(groups, parts[0].share, level)
    reason = "" if d == x.shape[1] else f"the draws lie in {d} dimensions of {x.shape[1]}, and volumes are taken there"
    most = math.log(min(len(x), len(y))) / 2 if ceiling == math.inf else ceiling + margin
    if not -margin <= value <= most:
        return Bracket(
            value=min(max(value, 0.0), ceiling),
            lower=math.nan,
            upper=math.nan,
            guarantee=Guarantee.NONE,
            method="neighbours",
            reason=f"the estimate {value:.6g} plus or minus {margin:.2g} is out of the range that nearest neighbours can "
            f"show, 0 to {most:.3g}: their bias exceeds their spread, as it does in high dimension and where q has few draws "
            "near those of p",
        )
    lower, upper = _within(value, margin, ceiling)
    proof = NeighboursRecomputed(lower=lower, upper=upper, parts=parts, level=level, ceiling=ceiling, **evidence)
    return Bracket(
        value=min(max(value, 0.0), ceiling),
        lower=lower,
        upper=upper,
        guarantee=Guarantee.ASYMPTOTIC,
        method="neighbours",
        certificate=proof,
        confidence=level,
        reason=reason,
    )


def _value(x: np.ndarray, y: np.ndarray, statistic: NeighbourRatio, k: int, d: int) -> float:
    mean = float(statistic.terms(log_ratios(x, y, k, d, ("p", "q"))).mean())
    if statistic.both:
        mean += float(statistic.terms(log_ratios(y, x, k, d, ("q", "p"))).mean())
    return float(statistic.link(np.float64(mean)))


def _of_groups(x: np.ndarray, y: np.ndarray, statistic: NeighbourRatio, k: int, d: int, part: Partition) -> np.ndarray:
    means = 0.0
    sides = ((x, y, part.p, part.q), (y, x, part.q, part.p))
    for a, b, ours, theirs in sides[: 1 + statistic.both]:
        terms = statistic.terms(log_ratios_in_groups(a, b, k, d, (ours, theirs))[ours >= 0])
        group = ours[ours >= 0]
        means = means + np.bincount(group, terms, part.groups) / np.bincount(group, minlength=part.groups)
    return statistic.link(np.asarray(means))


def _on_different_flats(r: int, s: int, singular: float, level: float) -> Bracket:
    """Laws with densities on different flats are mutually singular, and draws on one flat are all that shows it."""
    where = "different flats of the same dimension" if r == s else f"flats of {r} and {s} dimensions"
    return Bracket(
        value=singular,
        lower=singular,
        upper=singular,
        guarantee=Guarantee.ASYMPTOTIC,
        method="neighbours",
        confidence=level,
        reason=f"the value for mutually singular laws because the draws of p and q lie on {where}, which laws with "
        "densities on one flat never do",
    )


def _itself(x: np.ndarray) -> np.ndarray:
    return x


def kl_by_neighbours(p: Samples, q: Samples, *, neighbours: int = 1, dimension: int | None = None,
                     confidence: float = 0.95, subsamples: int = 48, seed: int = 0) -> Bracket:  # fmt: skip
    """Distances to nearest neighbours in both samples, with an interval by subsampling.

    .. math:: \\frac{d}{n} \\sum_i \\ln \\frac{\\nu_k(i)}{\\rho_k(i)} + \\ln \\frac{m}{n - 1}

    The mean of :func:`~dualgap.divergences.neighbour_ratios.log_ratios`. One neighbour has the least bias; more have less
    spread, which the interval then shows without the bias.

    Reference: wang2009, politis1994
    """
    return _of_samples(p, q, NeighbourRatio(_itself, _itself), neighbours=neighbours, dimension=dimension,
                       confidence=confidence, subsamples=subsamples, seed=seed, ceiling=math.inf)  # fmt: skip


def jeffreys_by_neighbours(p: Samples, q: Samples, *, neighbours: int = 1, dimension: int | None = None,
                           confidence: float = 0.95, subsamples: int = 48, seed: int = 0) -> Bracket:  # fmt: skip
    """The nearest-neighbour estimates of KL in both directions, added."""
    return _of_samples(p, q, NeighbourRatio(_itself, _itself, both=True), neighbours=neighbours, dimension=dimension,
                       confidence=confidence, subsamples=subsamples, seed=seed, ceiling=math.inf)  # fmt: skip


def _power_terms(order: float, k: int) -> NeighbourRatio:
    """E_p r^(a-1) from r estimated by k neighbours, whose own powers have the mean Gamma(k-a+1) Gamma(k+a-1) / Gamma(k)^2."""
    if k <= 2 * abs(order - 1):
        raise InvalidInput(
            f"neighbours must be above {2 * abs(order - 1):g} for the order {order:g}, got {k}: with fewer, the spread "
            "is infinite",
            argument="neighbours",
        )
    correction = math.exp(2 * gammaln(k) - gammaln(k - order + 1) - gammaln(k + order - 1))
    return NeighbourRatio(lambda logs: correction * np.exp((order - 1) * logs), _itself)


def hellinger_by_neighbours(p: Samples, q: Samples, *, neighbours: int = 5, dimension: int | None = None,
                            confidence: float = 0.95, subsamples: int = 48, seed: int = 0) -> Bracket:  # fmt: skip
    """One less the Bhattacharyya coefficient from nearest neighbours, with an interval by subsampling."""
    power = _power_terms(0.5, count(neighbours, "neighbours"))
    return _of_samples(p, q, NeighbourRatio(power.terms, lambda mean: 1 - mean), neighbours=neighbours,
                       dimension=dimension, confidence=confidence, subsamples=subsamples, seed=seed,
                       ceiling=1.0)  # fmt: skip


def renyi_by_neighbours(p: Samples, q: Samples, *, order: float, neighbours: int = 5, dimension: int | None = None,
                        confidence: float = 0.95, subsamples: int = 48, seed: int = 0) -> Bracket:  # fmt: skip
    """The logarithm of the mean power of the density ratio from nearest neighbours, with an interval by subsampling.

    Reference: poczos2011
    """
    power = _power_terms(order, count(neighbours, "neighbours"))
    return _of_samples(p, q, NeighbourRatio(power.terms, lambda mean: np.log(mean) / (order - 1)),
                       neighbours=neighbours, dimension=dimension, confidence=confidence, subsamples=subsamples,
                       seed=seed, ceiling=math.inf)  # fmt: skip
