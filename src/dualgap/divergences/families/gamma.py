"""Gamma laws and what powers of them are: exponential, chi-squared, Erlang, Rayleigh, half-normal, inverse gamma.

A divergence does not change when both laws are mapped by one bijection, so one formula serves all.
"""

from __future__ import annotations

import math
from typing import Any

from array_api_compat import array_namespace

from dualgap.divergences.families.closed_form import ClosedForm, Terms, Values, excess, largest, ratio, scale_of
from dualgap.divergences.families.convex import logarithm_excess
from dualgap.divergences.families.log_gamma import remainder_excess
from dualgap.divergences.kernels import constant

__all__ = ["GAMMA_FORMS"]


def _kl(a: Any, b: Any, longer: Any, scales: Any) -> Terms:
    """KL of the shapes a and b with scales in the ratio ``scales``, which is 1 + ``longer``.

    .. math:: KL = b \\bigl(x - 1 - \\ln x\\bigr) + \\bigl[K(b) - K(a) - K'(a) (b - a)\\bigr], \\qquad
              x = \\frac{\\text{mean of } p}{\\text{mean of } q}, \\quad K(a) = \\ln \\Gamma(a) - a \\ln a + a
    """
    wider = (a - b) / b
    return [b * logarithm_excess(wider + longer + wider * longer, a / b * scales), remainder_excess(b, a)]


def _gamma(p: Values, q: Values) -> Terms:
    return _kl(p["a"], q["a"], excess(p, q), ratio(p, q))


def _exponential(p: Values, q: Values) -> Terms:
    return [logarithm_excess(excess(p, q), ratio(p, q))]


def _root(p: Values, q: Values) -> Terms:
    longer = excess(p, q)
    return _kl(p["a"], q["a"], longer * (2 + longer), ratio(p, q) ** 2)


def _inverse(p: Values, q: Values) -> Terms:
    return _kl(p["a"], q["a"], excess(q, p), ratio(q, p))


def _member(rates: tuple[Any, Any], shapes: tuple[Any, Any], order: float) -> tuple[Any, Any] | None:
    rate = order * rates[0] + (1 - order) * rates[1]
    shape = order * shapes[0] + (1 - order) * shapes[1]
    xp = array_namespace(rate)
    return (rate, shape) if bool(xp.all(constant(rate) > 0)) and bool(xp.all(constant(shape) > 0)) else None


def _between(p: Values, q: Values, order: float) -> Values | None:
    rates = p.get("rate", 1 / scale_of(p)), q.get("rate", 1 / scale_of(q))
    found = _member(rates, (p["a"], q["a"]), order)
    return None if found is None else {"a": found[1], "rate": found[0]}


def _between_exponential(p: Values, q: Values, order: float) -> Values | None:
    shape = 1 + 0 * scale_of(p)
    return _between(p | {"a": shape}, q | {"a": shape}, order)


def _between_roots(p: Values, q: Values, order: float) -> Values | None:
    found = _member((p["scale"] ** -2, q["scale"] ** -2), (p["a"], q["a"]), order)
    return None if found is None else {"a": found[1], "scale": found[0] ** -0.5}


def _between_inverses(p: Values, q: Values, order: float) -> Values | None:
    found = _member((p["scale"], q["scale"]), (p["a"], q["a"]), order)
    return None if found is None else {"a": found[1], "scale": found[0]}


def _lost(p: Values, q: Values) -> Any:
    return (p["loc"] - q["loc"]) * q["rate"] if "rate" in q else (p["loc"] - q["loc"]) / q["scale"]


def _size(p: Values, q: Values) -> float:
    return 2 + 2 * largest(p["a"], q["a"])


def _condition(p: Values, q: Values) -> float:
    """Changes of shape and scale may cancel in the mean."""
    return 1 + math.sqrt(largest(p["a"], q["a"])) / 8


def _textbook(mp: Any, first: tuple[Any, Any], second: tuple[Any, Any]) -> Any:
    """(a1-a2) psi(a1) - ln G(a1) + ln G(a2) + a2 ln(r1/r2) + a1 (r2-r1)/r1 for shapes and rates."""
    (a, r), (b, s) = first, second
    value = (a - b) * mp.digamma(a) - mp.loggamma(a) + mp.loggamma(b)
    return value + b * mp.log(r / s) + a * (s - r) / r


def _log_power(mp: Any, first: tuple[Any, Any], second: tuple[Any, Any], order: Any) -> Any:
    """ln of the integral of x^(a-1) e^(-rx), to the power, with the constants of both."""
    (a, r), (b, s) = first, second
    shape, rate = order * a + (1 - order) * b, order * r + (1 - order) * s
    if shape <= 0 or rate <= 0:
        return mp.inf
    constants = order * (a * mp.log(r) - mp.loggamma(a)) + (1 - order) * (b * mp.log(s) - mp.loggamma(b))
    return mp.loggamma(shape) - shape * mp.log(rate) + constants


def _exponential_in_digits(mp: Any, p: Values, q: Values) -> Any:
    """ln(s2/s1) + (s1 + l1 - l2)/s2 - 1, for laws from l1 and l2 on."""
    s, t = scale_of(p), scale_of(q)
    return mp.log(t / s) + (s + p["loc"] - q["loc"]) / t - 1


def _exponential_power(mp: Any, p: Values, q: Values, order: Any) -> Any:
    """ln of the integral over what both share."""
    r, s = 1 / scale_of(p), 1 / scale_of(q)
    rate, start = order * r + (1 - order) * s, max(p["loc"], q["loc"])
    if rate <= 0 or (order > 1 and p["loc"] < q["loc"]):
        return mp.inf
    fallen = order * r * (start - p["loc"]) + (1 - order) * s * (start - q["loc"])
    return order * mp.log(r) + (1 - order) * mp.log(s) - mp.log(rate) - fallen


def _digits(read: Any) -> dict[str, Any]:
    """Both formulas in digits, from what reads the shape and the rate."""

    def textbook(mp: Any, p: Values, q: Values) -> Any:
        return _textbook(mp, read(p), read(q))

    def log_power(mp: Any, p: Values, q: Values, order: Any) -> Any:
        return _log_power(mp, read(p), read(q), order)

    return {"textbook": textbook, "log_power": log_power}


GAMMA_FORMS: dict[str, ClosedForm] = {
    "expon": ClosedForm(_exponential, _exponential_in_digits, between=_between_exponential, lost=_lost,
                        log_power=_exponential_power, size=lambda p, q: 4.0),
    "gamma": ClosedForm(_gamma, equal=("loc",), between=_between, size=_size, condition=_condition,
                        **_digits(lambda p: (p["a"], 1 / scale_of(p)))),
    "root_gamma": ClosedForm(_root, equal=("loc",), between=_between_roots, size=_size, condition=_condition,
                             **_digits(lambda p: (p["a"], p["scale"] ** -2))),
    "inverse_gamma": ClosedForm(_inverse, equal=("loc",), between=_between_inverses, size=_size, condition=_condition,
                                **_digits(lambda p: (p["a"], p["scale"]))),
}  # fmt: skip
