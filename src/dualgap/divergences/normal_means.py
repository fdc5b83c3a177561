"""Certificates of kernel discrepancies between mixtures of normal laws: every expected kernel is computed again."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from scipy.special import ndtr

from dualgap.bracket import Certificate
from dualgap.errors import CertificateError
from dualgap.validation import detached

__all__ = ["NormalMeansRecomputed", "normal_parts"]

#: Weights, (n, d) means and (n, d, d) covariances.
Parts = tuple[np.ndarray, np.ndarray, np.ndarray]


@final
@dataclass(frozen=True, kw_only=True)
class NormalMeansRecomputed(Certificate):
    """Two mixtures of normal laws (points are normal laws without spread), whose double sum is taken again.

    With the spectrum (l, V) of the sum of two covariances and y = V^T (m1 - m2), the Gaussian kernel of width h has the
    expectation

    .. math:: \\prod_i (1 + l_i / h^2)^{-1/2} \\exp\\Bigl(-\\tfrac12 \\sum_i \\frac{y_i^2}{h^2 + l_i}\\Bigr),

    and on the line -\\|x - y\\| has -(d (2 Phi(d/s) - 1) + 2 s phi(d/s)). The sum is rounded once.

    Parameters
    ----------
    p, q : weights, (n, d) means and (n, d, d) covariances
    bandwidth : float or None
        h; None for the energy distance, on the line.
    error : float
        The rounding error of the squared distance.
    """

    p: Parts
    q: Parts
    bandwidth: float | None
    error: float

    def bounds(self) -> tuple[float, float]:
        """The distance, twice, or the interval in which rounding leaves it.

        Raises
        ------
        CertificateError
            When the weights are no masses, or a covariance has a negative eigenvalue.
        """
        for weights, means, covariances in (self.p, self.q):
            n, d = means.shape
            if weights.shape != (n,) or covariances.shape != (n, d, d) or not (weights >= 0).all():
                raise CertificateError("there is not one non-negative weight and one covariance to every mean")
        means, covariances = (np.concatenate(both) for both in list(zip(self.p, self.q, strict=True))[1:])
        signed = np.concatenate([self.p[0] / math.fsum(self.p[0]), -self.q[0] / math.fsum(self.q[0])])
        square = math.fsum(
            math.fsum(weight * signed * self._expected(mean - means, covariance + covariances))
            for weight, mean, covariance in zip(signed, means, covariances, strict=True)
        )
        root = math.sqrt(max(square, 0.0))
        if square <= 2 * self.error:  # what is left is rounding, here as there
            return 0.0, min(root, math.sqrt(self.error))
        return root, root

    def _expected(self, shifts: np.ndarray, covariances: np.ndarray) -> np.ndarray:
        spectra, axes = np.linalg.eigh(covariances)
        if (spectra < -1e-9 * np.abs(spectra).max(initial=1e-300)).any():
            raise CertificateError("a covariance has a negative eigenvalue")
        spectra = np.maximum(spectra, 0.0)
        if self.bandwidth is None:
            d, s = np.abs(shifts[:, 0]), np.sqrt(spectra[:, 0])
            z = d / np.where(s > 0, s, 1.0)
            spread = d * (1 - 2 * ndtr(-z)) + 2 * s * np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
            return -np.where(s > 0, spread, d)
        wide = spectra + self.bandwidth**2
        across = np.einsum("nij,ni->nj", axes, shifts)
        return np.exp(-0.5 * (across**2 / wide + np.log(wide / self.bandwidth**2)).sum(-1))


def normal_parts(parts: Sequence[tuple[Any, Any, Any]]) -> Parts:
    """Triples of weight, mean and covariance as arrays.

    >>> [array.shape for array in normal_parts([(1.0, [0.0, 1.0], [[1.0, 0.0], [0.0, 1.0]])])]
    [(1,), (1, 2), (1, 2, 2)]
    """
    weights, means, covariances = zip(*((detached(w), detached(m), detached(s)) for w, m, s in parts), strict=True)
    return np.array(weights), np.array([np.ravel(mean) for mean in means]), np.array(covariances)
