"""The generators of the f-divergences: f, its convex conjugate, and the terms that keep accuracy.

.. math:: D_f(p \\| q) = \\sum q\\, f(p / q), \\qquad f \\text{ convex}, \\quad f(1) = 0

A mass that only q has counts f(0); a mass that only p has counts the slope of f at infinity. All in nats.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np
from array_api_compat import array_namespace

from dualgap import validation
from dualgap.divergences import kernels, power_kernel
from dualgap.divergences.kernels import AtomPair
from dualgap.divergences.plain import log_quotient, taylor, xlogx
from dualgap.errors import InvalidInput

__all__ = [
    "ChiSquared",
    "FDivergence",
    "Jeffreys",
    "JensenShannon",
    "KullbackLeibler",
    "LARGEST_ORDER",
    "Power",
    "SquaredHellinger",
    "TotalVariation",
]

#: Beyond this order a power leaves the doubles, and the divergence is that of order infinity to all digits.
LARGEST_ORDER = 1e300


class FDivergence(ABC):
    """D_f(p || q) = sum q f(p / q), with f convex and f(1) = 0.

    ``f`` and ``conjugate`` take numpy arrays or torch tensors and can be differentiated.

    Attributes
    ----------
    name : str
        The name of the quantity.
    at_zero : float
        f(0): what a unit of mass that only q has contributes.
    at_infinity : float
        The limit of f(t) / t: what a unit of mass that only p has contributes.
    slope : float
        f'(1), or a subgradient there.
    reach : float
        Up to which abs(p - q) / (p + q) the terms are power series.
    noise : float
        The rounding error of the terms that is not relative to them, in units of eps.
    kinked : bool
        Whether f is not smooth at 1, so that the divergence is of first order in the difference.
    """

    name: ClassVar[str]
    at_zero: float
    at_infinity: float
    slope: float = 0.0
    reach: float = kernels.SERIES
    noise: float = 0.0
    kinked: bool = False

    @property
    def singular(self) -> float:
        """The divergence of mutually singular laws: f(0) + lim f(t)/t."""
        return self.at_zero + self.at_infinity

    def condition(self, atoms: AtomPair) -> float:
        """By how much a relative error of p / q is larger in a term."""
        return 1.0

    @abstractmethod
    def f(self, t: Any) -> Any:
        """f(t) for t >= 0."""

    @abstractmethod
    def conjugate(self, s: Any) -> Any:
        """f*(s) = sup_t st - f(t), where it is finite."""

    @abstractmethod
    def terms(self, atoms: AtomPair) -> Any:
        """q f(p/q) - f'(1) (p - q) on every atom, to a few units in the last place; never negative."""

    @abstractmethod
    def perspective(self, p: np.ndarray, q: np.ndarray) -> np.ndarray:
        """q f(p/q) for positive masses by the plain formula, for certificates."""

    @abstractmethod
    def remainder(self, u: np.ndarray) -> np.ndarray:
        """f(1 + u) - f'(1) u for abs(u) <= 1/4, to rounding and not by a power series, for certificates."""


@final
@dataclass(frozen=True)
class KullbackLeibler(FDivergence):
    """f(t) = t ln t.

    >>> import numpy as np
    >>> KullbackLeibler().f(np.array([0.0, 1.0, 2.0]))
    array([0.        , 0.        , 1.38629436])
    """

    name = "kl"
    at_zero = 0.0
    at_infinity = math.inf
    slope = 1.0

    def f(self, t: Any) -> Any:
        """t ln t."""
        return xlogx(t)

    def conjugate(self, s: Any) -> Any:
        """e^(s - 1)."""
        return array_namespace(s).exp(s - 1)

    def terms(self, atoms: AtomPair) -> Any:
        """p ln(p/q) - p + q."""
        return kernels.kl_terms(atoms)

    def perspective(self, p: np.ndarray, q: np.ndarray) -> np.ndarray:
        """p ln(p/q)."""
        return p * log_quotient(p, q)

    def remainder(self, u: np.ndarray) -> np.ndarray:
        """(1 + u) ln(1 + u) - u, from f'' = 1/t."""
        return taylor(lambda t: 1 / t, u)


