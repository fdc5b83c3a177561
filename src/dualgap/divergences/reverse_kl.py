"""The Kullback-Leibler divergence with its arguments exchanged, as an f-divergence of the pair as it stands."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from array_api_compat import array_namespace

from dualgap.divergences import kernels
from dualgap.divergences.generators import FDivergence
from dualgap.divergences.kernels import AtomPair
from dualgap.divergences.plain import log_quotient, taylor
from dualgap.divergences.variational import dual_terms

__all__ = ["ReverseKullbackLeibler"]


@final
@dataclass(frozen=True)
class ReverseKullbackLeibler(FDivergence):
    """f(t) = -ln t, so that D_f(p || q) = KL(q || p).

    Examples
    --------
    >>> import dualgap as dg
    >>> p, q = [0.5, 0.5], [0.25, 0.75]
    >>> float(dg.f_divergence(p, q, ReverseKullbackLeibler())) - float(dg.kl(q, p))
    0.0
    """

    name = "reverse_kl"
    at_zero = math.inf
    at_infinity = 0.0
    slope = -1.0

    def f(self, t: Any) -> Any:
        """-ln t; infinite at 0."""
        xp = array_namespace(t)
        positive = t > 0
        value = -xp.log(xp.where(positive, t, xp.ones_like(t)))
        return xp.where(positive, value, xp.full_like(value, math.inf))

    def conjugate(self, s: Any) -> Any:
        """-1 - ln(-s), for s < 0."""
        return -1 - array_namespace(s).log(-s)

    def terms(self, atoms: AtomPair) -> Any:
        """q ln(q/p) - q + p."""
        return kernels.kl_terms(_Exchanged(atoms))  # pyright: ignore[reportArgumentType]

    def perspective(self, p: np.ndarray, q: np.ndarray) -> np.ndarray:
        """q ln(q/p)."""
        return q * log_quotient(q, p)

    def remainder(self, u: np.ndarray) -> np.ndarray:
        """u - ln(1 + u), from f'' = 1/t^2."""
        return taylor(lambda t: 1 / t**2, u)


@dual_terms.register
def _reverse_kl(generator: ReverseKullbackLeibler, score: Any) -> tuple[Any, Any]:
    """1 - e^(-s) and -s: f' = -1/r, with the constant moved from one term to the other."""
    return -array_namespace(score).expm1(-score), -score


@final
@dataclass(frozen=True, eq=False)
class _Exchanged:
    """The same atoms with p and q exchanged, on the scale of p."""

    atoms: AtomPair

    xp = property(lambda self: self.atoms.xp)
    p = property(lambda self: self.atoms.scaled)
    q = property(lambda self: self.atoms.p)
    scaled = property(lambda self: self.atoms.p)
    sum = property(lambda self: self.atoms.sum)
    larger = property(lambda self: self.atoms.larger)
    t = property(lambda self: -self.atoms.t)
    near = property(lambda self: self.atoms.near)
    log_ratio = property(lambda self: -self.atoms.log_ratio)
    shared = property(lambda self: self.atoms.shared)
    missed = property(lambda self: self.atoms.extra)
    extra = property(lambda self: self.atoms.missed)
    plain = property(lambda self: self.atoms.plain)
