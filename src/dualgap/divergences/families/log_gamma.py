"""The logarithm of the gamma function as the convex function that closed forms are made of.

.. math:: \\ln \\Gamma(a) = a \\ln a - a + K(a), \\qquad K'' = \\psi' - 1/a > 0

Both parts are convex, so the remainder of ln Gamma at a tangent is the sum of two positive numbers. K is computed by
Stirling's series from 16 on, and by its recurrence below, whose terms have one sign. Only elementary operations are used:
everything can be differentiated, on any array namespace.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from array_api_compat import array_namespace, device

from dualgap.divergences.families.convex import logarithm_excess, xlogx_excess
from dualgap.divergences.kernels import constant, horner

__all__ = ["EULER", "digamma", "log_gamma", "log_gamma_excess", "remainder", "tangent_excess"]

EULER = 0.5772156649015329
#: From here on nine terms of Stirling's series are right to rounding.
LARGE = 16
#: The Bernoulli numbers B_2, B_4, ...
BERNOULLI = [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798]


def remainder(a: Any) -> Any:
    """K(a) = ln Gamma(a) - a ln a + a.

    >>> import numpy as np
    >>> float(remainder(np.asarray(1.0)))
    1.0
    """
    xp = array_namespace(a)
    x, steps = _shifted(a)
    series = horner(1 / (x * x), [b / ((2 * k + 2) * (2 * k + 1)) for k, b in enumerate(BERNOULLI)]) / x
    value = (math.log(2 * math.pi) - xp.log(x)) / 2 + series
    for step in steps:  # K(a) = K(a + 1) + (a + 1) ln(1 + 1/a) - 1
        value = value + step(lambda y: (y + 1) * xp.log1p(1 / y) - 1)
    return value


def slope(a: Any) -> Any:
    """K'(a) = psi(a) - ln a, which is negative."""
    x, steps = _shifted(a)
    inverse = 1 / x
    series = horner(inverse * inverse, [b / (2 * k + 2) for k, b in enumerate(BERNOULLI)]) * inverse
    value = -inverse * (0.5 + series)
    for step in steps:
        value = value - step(lambda y: logarithm_excess(1 / y))
    return value


def scaled_curvature(a: Any) -> Any:
    """a^2 K''(a), between 1/2 for large a and 1 for small."""
    x, steps = _shifted(a)
    inverse = 1 / x
    series = 0.5 + horner(inverse * inverse, BERNOULLI) * inverse
    ratio = a / x
    value = ratio * ratio * series
    for k, step in enumerate(steps):

        def term(y: Any, k: int = k) -> Any:
            return ((y - k) / y) * ((y - k) / y) / (y + 1)  # y = a + k

        value = value + step(term)
    return value


def tangent_excess(f: Callable[[Any], Any], df: Callable[[Any], Any], curvature: Callable[[Any], Any],
                   b: Any, a: Any, h: Any) -> Any:  # fmt: skip
    """f(b) - f(a) - f'(a) (b - a) of a convex f: by Gauss's rule of 12 nodes for b near a, directly elsewhere.

    .. math:: \\int_0^1 (1 - s) \\Bigl(\\frac{h}{x_s}\\Bigr)^2 x_s^2 f''(x_s)\\, ds, \\qquad x_s = a + s h, \\; h = b - a

    Parameters
    ----------
    curvature : callable
        x^2 f''(x).
    h : array
        b - a, where that is known better than the difference.
    """
    xp = array_namespace(a, b)
    near = abs(constant(h)) <= constant(a) / 2
    nodes, weights = np.polynomial.legendre.leggauss(12)
    s, w = (xp.asarray(one, device=device(h)) for one in ((nodes + 1) / 2, weights / 2 * (1 - nodes) / 2))
    step = xp.where(near, h, xp.zeros_like(h))[..., None]
    x = a[..., None] + s * step
    close = xp.sum(w * (step / x) * (step / x) * curvature(x), axis=-1)
    far = xp.where(near, 2 * a, b)
    return xp.where(near, close, f(far) - f(a) - df(a) * (far - a))


def remainder_excess(b: Any, a: Any, h: Any = None) -> Any:
    """K(b) - K(a) - K'(a) (b - a), never negative."""
    return tangent_excess(remainder, slope, scaled_curvature, b, a, b - a if h is None else h)


def log_gamma_excess(b: Any, a: Any, h: Any = None) -> Any:
    """ln Gamma(b) - ln Gamma(a) - psi(a) (b - a), never negative.

    >>> import numpy as np
    >>> float(log_gamma_excess(np.asarray(2.0), np.asarray(1.0)))  # psi(1) = -0.5772
    0.577215664901533
    """
    h = b - a if h is None else h
    return remainder_excess(b, a, h) + a * xlogx_excess(h / a)


def log_gamma(a: Any) -> Any:
    """ln Gamma(a)."""
    return remainder(a) + a * array_namespace(a).log(a) - a


def digamma(a: Any) -> Any:
    """psi(a), the derivative of ln Gamma."""
    return slope(a) + array_namespace(a).log(a)


def _shifted(a: Any) -> tuple[Any, list[Callable[[Callable[[Any], Any]], Any]]]:
    """a, or a + 16 where a is small, and what turns a term of the recurrence into a summand of every step."""
    xp = array_namespace(a)
    small = constant(a) < LARGE
    if not bool(xp.any(small)):
        return a, []

    def step(k: int) -> Callable[[Callable[[Any], Any]], Any]:
        y = xp.where(small, a, xp.ones_like(a)) + k
        return lambda term: xp.where(small, term(y), xp.zeros_like(a))

    return xp.where(small, a + LARGE, a), [step(k) for k in range(LARGE)]
