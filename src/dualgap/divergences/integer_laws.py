"""Laws on whole numbers as sums need them: the logarithms of masses with their errors, and how fast the masses fall.

The masses of Poisson, geometric, negative binomial, logarithmic and Planck laws have a quotient of one form,

.. math:: \\frac{p_{k+1}}{p_k} = e^c \\prod_i (k + a_i)^{w_i},

so that its logarithm is bounded from some k on by its limit and monotone terms.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from array_api_compat import array_namespace, device

from dualgap.divergences.families.convex import xlogx_excess
from dualgap.divergences.families.log_gamma import remainder
from dualgap.errors import InvalidInput
from dualgap.measures import Integers, Measure, Points
from dualgap.validation import detached, is_torch

__all__ = ["IntegerLaw", "Steps", "differentiable_log_masses", "integer_law", "total_mass"]

EPS = float(np.finfo(np.float64).eps)
SMALLEST = 5e-324


@final
@dataclass(frozen=True)
class Steps:
    """The logarithm of the quotient of two masses that follow each other.

    .. math:: \\ln p_{k+1} - \\ln p_k = c + \\sum_i w_i \\ln(k + a_i)

    Parameters
    ----------
    c : float
    factors : tuple of pairs (a, w)
        With k + a > 0 wherever the quotient is taken.
    """

    c: float
    factors: tuple[tuple[float, float], ...] = ()

    @property
    def growth(self) -> float:
        """The sum of the exponents: the quotient behaves as e^c k^growth."""
        return sum(weight for _, weight in self.factors)

    def at(self, k: np.ndarray) -> np.ndarray:
        """The logarithm of p_(k+1) / p_k."""
        return self.c + sum((w * np.log(k + a) for a, w in self.factors), start=np.zeros_like(k))

    def power(self, order: float, other: Steps) -> Steps:
        """The steps of p^a q^(1-a).

        >>> Steps(-1.0).power(2.0, Steps(-3.0))
        Steps(c=1.0, factors=())
        """
        parts = ((one.factors, share) for one, share in ((self, order), (other, 1 - order)))
        merged: dict[float, float] = {}
        for factors, share in parts:
            for a, w in factors:
                merged[a] = merged.get(a, 0.0) + share * w
        return Steps(_blend(order, self.c, other.c), tuple(merged.items()))

    def most(self, k: float, growth: float) -> tuple[float, float]:
        """Numbers c and w with ln(p_(j+1) / p_j) <= c + w ln j for all j >= k >= 1, where w is the given growth."""
        slack = sum(max(0.0, w * math.log1p(a / k)) for a, w in self.factors)
        return self.c + slack + 1e-12 * abs(slack), growth


def _blend(order: float, first: float, second: float) -> float:
    return -math.inf if first == -math.inf else order * first + (1 - order) * second


@final
@dataclass(frozen=True, eq=False)
class IntegerLaw:
    """A law of which whole numbers have mass, or finitely many points.

    Parameters
    ----------
    support : pair (low, high)
    masses : callable, (n,) array -> pair of (n,) arrays
        The logarithms of the masses, and bounds on their errors.
    atoms : (n,) array, optional
        All atoms, where they are finitely many.
    steps : Steps, optional
    tail : callable, optional
        The mass above a number.
    certain : bool
        Whether a logarithm of -inf inside of the support means no mass; otherwise it may be one that underflowed.
    """

    support: tuple[float, float]
    masses: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]
    atoms: np.ndarray | None = None
    steps: Steps | None = None
    tail: Callable[[float], float] | None = None
    certain: bool = True

    def unknown(self, k: np.ndarray, log: np.ndarray) -> np.ndarray:
        """Where a mass may have underflowed."""
        if self.certain:
            return np.zeros(len(k), dtype=bool)
        return (log == -np.inf) & (k == np.round(k)) & (k >= self.support[0]) & (k <= self.support[1])

    def above(self, k: float) -> float:
        """An upper bound of the mass above k, 1 where nothing better is known."""
        if self.atoms is not None or k >= self.support[1]:
            return 0.0
        bounds = [1.0]
        if self.steps is not None and k >= max(self.support[0], 1.0):
            log, error = (float(one[0]) for one in self.masses(np.array([k + 1])))
            c, growth = self.steps.most(k + 1, self.steps.growth)
            fall = c + growth * math.log(k + 1) if growth <= 0 else math.inf
            if log == -math.inf:
                return 0.0
            if fall < 0:
                # A mass that underflows is not none: quotients by a smaller one may be large.
                bounds.append(max(math.exp(min(log + error, 0.0)) / -math.expm1(fall) * (1 + 1e-12), SMALLEST))
        elif self.tail is not None:
            # A distribution function may be a difference from 1.
            bounds.append(max(float(self.tail(k)), 0.0) * (1 + 1e-9) + 32 * EPS)
        return min(bounds)


def total_mass(log: np.ndarray) -> float:
    """The sum of masses, 0 only where there are none: what underflows may still cost infinitely much.

    >>> total_mass(np.array([-2000.0])), total_mass(np.array([-np.inf]))
    (5e-324, 0.0)
    """
    return max(float(np.exp(log).sum()), SMALLEST) if (log > -np.inf).any() else 0.0


def integer_law(law: Measure) -> IntegerLaw | None:
    """The law as sums need it; None for what is not on whole numbers, or on points of the line.

    >>> from dualgap.measures import Points
    >>> integer_law(Points([0.0, 2.0])).atoms
    array([0., 2.])
    """
    if isinstance(law, Points) and law.dimension == 1:
        return _of_points(law)
    if not isinstance(law, Integers):
        return None
    family = law.family
    if family is None or family.name not in _STEPS:
        # scipy forms the logarithm of a mass that may be 0 by rounding.
        return IntegerLaw(law.support, _trusted(law), tail=law.tail, certain=family is None)
    numbers = family.numbers
    values = {key: np.asarray(detached(value), dtype=np.float64) for key, value in family.parameters.items()}

    def masses(k: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        log = np.asarray(_log_masses(family.name, values, k))
        size = np.where(np.isfinite(log), np.abs(log), 0.0) + np.log(2 + np.abs(k - numbers["loc"]))
        return log, 24 * EPS * (4 + size)

    return IntegerLaw(law.support, masses, steps=_STEPS[family.name](numbers, _log_shares(values)), tail=law.tail)


def differentiable_log_masses(law: Measure, k: np.ndarray, like: Any) -> Any | None:
    """The logarithms of the masses of a family of tensors, on the device of ``like``; None for other laws."""
    family = getattr(law, "family", None)
    if not isinstance(law, Integers) or family is None or family.name not in _STEPS:
        return None
    if not any(is_torch(value) for value in family.parameters.values()):
        return None
    xp, place = array_namespace(like), device(like)
    values = {
        key: xp.astype(value, xp.float64) if is_torch(value) else xp.asarray(value, dtype=xp.float64, device=place)
        for key, value in family.parameters.items()
    }
    return _log_masses(family.name, values, xp.asarray(k, dtype=xp.float64, device=place))


def _of_points(law: Points) -> IntegerLaw:
    places, labels = np.unique(detached(law.points)[:, 0] + 0.0, return_inverse=True)
    weights = np.bincount(labels.reshape(-1), detached(law.weights))
    places, weights = places[weights > 0], weights[weights > 0]
    logs = np.log(weights) - math.log(math.fsum(weights))
    rounding = EPS * (int(np.bincount(labels.reshape(-1)).max()) + 4)

    def masses(k: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        where = np.minimum(np.searchsorted(places, k), len(places) - 1)
        found = places[where] == k
        return np.where(found, logs[where], -np.inf), rounding + EPS * np.abs(np.where(found, logs[where], 0.0))

    return IntegerLaw((float(places[0]), float(places[-1])), masses, atoms=places)


def _trusted(law: Integers) -> Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """The user's masses, taken to be right to the rounding of sums of logarithms of factorials."""
    low, high = law.support

    def masses(k: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        inside = (k == np.round(k)) & (k >= low) & (k <= high)
        log = np.full(len(k), -np.inf)
        with np.errstate(all="ignore"):
            given = np.asarray(law.log_mass(k[inside]), dtype=np.float64)
        if given.shape != k[inside].shape or np.isnan(given).any() or (given > 1e-9).any():
            raise InvalidInput(
                "log_mass must give the logarithm of a probability for every whole number of the support, one for each",
                argument="log_mass",
            )
        log[inside] = given
        size = np.where(np.isfinite(log), np.abs(log), 0.0) + np.abs(k) * np.log(2 + np.abs(k))
        return log, 16 * EPS * (4 + size)

    return masses


def _log_shares(values: dict[str, Any]) -> tuple[float, float]:
    """The logarithms of p and of 1 - p; (0, -inf) where there is no p."""
    if "p" not in values and "complement" not in values:
        return 0.0, -math.inf
    with np.errstate(divide="ignore"):
        success, failure = _shares(values)
        first = np.log(success) if "p" in values else np.log1p(-failure)
        return float(first), float(np.log1p(-success) if "p" in values else np.log(failure))


def _shares(values: dict[str, Any]) -> tuple[Any, Any]:
    if "complement" in values:
        return 1 - values["complement"], values["complement"]
    return values["p"], 1 - values["p"]


_STEPS: dict[str, Callable[[dict[str, float], tuple[float, float]], Steps]] = {
    "poisson": lambda v, logs: Steps(math.log(v["mu"]) if v["mu"] > 0 else -math.inf, ((1 - v["loc"], -1.0),)),
    "geom": lambda v, logs: Steps(logs[1]),
    "nbinom": lambda v, logs: Steps(logs[1], ((v["n"] - v["loc"], 1.0), (1 - v["loc"], -1.0))),
    "logser": lambda v, logs: Steps(logs[0], ((-v["loc"], 1.0), (1 - v["loc"], -1.0))),
    "planck": lambda v, logs: Steps(-v["lambda_"]),
}


@np.errstate(divide="ignore", invalid="ignore")
def _log_masses(name: str, values: dict[str, Any], k: Any) -> Any:
    """ln p_k of a family; -inf outside of its support."""
    xp = array_namespace(k)
    j = k - values["loc"] - (1 if name == "geom" else 0)
    first = 1 if name == "logser" else 0
    inside = (j >= first) & (j == xp.round(j))
    j = xp.where(inside, j, xp.ones_like(j))
    return xp.where(inside, _FORMULAS[name](xp, values, j), xp.full_like(j, -math.inf))


def _poisson(xp: Any, v: dict[str, Any], j: Any) -> Any:
    """-(j ln(j/m) - j + m) - ln(j!) + j ln j - j: by the remainder of Stirling's formula nothing large cancels."""
    zero = j == 0
    safe = xp.where(zero, xp.ones_like(j), j)
    mean = v["mu"] + 0 * safe
    if not bool(xp.all(v["mu"] > 0)):
        return xp.where(zero, 0 * safe, xp.full_like(safe, -math.inf))
    return xp.where(zero, -mean, -mean * xlogx_excess((safe - mean) / mean) - xp.log(safe) - remainder(safe))


def _geometric(xp: Any, v: dict[str, Any], j: Any) -> Any:
    success, failure = _shares(v)
    log_success = xp.log1p(-failure) if "complement" in v else xp.log(success)
    log_failure = xp.log(failure) if "complement" in v else xp.log1p(-success)
    zero = j == 0
    return log_success + xp.where(zero, 0 * j, xp.where(zero, 1 + 0 * j, j) * log_failure)


def _negative_binomial(xp: Any, v: dict[str, Any], j: Any) -> Any:
    """The deviance of n successes and j failures from n + j throws, and the remainders of Stirling's formula."""
    success, failure = _shares(v)
    none = _geometric(xp, v, 0 * j) * v["n"]
    if not bool(xp.all(failure > 0)):
        return xp.where(j == 0, none, xp.full_like(j, -math.inf))
    zero = j == 0
    safe = xp.where(zero, xp.ones_like(j), j)
    n, total = v["n"] + 0 * safe, v["n"] + safe
    more = n * failure - safe * success
    deviance = total * success * xlogx_excess(more / (total * success)) + total * failure * xlogx_excess(
        -more / (total * failure)
    )
    value = remainder(total) - remainder(n) - remainder(safe) - xp.log(safe) - deviance
    return xp.where(zero, none, value)


_FORMULAS: dict[str, Callable[[Any, dict[str, Any], Any], Any]] = {
    "poisson": _poisson,
    "geom": _geometric,
    "nbinom": _negative_binomial,
    "logser": lambda xp, v, j: j * xp.log(v["p"]) - xp.log(j) - xp.log(-xp.log1p(-v["p"])),
    "planck": lambda xp, v, j: xp.log(-xp.expm1(-v["lambda_"])) - v["lambda_"] * j,
}
