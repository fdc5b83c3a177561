"""KL of other families from a normal law, and of a normal law from a Laplace law.

.. math:: KL(p \\| N(m, s^2)) = -H(p) + \\ln(s \\sqrt{2\\pi}) + \\frac{\\operatorname{var} p + (\\operatorname{E} p - m)^2}{2 s^2}

Infinite where p has no variance. Nothing is closed the other way round, but for the Laplace law.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from array_api_compat import array_namespace
from scipy.special import erf

from dualgap.divergences.families.closed_form import ClosedForm, Terms, Values, scale_of
from dualgap.divergences.families.log_gamma import EULER, digamma, log_gamma
from dualgap.divergences.kernels import constant
from dualgap.validation import is_torch

__all__ = ["NORMAL_FORMS"]

#: For each family: terms of the entropy, and the first two moments, at place 0 and scale 1.
Moments = Callable[[Values], tuple[Terms, Any, Any]]


def _log(x: Any) -> Any:
    return array_namespace(x).log(x)


def _student(p: Values) -> tuple[Terms, Any, Any]:
    df = p["df"]
    xp = array_namespace(df)
    half = (df + 1) / 2
    entropy = [half * digamma(half), -half * digamma(df / 2), _log(df) / 2, log_gamma(df / 2), -log_gamma(half),
               0 * df + math.log(math.pi) / 2]  # fmt: skip
    has_variance = constant(df) > 2
    safe = xp.where(has_variance, df, 3 * xp.ones_like(df))
    return entropy, 0 * df, xp.where(has_variance, safe / (safe - 2), xp.full_like(df, math.inf))


def _gamma(p: Values) -> tuple[Terms, Any, Any]:
    a = p["a"]
    return [a, log_gamma(a), (1 - a) * digamma(a)], a, a * (a + 1)


def _beta(p: Values) -> tuple[Terms, Any, Any]:
    a, b = p["a"], p["b"]
    entropy = [log_gamma(a), log_gamma(b), -log_gamma(a + b), -(a - 1) * digamma(a), -(b - 1) * digamma(b),
               (a + b - 2) * digamma(a + b)]  # fmt: skip
    return entropy, a / (a + b), a / (a + b) * ((a + 1) / (a + b + 1))


def _weibull(p: Values) -> tuple[Terms, Any, Any]:
    xp, inverse = array_namespace(p["c"]), 1 / p["c"]
    first, second = (xp.exp(log_gamma(1 + k * inverse)) for k in (1, 2))
    return [1 + EULER * (1 - inverse), xp.log(inverse)], first, second


def _pareto(p: Values) -> tuple[Terms, Any, Any]:
    b = p["b"]
    xp = array_namespace(b)
    has_variance = constant(b) > 2
    safe = xp.where(has_variance, b, 3 * xp.ones_like(b))
    return (
        [1 + 1 / b, -_log(b)],
        safe / (safe - 1),
        xp.where(has_variance, safe / (safe - 2), xp.full_like(b, math.inf)),
    )


def _log_normal(p: Values) -> tuple[Terms, Any, Any]:
    xp, variance = array_namespace(p["s"]), p["s"] ** 2
    return [0.5 * (1 + math.log(2 * math.pi)) + xp.log(p["s"])], xp.exp(variance / 2), xp.exp(2 * variance)


def _fixed(entropy: float, mean: float, second: float) -> Moments:
    def moments(p: Values) -> tuple[Terms, Any, Any]:
        zero = 0 * scale_of(p)
        return [zero + entropy], zero + mean, zero + second

    return moments


def _scale(p: Values) -> Any:
    return array_namespace(p["log_scale"]).exp(p["log_scale"]) if "log_scale" in p else scale_of(p)


def _kl(moments: Moments, p: Values, q: Values) -> Terms:
    entropy, mean, second = moments(p)
    scale, variance = _scale(p), q["variance"]
    xp = array_namespace(variance)
    if bool(xp.any(constant(second) == math.inf)):
        return [xp.full_like(variance, math.inf)]
    d = p["loc"] - q["loc"]
    squares = [second * scale * scale, 2 * d * (mean * scale), d * d]
    return [*(-term for term in entropy), -_log(scale), _log(variance) / 2, 0 * variance + math.log(2 * math.pi) / 2,
            *(square / (2 * variance) for square in squares)]  # fmt: skip


def _normal_laplace(p: Values, q: Values) -> Terms:
    """-ln(s sqrt(2 pi e)) + ln(2 b) + E|x - loc| / b, with the mean of the folded normal law."""
    xp, scale = array_namespace(p["variance"]), array_namespace(p["variance"]).sqrt(p["variance"])
    z = (p["loc"] - q["loc"]) / scale
    inside = z / math.sqrt(2)
    folded = math.sqrt(2 / math.pi) * xp.exp(-z * z / 2) + z * (inside.erf() if is_torch(inside) else erf(inside))
    constants = math.log(2) - (1 + math.log(2 * math.pi)) / 2
    return [0 * z + constants, -xp.log(p["variance"]) / 2, xp.log(q["scale"]), scale / q["scale"] * folded]


def _normal_laplace_in_digits(mp: Any, p: Values, q: Values) -> Any:
    s, d = mp.sqrt(p["variance"]), abs(p["loc"] - q["loc"])
    away = s * mp.sqrt(2 / mp.pi) * mp.exp(-(d**2) / (2 * s**2)) + d * mp.erf(d / (s * mp.sqrt(2)))
    return mp.log(2 * q["scale"]) - mp.log(2 * mp.pi * mp.e * s**2) / 2 + away / q["scale"]


def _in_digits(moments: Callable[[Any, Values], tuple[Any, Any, Any]]) -> Callable[[Any, Values, Values], Any]:
    """From the entropy, the mean and the variance at scale 1."""

    def textbook(mp: Any, p: Values, q: Values) -> Any:
        entropy, mean, variance = moments(mp, p)
        if variance == mp.inf:
            return mp.inf
        scale = mp.exp(p["log_scale"]) if "log_scale" in p else scale_of(p)
        away = variance * scale**2 + (p["loc"] + mean * scale - q["loc"]) ** 2
        return mp.log(2 * mp.pi * q["variance"]) / 2 - entropy - mp.log(scale) + away / (2 * q["variance"])

    return textbook


def _student_in_digits(mp: Any, p: Values) -> tuple[Any, Any, Any]:
    n = p["df"]
    entropy = (n + 1) / 2 * (mp.digamma((n + 1) / 2) - mp.digamma(n / 2)) + mp.log(mp.sqrt(n) * mp.beta(n / 2, 0.5))
    return entropy, 0, n / (n - 2) if n > 2 else mp.inf


def _gamma_in_digits(mp: Any, p: Values) -> tuple[Any, Any, Any]:
    a = p["a"]
    return a + mp.loggamma(a) + (1 - a) * mp.digamma(a), a, a


def _beta_in_digits(mp: Any, p: Values) -> tuple[Any, Any, Any]:
    a, b = p["a"], p["b"]
    slopes = (a - 1) * mp.digamma(a) + (b - 1) * mp.digamma(b) - (a + b - 2) * mp.digamma(a + b)
    return mp.log(mp.beta(a, b)) - slopes, a / (a + b), a * b / ((a + b) ** 2 * (a + b + 1))


def _weibull_in_digits(mp: Any, p: Values) -> tuple[Any, Any, Any]:
    c = p["c"]
    mean = mp.gamma(1 + 1 / c)
    return mp.euler * (1 - 1 / c) - mp.log(c) + 1, mean, mp.gamma(1 + 2 / c) - mean**2


def _pareto_in_digits(mp: Any, p: Values) -> tuple[Any, Any, Any]:
    b = p["b"]
    if b <= 2:
        return 0, 0, mp.inf
    return 1 + 1 / b - mp.log(b), b / (b - 1), b / ((b - 1) ** 2 * (b - 2))


def _log_normal_in_digits(mp: Any, p: Values) -> tuple[Any, Any, Any]:
    square = p["s"] ** 2
    return mp.log(2 * mp.pi * mp.e * square) / 2, mp.exp(square / 2), (mp.exp(square) - 1) * mp.exp(square)


_MOMENTS: dict[str, tuple[Moments, Callable[[Any, Values], tuple[Any, Any, Any]]]] = {
    "beta": (_beta, _beta_in_digits),
    "cauchy": (_fixed(0.0, 0.0, math.inf), lambda mp, p: (0, 0, mp.inf)),
    "expon": (_fixed(1.0, 1.0, 2.0), lambda mp, p: (1, 1, 1)),
    "gamma": (_gamma, _gamma_in_digits),
    "gumbel_l": (_fixed(1 + EULER, -EULER, EULER**2 + math.pi**2 / 6),
                 lambda mp, p: (1 + mp.euler, -mp.euler, mp.pi**2 / 6)),
    "gumbel_r": (_fixed(1 + EULER, EULER, EULER**2 + math.pi**2 / 6),
                 lambda mp, p: (1 + mp.euler, mp.euler, mp.pi**2 / 6)),
    "laplace": (_fixed(1 + math.log(2), 0.0, 2.0), lambda mp, p: (1 + mp.log(2), 0, 2)),
    "logistic": (_fixed(2.0, 0.0, math.pi**2 / 3), lambda mp, p: (2, 0, mp.pi**2 / 3)),
    "lognorm": (_log_normal, _log_normal_in_digits),
    "pareto": (_pareto, _pareto_in_digits),
    "t": (_student, _student_in_digits),
    "uniform": (_fixed(0.0, 0.5, 1 / 3), lambda mp, p: (0, mp.mpf(1) / 2, mp.mpf(1) / 12)),
    "weibull_min": (_weibull, _weibull_in_digits),
}  # fmt: skip


def _form(moments: Moments, digits: Callable[[Any, Values], tuple[Any, Any, Any]]) -> ClosedForm:
    return ClosedForm(lambda p, q: _kl(moments, p, q), _in_digits(digits))


NORMAL_FORMS: dict[str, ClosedForm] = {
    **{f"{name} from norm": _form(*both) for name, both in _MOMENTS.items()},
    "norm from laplace": ClosedForm(_normal_laplace, _normal_laplace_in_digits),
}
