"""The triangular discrimination, whose dual is the least-squares loss of classification."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

import numpy as np
from array_api_compat import array_namespace

from dualgap.divergences.generators import FDivergence
from dualgap.divergences.kernels import AtomPair
from dualgap.divergences.variational import dual_terms

__all__ = ["TriangularDiscrimination"]


@final
@dataclass(frozen=True)
class TriangularDiscrimination(FDivergence):
    """f(t) = (t - 1)^2 / (t + 1): the sum of (p - q)^2 / (p + q), from 0 to 2.

    Examples
    --------
    >>> import dualgap as dg
    >>> round(float(dg.f_divergence([0.5, 0.5], [0.25, 0.75], TriangularDiscrimination())), 12)
    0.133333333333

    Reference: topsoe2000
    """

    name = "triangular_discrimination"
    at_zero = 1.0
    at_infinity = 1.0

    def f(self, t: Any) -> Any:
        """(t - 1)^2 / (t + 1)."""
        return (t - 1) ** 2 / (t + 1)

    def conjugate(self, s: Any) -> Any:
        """(2 - sqrt(1 - s))^2 - 1, for -3 <= s <= 1; -1 below."""
        xp = array_namespace(s)
        return (2 - xp.sqrt(1 - xp.clip(s, -3, None))) ** 2 - 1

    def terms(self, atoms: AtomPair) -> Any:
        """(p + q) t^2 with t = (p - q) / (p + q)."""
        return atoms.sum * atoms.t**2

    def perspective(self, p: np.ndarray, q: np.ndarray) -> np.ndarray:
        """(p - q)^2 / (p + q)."""
        return (p - q) * ((p - q) / (p + q))

    def remainder(self, u: np.ndarray) -> np.ndarray:
        """u^2 / (2 + u)."""
        return u**2 / (2 + u)


@dual_terms.register
def _triangular(generator: TriangularDiscrimination, score: Any) -> tuple[Any, Any]:
    """1 - (1 - t)^2 and 1 - (1 + t)^2 at t = tanh(s/2)."""
    t = array_namespace(score).tanh(score / 2)
    return t * (2 - t), -t * (2 + t)