@final
@dataclass(frozen=True)
class JensenShannon(FDivergence):
    """f(t) = (t ln t - (t + 1) ln((t + 1) / 2)) / 2.

    >>> import numpy as np
    >>> JensenShannon().f(np.array([0.0, 1.0]))
    array([0.34657359, 0.        ])
    """

    name = "js"
    at_zero = math.log(2) / 2
    at_infinity = math.log(2) / 2

    def f(self, t: Any) -> Any:
        """(t ln t - (t + 1) ln((t + 1) / 2)) / 2."""
        return (xlogx(t) - 2 * xlogx((t + 1) / 2)) / 2

    def conjugate(self, s: Any) -> Any:
        """-ln(2 - e^(2s)) / 2, for s < ln(2) / 2."""
        xp = array_namespace(s)
        return -xp.log(2 - xp.exp(2 * s)) / 2

    def terms(self, atoms: AtomPair) -> Any:
        """(p ln(2p/(p+q)) + q ln(2q/(p+q))) / 2."""
        return kernels.js_terms(atoms)

    def perspective(self, p: np.ndarray, q: np.ndarray) -> np.ndarray:
        """(p ln(2p/(p+q)) + q ln(2q/(p+q))) / 2."""
        return (p * log_quotient(2 * p, p + q) + q * log_quotient(2 * q, p + q)) / 2

    def remainder(self, u: np.ndarray) -> np.ndarray:
        """From f'' = 1 / (2 t (1 + t))."""
        return taylor(lambda t: 1 / (2 * t * (1 + t)), u)


@final
@dataclass(frozen=True)
class Jeffreys(FDivergence):
    """f(t) = (t - 1) ln t: KL in one direction plus KL in the other.

    >>> import numpy as np
    >>> Jeffreys().f(np.array([1.0, 2.0]))
    array([0.        , 0.69314718])
    """

    name = "jeffreys"
    at_zero = math.inf
    at_infinity = math.inf

    def f(self, t: Any) -> Any:
        """(t - 1) ln t; infinite at 0."""
        xp = array_namespace(t)
        positive = t > 0
        value = (t - 1) * xp.log(xp.where(positive, t, xp.ones_like(t)))
        return xp.where(positive, value, xp.full_like(value, math.inf))

    def conjugate(self, s: Any) -> Any:
        """1/w + w + s - 2 with w + ln w = 1 - s, by Newton's method in ln w."""
        xp = array_namespace(s)
        right = 1 - s
        u = xp.where(right > 1, xp.log(xp.where(right > 1, right, xp.ones_like(right))), right)
        for _ in range(12):  # convex and increasing: quadratic from the first step on
            w = xp.exp(u)
            u = u - (w + u - right) / (w + 1)
        w = xp.exp(u)
        return 1 / w + w + s - 2

    def terms(self, atoms: AtomPair) -> Any:
        """(p - q) ln(p/q)."""
        return kernels.jeffreys_terms(atoms)

    def perspective(self, p: np.ndarray, q: np.ndarray) -> np.ndarray:
        """(p - q) ln(p/q)."""
        return (p - q) * log_quotient(p, q)

    def remainder(self, u: np.ndarray) -> np.ndarray:
        """From f'' = 1/t + 1/t^2."""
        return taylor(lambda t: 1 / t + 1 / t**2, u)


@final
@dataclass(frozen=True)
class TotalVariation(FDivergence):
    """f(t) = abs(t - 1) / 2.

    >>> import numpy as np
    >>> TotalVariation().f(np.array([0.0, 1.0, 3.0]))
    array([0.5, 0. , 1. ])
    """

    name = "total_variation"
    at_zero = 0.5
    at_infinity = 0.5
    kinked = True

    def f(self, t: Any) -> Any:
        """abs(t - 1) / 2."""
        return abs(t - 1) / 2

    def conjugate(self, s: Any) -> Any:
        """max(s, -1/2), for s <= 1/2."""
        return array_namespace(s).clip(s, -0.5, None)

    def terms(self, atoms: AtomPair) -> Any:
        """abs(p - q) / 2."""
        return kernels.variation_terms(atoms)

    def perspective(self, p: np.ndarray, q: np.ndarray) -> np.ndarray:
        """abs(p - q) / 2."""
        return np.abs(p - q) / 2

    def remainder(self, u: np.ndarray) -> np.ndarray:
        """abs(u) / 2."""
        return np.abs(u) / 2


@final
@dataclass(frozen=True)
class SquaredHellinger(FDivergence):
    """f(t) = (sqrt(t) - 1)^2 / 2.

    >>> import numpy as np
    >>> SquaredHellinger().f(np.array([0.0, 1.0, 4.0]))
    array([0.5, 0. , 0.5])
    """

    name = "hellinger"
    at_zero = 0.5
    at_infinity = 0.5

    def f(self, t: Any) -> Any:
        """(sqrt(t) - 1)^2 / 2."""
        return (array_namespace(t).sqrt(t) - 1) ** 2 / 2

    def conjugate(self, s: Any) -> Any:
        """s / (1 - 2s), for s < 1/2."""
        return s / (1 - 2 * s)

    def terms(self, atoms: AtomPair) -> Any:
        """(sqrt(p) - sqrt(q))^2 / 2."""
        return kernels.hellinger_terms(atoms)

    def perspective(self, p: np.ndarray, q: np.ndarray) -> np.ndarray:
        """(sqrt(p) - sqrt(q))^2 / 2."""
        return (np.sqrt(p) - np.sqrt(q)) ** 2 / 2

    def remainder(self, u: np.ndarray) -> np.ndarray:
        """From f'' = t^(-3/2) / 4."""
        return taylor(lambda t: t**-1.5 / 4, u)


