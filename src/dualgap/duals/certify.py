"""From a trained critic to bounds that hold, whatever the training did."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np

from dualgap.bracket import Certificate
from dualgap.errors import CertificateError
from dualgap.transport.population import deviation

__all__ = ["CriticCertificate", "HeldOutCertificate"]


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
    bias; Hoeffding's margin makes it one with the stated level.

    Parameters
    ----------
    real_terms, fake_terms : (n,) and (m,) arrays
        On held-out draws.
    slope, offset : float
        As in :class:`CriticCertificate`.
    level : float
        With which the bound holds.
    value_range : float
        The length of an interval that holds every term.
    ceiling : float
        What the divergence never exceeds.
    """

    real_terms: np.ndarray
    fake_terms: np.ndarray
    slope: float
    offset: float
    level: float
    value_range: float
    ceiling: float

    def bounds(self) -> tuple[float, float]:
        """The held-out value less its margin, and the ceiling."""
        real_terms, fake_terms = _finite(self.real_terms), _finite(self.fake_terms)
        n, m = len(real_terms), len(fake_terms)
        for terms in (real_terms, fake_terms):
            if np.ptp(terms) > self.value_range * (1 + 1e-9):
                raise CertificateError(
                    f"terms spread over {np.ptp(terms):.6g}, more than the {self.value_range:.6g} "
                    "that their margin assumes"
                )
        value = math.fsum(real_terms) / n + math.fsum(fake_terms) / m
        margin = deviation(self.value_range, n, m, self.level)
        return max(0.0, self.slope * (value - margin) + self.offset), self.ceiling


def _finite(terms: np.ndarray) -> np.ndarray:
    terms = np.asarray(terms, dtype=np.float64)
    if not np.isfinite(terms).all():
        raise CertificateError("the critic's terms are not finite")
    return terms
