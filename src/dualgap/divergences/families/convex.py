"""Remainders of convex functions at a tangent, to full relative accuracy and with gradients, on numpy arrays and torch tensors.

Closed forms of divergences are sums of them: written so, no term is negative and nothing cancels near p = q.
"""

from __future__ import annotations

from typing import Any

from array_api_compat import array_namespace

from dualgap.divergences.kernels import TERMS, constant, horner

__all__ = ["exponential_excess", "logarithm_excess", "xlogx_excess"]

#: Up to here the power series converges to rounding.
NEAR = 1 / 3


def logarithm_excess(u: Any, ratio: Any = None) -> Any:
    """u - ln(1 + u) for u > -1: a power series for small u; infinite at -1.

    ``ratio`` is 1 + u where that is known better than the sum, next to 0.

    .. math:: u - \\ln(1 + u) = \\frac{2 t^2}{1 - t} - 2 t^3 \\sum_k \\frac{t^{2k}}{2k + 3}, \\qquad t = \\frac{u}{2 + u}

    >>> import numpy as np
    >>> float(logarithm_excess(np.asarray(1.0))), float(logarithm_excess(np.asarray(1e-9)))
    (0.30685281944005, 4.99999999e-19)
    """
    xp = array_namespace(u)
    near = abs(constant(u)) <= NEAR
    small = xp.where(near, u, xp.zeros_like(u))
    t = small / (2 + small)
    series = 2 * t * t * (1 / (1 - t) - t * horner(t * t, [1 / (2 * k + 3) for k in range(TERMS)]))
    rest = 1 + u if ratio is None else ratio
    edge = constant(rest) <= 0
    one = xp.ones_like(u)
    direct = xp.where(near, one, u) - xp.log(xp.where(near | edge, one, rest))
    return xp.where(near, series, xp.where(edge, xp.full_like(u, float("inf")), direct))


def xlogx_excess(u: Any) -> Any:
    """(1 + u) ln(1 + u) - u for u >= -1, which is 1 at -1.

    >>> import numpy as np
    >>> float(xlogx_excess(np.asarray(-1.0))), float(xlogx_excess(np.asarray(1.0)))
    (1.0, 0.386294361119890)
    """
    xp = array_namespace(u)
    edge, near = constant(u) <= -1, abs(constant(u)) <= NEAR
    small = xp.where(near, u, xp.zeros_like(u))
    large = xp.where(near | edge, xp.ones_like(u), u)
    close = (1 + small) * logarithm_excess(-small / (1 + small))
    return xp.where(edge, xp.ones_like(u), xp.where(near, close, (1 + large) * xp.log1p(large) - large))


def exponential_excess(y: Any) -> Any:
    """e^y - 1 - y.

    >>> import numpy as np
    >>> float(exponential_excess(np.asarray(1.0))), float(exponential_excess(np.asarray(-1e-9)))
    (0.71828182845905, 4.99999999e-19)
    """
    xp = array_namespace(y)
    near = abs(constant(y)) <= NEAR / 2
    small = xp.where(near, y, xp.zeros_like(y))
    large = xp.where(near, xp.ones_like(y), y)
    return xp.where(near, logarithm_excess(xp.expm1(small)), xp.expm1(large) - large)
