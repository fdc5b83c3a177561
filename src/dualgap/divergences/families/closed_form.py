"""What a closed form between two laws of a family consists of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from array_api_compat import array_namespace

from dualgap.divergences.kernels import constant
from dualgap.validation import detached

__all__ = ["ClosedForm", "Terms", "Values", "agree", "excess", "largest", "log_ratio", "ratio", "scale_of"]

Values = dict[str, Any]
Terms = list[Any]


def _always(p: Values, q: Values) -> bool:
    return True


def _one(p: Values, q: Values) -> float:
    return 1.0


@final
@dataclass(frozen=True)
class ClosedForm:
    """The divergences between two laws of one family, each given twice: for doubles with gradients, and for many digits.

    For doubles the formulas are written such that nothing cancels near p = q; for digits as in a textbook. They share no
    line, so that the one proves the other.

    Parameters
    ----------
    kl : callable, (p, q) -> list of arrays
        Terms whose sum is KL(p || q), each right to rounding. Parameters come as float64 arrays.
    textbook : callable, (mp, p, q) -> number of mpmath
        The same; parameters come as numbers (or nested lists) of mpmath.
    equal : tuple of str
        Parameters on which both laws have to agree.
    between : callable, (p, q, order) -> parameters or None, optional
        The member whose natural parameters are order * p + (1 - order) * q; None where the family has none, and p^a q^(1-a)
        is not integrable.
    mixes : callable, (p, q) -> bool
        Whether ``between`` is known for this pair.
    direct : callable, (p, q, order) -> list of arrays or None, optional
        Terms of the Renyi divergence where there is no member between; None where it is not known.
    log_power : callable, (mp, p, q, order) -> number of mpmath, optional
        ln of the integral of p^a q^(1-a).
    lost : callable, (p, q) -> array, optional
        -ln of the share of q above the end of p, where what is left of q is in the family: a summand of every Renyi
        divergence. The other formulas are for equal ends.
    joint : bool
        Whether parameters are arrays by nature, and not one number for each coordinate of a product.
    condition : callable, (p, q) -> float
        By how much the relative error of the sum can exceed rounding.
    size : callable, (p, q) -> float
        A bound on the Fisher information in the logarithms of the parameters.
    """

    kl: Callable[[Values, Values], Terms]
    textbook: Callable[[Any, Values, Values], Any]
    equal: tuple[str, ...] = ()
    between: Callable[[Values, Values, float], Values | None] | None = None
    mixes: Callable[[Values, Values], bool] = _always
    direct: Callable[[Values, Values, float], Terms | None] | None = None
    log_power: Callable[[Any, Values, Values, Any], Any] | None = None
    lost: Callable[[Values, Values], Any] | None = None
    joint: bool = False
    condition: Callable[[Values, Values], float] = _one
    size: Callable[[Values, Values], float] = _one


def scale_of(p: Values) -> Any:
    """The scale, or 1 / rate."""
    return 1 / p["rate"] if "rate" in p else p["scale"]


def excess(p: Values, q: Values, name: str = "scale") -> Any:
    """The ratio of a parameter of p to that of q, less 1, from their difference."""
    if name == "scale" and "rate" in p and "rate" in q:
        return (q["rate"] - p["rate"]) / p["rate"]
    if name == "scale":
        first, second = scale_of(p), scale_of(q)
        return (first - second) / second
    return (p[name] - q[name]) / q[name]


def ratio(p: Values, q: Values, name: str = "scale") -> Any:
    """The ratio of a parameter of p to that of q."""
    if name == "scale" and "rate" in p and "rate" in q:
        return q["rate"] / p["rate"]
    return scale_of(p) / scale_of(q) if name == "scale" else p[name] / q[name]


def log_ratio(p: Values, q: Values, name: str = "scale") -> Any:
    """ln of the ratio, from the difference where that is small."""
    u, r = excess(p, q, name), ratio(p, q, name)
    xp = array_namespace(r)
    near = abs(constant(u)) <= 0.5
    return xp.where(near, xp.log1p(xp.where(near, u, xp.zeros_like(u))), xp.log(xp.where(near, xp.ones_like(r), r)))


def agree(p: Values, q: Values, name: str) -> bool:
    """Whether a parameter is the same number in both laws."""
    return bool(np.all(detached(p[name]) == detached(q[name])))


def largest(*values: Any) -> float:
    """The largest absolute value of all."""
    return max(float(np.max(np.abs(detached(value)))) for value in values)
