"""The plain formulas that generators and certificates are written in."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from array_api_compat import array_namespace
from scipy.special import logsumexp

__all__ = ["log_quotient", "log_sum", "taylor", "xlogx"]


def xlogx(t: Any) -> Any:
    """t ln t, with 0 ln 0 = 0."""
    xp = array_namespace(t)
    positive = t > 0
    return xp.where(positive, t * xp.log(xp.where(positive, t, xp.ones_like(t))), xp.zeros_like(t))


def log_sum(x: np.ndarray, axis: int, weights: Any = None) -> np.ndarray:
    """ln sum w e^x along an axis."""
    return np.asarray(logsumexp(x, axis=axis, b=weights))


def taylor(curvature: Callable[[np.ndarray], np.ndarray], u: np.ndarray) -> np.ndarray:
    """f(1 + u) - f(1) - f'(1) u from f'', by Gauss's rule of 16 nodes, exact to rounding for abs(u) <= 1/4.

    .. math:: u^2 \\int_0^1 (1 - s) f''(1 + s u)\\, ds
    """
    nodes, weights = np.polynomial.legendre.leggauss(16)
    s = (nodes + 1) / 2
    return u**2 * (curvature(1 + u[..., None] * s) @ (weights / 2 * (1 - s)))


def log_quotient(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """ln(p/q) of positive doubles, by mantissas and exponents: no quotient overflows, no subnormal loses digits."""
    (above, rise), (below, fall) = np.frexp(p), np.frexp(q)
    shift = rise.astype(np.int64) - fall
    # A quotient just below 1 may come as (almost 2) * 2^-1; then its logarithm is that of the quotient itself.
    plain = np.abs(shift) <= 1
    whole = np.log(np.ldexp(above / below, np.where(plain, shift, 0)))
    return np.where(plain, whole, np.log(above / below) + shift * math.log(2))
