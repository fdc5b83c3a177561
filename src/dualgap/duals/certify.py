"""From a trained critic to bounds that hold, whatever the training did."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np
from scipy import stats

from dualgap.bracket import Certificate
from dualgap.errors import CertificateError
from dualgap.transport.duality import TransportCertificate

__all__ = ["CriticCertificate", "HeldOutCertificate", "deviation"]


def deviation(value_range: float, n: int, m: int, level: float) -> float:
    """How far a difference of two means may lie from its expectation, by Hoeffding.

    .. math:: P\\Big(\\bar X_n + \\bar Y_m - E > R \\sqrt{(1/n + 1/m) \\ln(1/\\delta) / 2}\\Big) \\le \\delta

    for terms that lie in intervals of length R; the same number bounds an empirical W_1 on a set of diameter R
    (McDiarmid).

    Parameters
    ----------
    value_range : float
        R.
    n, m : int
    level : float
        1 - delta.

    Examples
    --------
    >>> round(deviation(1.0, 1000, 1000, 0.95), 4)
    0.0547
    """
    return value_range * math.sqrt((1 / n + 1 / m) * math.log(1 / (1 - level)) / 2)


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class CriticCertificate(Certificate):
    """Scores of any critic on discrete measures: the value of a dual there is a lower bound.

    .. math:: \\alpha \\Big(\\sum_i a_i \\, \\mathrm{real}_i + \\sum_j b_j \\, \\mathrm{fake}_j\\Big) + \\beta \\le D(p, q) \\le
              \\text{ceiling}

    Parameters
    ----------
    real_terms, fake_terms : (n,) and (m,) arrays
        ``objective.real`` and ``objective.fake`` of the scores.
    masses : pair of arrays
    slope, offset : float
        alpha and beta of the objective's map from its supremum to the divergence.
    ceiling : float
        What the divergence never exceeds.
    """

    real_terms: np.ndarray
    fake_terms: np.ndarray
    masses: tuple[np.ndarray, np.ndarray]
    slope: float
    offset: float
    ceiling: float

    def bounds(self) -> tuple[float, float]:
        """The dual's value in exact summation, less its rounding, and the ceiling."""
        total, rounding = 0.0, 0.0
        for masses, terms in zip(self.masses, (self.real_terms, self.fake_terms), strict=True):
            if masses.shape != np.shape(terms) or not (masses >= 0).all() or abs(math.fsum(masses) - 1) > 1e-12:
                raise CertificateError(f"masses must be {np.shape(terms)} numbers that are not negative and sum to 1")
            products = _finite(terms) * masses
            total += math.fsum(products)
            # each product rounds once; masses that miss 1 by rounding are those of a law that is proportional to them
            rounding += 4 * np.finfo(float).eps * math.fsum(np.abs(products))
            rounding += abs(math.fsum(masses) - 1) * float(np.abs(terms).max())
        lower = self.slope * (total - rounding) + self.offset
        return max(0.0, lower - 4 * np.finfo(float).eps * abs(self.offset)), self.ceiling


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class HeldOutCertificate(Certificate):
    """Scores of a critic on draws that had no part in making it.

    For a critic that is fixed before the draws, the mean of the terms estimates a lower bound of the divergence without
    bias; the margin makes it one with the stated level. Above stands a ceiling, or the empirical transport cost
    plus its deviation (the expectation of an empirical W_1 is at least the W_1 of the laws).

    Parameters
    ----------
    real_terms, fake_terms : (n,) and (m,) arrays
        On held-out draws.
    slope, offset : float
        As in :class:`CriticCertificate`.
    level : float
        With which each of the bounds holds.
    value_range : float or None
        The length of an interval that holds every term (Hoeffding's margin); None for the normal approximation.
    ceiling : float
    transport : TransportCertificate or None
        Of the draws, for the upper bound on a set of diameter ``value_range``.
    """

    real_terms: np.ndarray
    fake_terms: np.ndarray
    slope: float
    offset: float
    level: float
    value_range: float | None
    ceiling: float
    transport: TransportCertificate | None = None

    def bounds(self) -> tuple[float, float]:
        """The held-out value less its margin, and the ceiling or the transport bound."""
        real_terms, fake_terms = _finite(self.real_terms), _finite(self.fake_terms)
        n, m = len(real_terms), len(fake_terms)
        if self.value_range is None:
            error = math.sqrt(real_terms.var(ddof=1) / n + fake_terms.var(ddof=1) / m)
            margin = float(stats.norm.ppf(self.level)) * error
        else:
            for terms in (real_terms, fake_terms):
                if np.ptp(terms) > self.value_range * (1 + 1e-9):
                    raise CertificateError(
                        f"terms spread over {np.ptp(terms):.6g}, more than the {self.value_range:.6g} "
                        "that their margin assumes"
                    )
            margin = deviation(self.value_range, n, m, self.level)
        value = math.fsum(real_terms) / n + math.fsum(fake_terms) / m
        lower = max(0.0, self.slope * (value - margin) + self.offset)
        if self.transport is None or self.value_range is None:
            return lower, self.ceiling
        above = self.transport.bounds()[1] + deviation(self.value_range, *self.transport.cost.shape, self.level)
        return lower, min(above, self.ceiling)


def _finite(terms: np.ndarray) -> np.ndarray:
    terms = np.asarray(terms, dtype=np.float64)
    if not np.isfinite(terms).all():
        raise CertificateError("the critic's terms are not finite")
    return terms
