"""Laplace, Cauchy and uniform laws on the line."""

from __future__ import annotations

import math
from typing import Any

from array_api_compat import array_namespace

from dualgap.divergences.families.closed_form import ClosedForm, Terms, Values, excess, log_ratio, ratio
from dualgap.divergences.families.convex import exponential_excess, logarithm_excess
from dualgap.divergences.kernels import constant, horner

__all__ = ["LOCATION_FORMS"]


def _laplace(p: Values, q: Values) -> Terms:
    """With r = b1/b2 and z = |m1 - m2| / b1: (r - 1 - ln r) + r (e^-z - 1 + z)."""
    scales, z = ratio(p, q), abs(p["loc"] - q["loc"]) / p["scale"]
    return [logarithm_excess(excess(p, q), scales), scales * exponential_excess(-z)]


def _laplace_in_digits(mp: Any, p: Values, q: Values) -> Any:
    """ln(b2/b1) + d/b2 + (b1/b2) e^(-d/b1) - 1."""
    b, c, d = p["scale"], q["scale"], abs(p["loc"] - q["loc"])
    return mp.log(c / b) + d / c + b / c * mp.exp(-d / b) - 1


def _laplace_direct(p: Values, q: Values, order: float) -> Terms | None:
    """ln of the integral of p^a q^(1-a), whose exponent is linear between the two places and beyond them.

    .. math:: \\frac{1}{2 b_1^a b_2^{1-a}} \\Bigl[\\frac{e^{-cd} + e^{-rd}}{r + c} + \\frac{e^{-cd} - e^{-rd}}{r - c}\\Bigr],
              \\qquad r = \\frac{a}{b_1}, \\; c = \\frac{1-a}{b_2}
    """
    d = abs(p["loc"] - q["loc"])
    xp = array_namespace(d)
    r, c = order / p["scale"], (1 - order) / q["scale"]
    if not bool(xp.all(constant(r + c) > 0)):
        return [xp.full_like(d, math.inf)]
    least, most = xp.minimum(r, c) * d, xp.maximum(r, c) * d
    inside = (1 + xp.exp(least - most)) / (r + c) + d * _share(most - least)
    slope = order - 1
    constants = [-order * xp.log(p["scale"]), slope * xp.log(q["scale"]), 0 * d - math.log(2)]
    return [term / slope for term in (*constants, xp.log(inside), -least)]


def _share(x: Any) -> Any:
    """(1 - e^-x) / x, also at 0."""
    xp = array_namespace(x)
    near = constant(x) <= 0.1
    small, large = xp.where(near, x, xp.zeros_like(x)), xp.where(near, xp.ones_like(x), x)
    return xp.where(near, horner(-small, [1 / math.factorial(k + 1) for k in range(10)]), -xp.expm1(-large) / large)


def _laplace_power(mp: Any, p: Values, q: Values, order: Any) -> Any:
    """As above; where r = c the second quotient is d e^(-rd)."""
    b, s, d = p["scale"], q["scale"], abs(p["loc"] - q["loc"])
    r, c = order / b, (1 - order) / s
    if r + c <= 0:
        return mp.inf
    between = d * mp.exp(-r * d) if r == c else (mp.exp(-c * d) - mp.exp(-r * d)) / (r - c)
    total = (mp.exp(-c * d) + mp.exp(-r * d)) / (r + c) + between
    return mp.log(total / 2) - order * mp.log(b) - (1 - order) * mp.log(s)


def _apart(p: Values, q: Values) -> Any:
    """((s1 - s2)^2 + d^2) / (4 s1 s2)."""
    d = p["loc"] - q["loc"] if "loc" in p else 0 * p["scale"]
    return (excess(p, q) * (p["scale"] - q["scale"]) / p["scale"] + d / p["scale"] * (d / q["scale"])) / 4


def _cauchy(p: Values, q: Values) -> Terms:
    """((s1 + s2)^2 + d^2) / (4 s1 s2) = 1 + ((s1 - s2)^2 + d^2) / (4 s1 s2)."""
    apart = _apart(p, q)
    return [array_namespace(apart).log1p(apart)]


def _cauchy_in_digits(mp: Any, p: Values, q: Values) -> Any:
    d = p["loc"] - q["loc"]
    return mp.log(((p["scale"] + q["scale"]) ** 2 + d**2) / (4 * p["scale"] * q["scale"]))


def _cauchy_direct(p: Values, q: Values, order: float) -> Terms | None:
    """chi^2 = ((s1 - s2)^2 + d^2) / (2 s1 s2); other orders need elliptic integrals."""
    if order != 2:
        return None
    apart = 2 * _apart(p, q)
    return [array_namespace(apart).log1p(apart)]


def _cauchy_power(mp: Any, p: Values, q: Values, order: Any) -> Any:
    """ln of the integral of p^2 / q, by residues: (s1^2 + s2^2 + d^2) / (2 s1 s2)."""
    s, t, d = p["scale"], q["scale"], p["loc"] - q["loc"]
    return mp.log((s**2 + t**2 + d**2) / (2 * s * t))


def _folded(formula: Any) -> Any:
    """A law on the half line is the absolute value of a symmetric one."""

    def of_pair(mp: Any, p: Values, q: Values, *order: Any) -> Any:
        return formula(mp, p | {"loc": 0}, q | {"loc": 0}, *order)

    return of_pair


def _centred(formula: Any) -> Any:
    def of_pair(p: Values, q: Values, *order: Any) -> Any:
        return formula({"scale": p["scale"]}, {"scale": q["scale"]}, *order)

    return of_pair


def _uniform(p: Values, q: Values) -> Terms:
    return [log_ratio(q, p)]


def _uniform_direct(p: Values, q: Values, order: float) -> Terms | None:
    """ln(s2/s1) + ln(common length / s1) / (a - 1)."""
    xp = array_namespace(p["scale"])
    high = xp.minimum(p["loc"] + p["scale"], q["loc"] + q["scale"])
    common = high - xp.maximum(p["loc"], q["loc"])
    within = constant((q["loc"] <= p["loc"]) & (p["loc"] + p["scale"] <= q["loc"] + q["scale"]))
    if not bool(xp.all(constant(common) > 0)):
        return None
    share = xp.where(within, xp.zeros_like(common), xp.log(common / p["scale"]))
    return [*_uniform(p, q), share / (order - 1)]


def _uniform_in_digits(mp: Any, p: Values, q: Values) -> Any:
    return mp.log(q["scale"] / p["scale"])


def _uniform_power(mp: Any, p: Values, q: Values, order: Any) -> Any:
    ends = min(float(p["loc"]) + float(p["scale"]), float(q["loc"]) + float(q["scale"]))  # ends are doubles
    common = mp.mpf(ends) - max(p["loc"], q["loc"])
    inside = q["loc"] <= p["loc"] and ends == float(p["loc"]) + float(p["scale"])
    return mp.log(p["scale"] if inside else common) - order * mp.log(p["scale"]) - (1 - order) * mp.log(q["scale"])


LOCATION_FORMS: dict[str, ClosedForm] = {
    "laplace": ClosedForm(_laplace, _laplace_in_digits, direct=_laplace_direct, log_power=_laplace_power),
    "cauchy": ClosedForm(_cauchy, _cauchy_in_digits, direct=_cauchy_direct, log_power=_cauchy_power),
    "halfcauchy": ClosedForm(_centred(_cauchy), _folded(_cauchy_in_digits), equal=("loc",)),
    "uniform": ClosedForm(_uniform, _uniform_in_digits, direct=_uniform_direct, log_power=_uniform_power),
}
