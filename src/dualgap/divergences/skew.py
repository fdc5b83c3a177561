"""The Jensen-Shannon divergence with unequal weights, and the stable term that it shares with that of several laws."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from array_api_compat import array_namespace

from dualgap import validation
from dualgap.divergences.generators import FDivergence
from dualgap.divergences.kernels import SERIES, TERMS, AtomPair, constant, horner
from dualgap.divergences.plain import log_quotient, taylor, xlogx

__all__ = ["SkewJensenShannon", "entropy_excess"]


def entropy_excess(u: Any, ratio: Any) -> Any:
    """(1 + u) ln(1 + u) - u, where 1 + u is also known as a ratio; never negative, 0 exactly at u = 0.

    .. math:: (2 + u) \\left[(1 + t) \\operatorname{artanh} t - t\\right], \\qquad t = \\frac{u}{2 + u}

    >>> float(entropy_excess(np.array(1e-9), np.array(1 + 1e-9)))
    4.9999999983e-19
    """
    xp = array_namespace(u, ratio)
    t = u / (2 + u)
    near = abs(constant(t)) <= SERIES
    small = xp.where(near, t, xp.zeros_like(t))
    square = small * small
    tail = horner(square, [1 / (2 * k + 3) for k in range(TERMS)])  # (artanh t / t - 1) / t^2
    return xp.where(near, (2 + u) * square * (1 + tail * (square + small)), xlogx(ratio) - u)


@final
@dataclass(frozen=True)
class SkewJensenShannon(FDivergence):
    """f(t) = w t ln t - (w t + v) ln(w t + v) with w + v = 1: the Jensen-Shannon divergence with weight w on p.

    .. math:: D_f(p \\| q) = w\\, KL(p \\| m) + v\\, KL(q \\| m), \\qquad m = w p + v q

    Between 0 and the entropy of (w, v), which mutually singular laws have.

    Parameters
    ----------
    weight : float
        w, strictly between 0 and 1; 1/2 gives :class:`JensenShannon`.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> f = SkewJensenShannon(0.5)
    >>> round(float(dg.f_divergence([1.0, 0.0], [0.5, 0.5], f)) - float(dg.js([1.0, 0.0], [0.5, 0.5])), 12)
    0.0

    Reference: lin1991
    """

    name = "js"
    weight: float

    def __post_init__(self) -> None:
        validation.real(self.weight, "weight", above=0, below=1)

    @property
    def at_zero(self) -> float:
        """-v ln v."""
        return -(1 - self.weight) * math.log1p(-self.weight)

    @property
    def at_infinity(self) -> float:
        """-w ln w."""
        return -self.weight * math.log(self.weight)

    def f(self, t: Any) -> Any:
        """w t ln t - (w t + v) ln(w t + v)."""
        w, v = self.weight, 1 - self.weight
        return w * xlogx(t) - xlogx(w * t + v)

    def conjugate(self, s: Any) -> Any:
        """v ln(v / (1 - w e^(s/w))), for s < -w ln w."""
        xp = array_namespace(s)
        w, v = self.weight, 1 - self.weight
        return v * (math.log(v) - xp.log(1 - w * xp.exp(s / w)))

    def terms(self, atoms: AtomPair) -> Any:
        """m (w g(p/m - 1) + v g(q/m - 1)) with g(u) = (1 + u) ln(1 + u) - u; p - m = v (p - q), q - m = -w (p - q)."""
        xp = atoms.xp
        w, v = self.weight, 1 - self.weight
        p, q = atoms.p / atoms.larger, atoms.scaled / atoms.larger
        mean = w * p + v * q
        mean = xp.where(constant(mean) > 0, mean, xp.ones_like(mean))
        difference = atoms.sum / atoms.larger * atoms.t / mean
        both = w * entropy_excess(v * difference, p / mean) + v * entropy_excess(-w * difference, q / mean)
        return atoms.larger * mean * both

    def perspective(self, p: np.ndarray, q: np.ndarray) -> np.ndarray:
        """m (w ((1 + u) ln(1 + u) - u) + v ((1 + s) ln(1 + s) - s)), by the logarithm of 1 + u."""
        w, v = self.weight, 1 - self.weight
        mean = w * p + v * q
        total = np.zeros_like(mean)
        for share, mass, u in ((w, p, v * (p - q) / mean), (v, q, -w * (p - q) / mean)):
            low = mass < 0.5 * mean
            with np.errstate(divide="ignore", invalid="ignore"):
                term = np.where(low, mass / mean * log_quotient(mass, mean), (1 + u) * np.log1p(np.where(low, 0.0, u)))
            total += share * (term - u)
        return mean * total

    def remainder(self, u: np.ndarray) -> np.ndarray:
        """From f'' = w v / (t (w t + v))."""
        w, v = self.weight, 1 - self.weight
        return taylor(lambda t: w * v / (t * (w * t + v)), u)
