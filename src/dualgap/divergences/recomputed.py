"""Certificates of discrete divergences: the weights, from which the sum is taken again by another formula."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from dualgap.bracket import Certificate
from dualgap.divergences.rules import Rule
from dualgap.errors import CertificateError

__all__ = ["AtomsRecomputed", "PointsRecomputed"]

#: Masses of float32 sum to 1 up to this, and are taken as those of the law that is proportional to them.
MASS_TOLERANCE = 2e-5


@final
@dataclass(frozen=True, kw_only=True)
class AtomsRecomputed(Certificate):
    """The two weight arrays, from which the divergence is computed again by Taylor's formula.

    .. math:: q f(1 + u) - q f'(1) u = q u^2 \\int_0^1 (1 - s) f''(1 + s u)\\, ds, \\quad u = p / q - 1

    The integral is taken by Gauss's rule where abs(u) <= 1/4, the plain formula is used elsewhere, and all sums are
    exactly rounded. No line is shared with the method.

    Parameters
    ----------
    p, q : (..., n) float64 arrays
    rule : Rule
    """

    p: np.ndarray
    q: np.ndarray
    rule: Rule

    def bounds(self) -> tuple[Any, Any]:
        """The divergence, twice: the claimed interval has to hold it.

        Raises
        ------
        CertificateError
            When the weights are not non-negative masses with a positive sum.
        """
        for weights in (self.p, self.q):
            whole = np.ndim(weights) > 0 and np.isfinite(weights).all() and (weights >= 0).all()
            if not whole or np.abs(np.sum(weights, axis=-1) - 1).max() > MASS_TOLERANCE:
                raise CertificateError("the weights are not the masses of two laws: not negative, and summing to 1")
        if self.p.shape[-1] != self.q.shape[-1]:
            raise CertificateError(f"the weights are of {self.p.shape[-1]} and {self.q.shape[-1]} atoms")
        p, q = np.broadcast_arrays(self.p, self.q)
        rows = zip(p.reshape(-1, p.shape[-1]), q.reshape(-1, q.shape[-1]), strict=True)
        values = np.array([self.rule.again(*row) for row in rows]).reshape(p.shape[:-1])
        return values, values


@final
@dataclass(frozen=True, kw_only=True)
class PointsRecomputed(Certificate):
    """Two weighted point sets, matched again by a dictionary of their coordinates.

    Parameters
    ----------
    points_p, points_q : (n, d) and (m, d) float64 arrays
    p, q : (n,) and (m,) float64 arrays
    rule : Rule
    """

    points_p: np.ndarray
    points_q: np.ndarray
    p: np.ndarray
    q: np.ndarray
    rule: Rule

    def bounds(self) -> tuple[Any, Any]:
        """The divergence, twice."""
        found: dict[tuple[float, ...], tuple[list[float], list[float]]] = {}
        for side, (points, weights) in enumerate(((self.points_p, self.p), (self.points_q, self.q))):
            for point, weight in zip(map(tuple, points.tolist()), weights.tolist(), strict=True):
                found.setdefault(point, ([], []))[side].append(weight)
        p, q = (np.array([math.fsum(masses[side]) for masses in found.values()]) for side in (0, 1))
        return AtomsRecomputed(lower=self.lower, upper=self.upper, p=p, q=q, rule=self.rule).bounds()
