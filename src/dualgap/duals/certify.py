"""From a trained critic to a bound of the f-divergence of discrete measures, whatever the training did."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np

from dualgap.bracket import Certificate
from dualgap.divergences.generators import FDivergence
from dualgap.divergences.held_out import require_conjugate
from dualgap.divergences.variational import dual_terms
from dualgap.errors import CertificateError

__all__ = ["CriticCertificate"]


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class CriticCertificate(Certificate):
    """Scores of any critic on discrete measures: the value of a dual there is a lower bound.

    .. math:: \\sum_i a_i \\, f'(e^{s_i}) - \\sum_j b_j \\big(e^{s_j} f'(e^{s_j}) - f(e^{s_j})\\big) \\le D_f(p \\| q)
              \\le f(0) + \\lim f(t) / t

    Parameters
    ----------
    scores : pair of (n,) and (m,) arrays
        Estimates of ln p/q at the atoms of p and of q.
    masses : pair of arrays
    generator : FDivergence

    Reference: nguyen2010
    """

    scores: tuple[np.ndarray, np.ndarray]
    masses: tuple[np.ndarray, np.ndarray]
    generator: FDivergence

    def bounds(self) -> tuple[float, float]:
        """The dual's value in exact summation, less its rounding, and the largest value that there is.

        Raises
        ------
        CertificateError
            When the terms are not those of the generator and its conjugate, or the masses not those of laws.
        """
        for scores in self.scores:
            if not np.isfinite(scores).all():
                raise CertificateError("the critic's scores are not finite")
        require_conjugate(self.generator, self.scores, max(float(np.abs(one).max()) for one in self.scores))
        terms = dual_terms(self.generator, self.scores[0])[0], dual_terms(self.generator, self.scores[1])[1]
        total, rounding = 0.0, 0.0
        for masses, part in zip(self.masses, terms, strict=True):
            if masses.shape != np.shape(part) or not (masses >= 0).all() or abs(math.fsum(masses) - 1) > 1e-12:
                raise CertificateError(f"masses must be {np.shape(part)} numbers that are not negative and sum to 1")
            products = part * masses
            total += math.fsum(products)
            # Each term and each product rounds a few times; masses that miss 1 by rounding are those of a law that is
            # proportional to them.
            rounding += 16 * np.finfo(float).eps * math.fsum(masses * (1 + np.abs(part)))
            rounding += abs(math.fsum(masses) - 1) * float(np.abs(part).max())
        return max(0.0, total - rounding), self.generator.singular