@final
@dataclass(frozen=True)
class ChiSquared(FDivergence):
    """f(t) = (t - 1)^2.

    >>> import numpy as np
    >>> ChiSquared().f(np.array([0.0, 1.0, 3.0]))
    array([1., 0., 4.])
    """

    name = "chi_squared"
    at_zero = 1.0
    at_infinity = math.inf

    def f(self, t: Any) -> Any:
        """(t - 1)^2."""
        return (t - 1) ** 2

    def conjugate(self, s: Any) -> Any:
        """s + s^2 / 4, for s >= -2; -1 below."""
        clipped = array_namespace(s).clip(s, -2, None)
        return clipped + clipped**2 / 4

    def terms(self, atoms: AtomPair) -> Any:
        """(p - q)^2 / q."""
        return kernels.chi_squared_terms(atoms)

    def perspective(self, p: np.ndarray, q: np.ndarray) -> np.ndarray:
        """(p - q)^2 / q."""
        return np.square((p - q) / np.sqrt(q))  # the square overflows only where the term does

    def remainder(self, u: np.ndarray) -> np.ndarray:
        """u^2."""
        return u**2


@final
@dataclass(frozen=True)
class Power(FDivergence):
    """f(t) = (t^a - 1 - a (t - 1)) / (a - 1), the generator behind the Renyi divergence of order a.

    Parameters
    ----------
    order : float
        The exponent a: above 0, not 1 (in whose limit this is the generator of KL).

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import numpy as np
    >>> Power(2.0).f(np.array([0.0, 1.0, 3.0]))
    array([1., 0., 4.])
    """

    name = "power"
    order: float

    def __post_init__(self) -> None:
        validation.real(self.order, "order", above=0, at_most=LARGEST_ORDER)
        if self.order == 1:
            raise InvalidInput("order must not be 1, got 1; its limit is KullbackLeibler()", argument="order")

    @property
    def at_zero(self) -> float:
        """1."""
        return 1.0

    @property
    def at_infinity(self) -> float:
        """a / (1 - a), infinite for a > 1."""
        return self.order / (1 - self.order) if self.order < 1 else math.inf

    @property
    def reach(self) -> float:
        """Smaller for large orders, whose series converge later."""
        return kernels.SERIES / max(1.0, abs(2 * self.order - 1))

    def condition(self, atoms: AtomPair) -> float:
        """a times the largest logarithm, whose rounding is exponentiated."""
        return max(1.0, self.order) * (1 + float(abs(kernels.constant(atoms.log_ratio)).max()) / 32)

    def f(self, t: Any) -> Any:
        """(t^a - 1 - a (t - 1)) / (a - 1)."""
        return (t**self.order - 1 - self.order * (t - 1)) / (self.order - 1)

    def conjugate(self, s: Any) -> Any:
        """st - f(t) at t = (1 + s (a - 1) / a)^(1 / (a - 1))."""
        t = (1 + s * (self.order - 1) / self.order) ** (1 / (self.order - 1))
        return s * t - self.f(t)

    def terms(self, atoms: AtomPair) -> Any:
        """(p^a q^(1-a) - a p - (1-a) q) / (a - 1)."""
        return power_kernel.power_terms(atoms, self.order)

    def perspective(self, p: np.ndarray, q: np.ndarray) -> np.ndarray:
        """p (e^((a-1) ln(p/q)) - 1) / (a - 1) - p + q; for a < 1/2 (q (e^(a ln(p/q)) - 1) - a (p - q)) / (a - 1)."""
        slope = self.order - 1
        if self.order < 0.5:
            exponent = np.minimum(self.order * log_quotient(p, q), 700)  # beyond, the power is below e^-700 p
            return (q * np.expm1(exponent) - self.order * (p - q)) / slope
        exponent = slope * log_quotient(p, q)
        # Where the exponential alone may overflow, 1 makes no difference to it.
        grown = np.where(exponent > 600, np.exp(exponent + np.log(p)), p * np.expm1(np.minimum(exponent, 600)))
        return grown / slope - p + q

    def remainder(self, u: np.ndarray) -> np.ndarray:
        """From f'' = a t^(a-2)."""
        return taylor(lambda t: self.order * t ** (self.order - 2), u)
