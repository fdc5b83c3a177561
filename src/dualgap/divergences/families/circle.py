"""Von Mises laws on the circle."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy.special
from array_api_compat import array_namespace, device

from dualgap.divergences.families.closed_form import ClosedForm, Terms, Values, largest
from dualgap.divergences.kernels import constant, horner
from dualgap.validation import is_torch

__all__ = ["CIRCLE_FORMS"]

#: From here on Hankel's expansion of the Bessel functions is right to rounding.
LARGE = 30.0
ORDER = 24


def _logarithm_of_series() -> list[float]:
    """c with ln(sum a_n y^n) = sum c_n y^n, where a_n are the coefficients of Hankel's expansion of I0."""
    a = [1.0]
    for n in range(1, ORDER + 1):
        a.append(a[-1] * (2 * n - 1) ** 2 / (8 * n))
    c = [0.0]
    for n in range(1, ORDER + 1):
        c.append(a[n] - sum(k * c[k] * a[n - k] for k in range(1, n)) / n)
    return c


C = _logarithm_of_series()


def _bessel(name: str, x: Any) -> Any:
    if is_torch(x):
        import torch

        return getattr(torch.special, name)(x)
    return getattr(scipy.special, name)(x)


def _mean(k: Any) -> Any:
    """A(k) = I1(k) / I0(k), the mean of the cosine."""
    return _bessel("i1e", k) / _bessel("i0e", k)


def _slope(k: Any) -> Any:
    """A(k) - 1."""
    xp = array_namespace(k)
    y = 1 / xp.where(constant(k) < LARGE, xp.full_like(k, LARGE), k)
    far = -y * (0.5 + y * horner(y, [n * C[n] for n in range(1, ORDER + 1)]))
    return xp.where(constant(k) < LARGE, _mean(k) - 1, far)


def _curvature(k: Any) -> Any:
    """The variance of the cosine, 1 - A/k - A^2."""
    xp = array_namespace(k)
    y = 1 / xp.where(constant(k) < LARGE, xp.full_like(k, LARGE), k)
    far = y * y * (0.5 + y * horner(y, [n * (n + 1) * C[n] for n in range(1, ORDER + 1)]))
    inside = (constant(k) < LARGE) & (constant(k) > 1e-4)
    x = xp.where(inside, k, xp.ones_like(k))
    middle = 1 - _mean(x) / x - _mean(x) ** 2
    near = 0.5 - 3 * k * k / 16  # the next term is below rounding
    return xp.where(constant(k) >= LARGE, far, xp.where(inside, middle, near))


def _excess(b: Any, a: Any) -> Any:
    """ln I0(b) - ln I0(a) - A(a) (b - a): by Gauss's rule for b near a."""
    xp = array_namespace(a, b)
    h = b - a
    near = abs(constant(h)) <= xp.maximum(constant(a) / 2, xp.ones_like(constant(a)))
    nodes, weights = np.polynomial.legendre.leggauss(16)
    s, w = (xp.asarray(one, device=device(h)) for one in ((nodes + 1) / 2, weights / 2 * (1 - nodes) / 2))
    step = xp.where(near, h, xp.zeros_like(h))[..., None]
    close = h * h * xp.sum(w * _curvature(a[..., None] + s * step), axis=-1)
    far = xp.where(near, a, b)
    direct = xp.log(_bessel("i0e", far)) - xp.log(_bessel("i0e", a)) - _slope(a) * (far - a)
    return xp.where(near, close, direct)


def _von_mises(p: Values, q: Values) -> Terms:
    """[ln I0(k2) - ln I0(k1) - A(k1) (k2 - k1)] + A(k1) k2 (1 - cos(m1 - m2))."""
    half = array_namespace(p["kappa"]).sin((p["loc"] - q["loc"]) / 2)
    return [_excess(q["kappa"], p["kappa"]), _mean(p["kappa"]) * q["kappa"] * 2 * half * half]


def _between(p: Values, q: Values, order: float) -> Values | None:
    """k (cos m, sin m) is natural, and any vector will do."""
    xp = array_namespace(p["kappa"])
    turn, first, second = p["loc"] - q["loc"], order * p["kappa"], (1 - order) * q["kappa"]
    along, across = first * xp.cos(turn) + second, first * xp.sin(turn)
    square = along * along + across * across
    uniform = constant(square) <= 0
    kappa = xp.sqrt(xp.where(uniform, xp.ones_like(square), square))
    angle = xp.atan2(across, xp.where(uniform, xp.ones_like(along), along))
    return {"kappa": xp.where(uniform, 0 * square, kappa), "loc": q["loc"] + angle}


def _in_digits(mp: Any, p: Values, q: Values) -> Any:
    """ln(I0(k2)/I0(k1)) + A(k1) (k1 - k2 cos d)."""
    k, c = p["kappa"], q["kappa"]
    mean = mp.besseli(1, k) / mp.besseli(0, k)
    return mp.log(mp.besseli(0, c) / mp.besseli(0, k)) + mean * (k - c * mp.cos(p["loc"] - q["loc"]))


def _log_power(mp: Any, p: Values, q: Values, order: Any) -> Any:
    k, c = order * p["kappa"], (1 - order) * q["kappa"]
    size = mp.sqrt(abs(k**2 + c**2 + 2 * k * c * mp.cos(p["loc"] - q["loc"])))
    logs = [mp.log(mp.besseli(0, x)) for x in (p["kappa"], q["kappa"], size)]
    return logs[2] - order * logs[0] - (1 - order) * logs[1]


def _condition(p: Values, q: Values) -> float:
    """The variance of the cosine is a small difference until the expansion takes over."""
    return 1 + 2 * min(largest(p["kappa"], q["kappa"]), LARGE) ** 2


CIRCLE_FORMS: dict[str, ClosedForm] = {
    "vonmises": ClosedForm(
        _von_mises,
        _in_digits,
        equal=("scale",),
        between=_between,
        log_power=_log_power,
        condition=_condition,
        size=lambda p, q: (
            2 + 2 * largest(p["kappa"], q["kappa"]) * (1 + largest(p["loc"], q["loc"])) ** 2 + 8 * math.pi
        ),
    )
}
