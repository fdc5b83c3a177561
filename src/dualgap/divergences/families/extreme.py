"""Weibull and Gumbel laws: a Weibull law is the exponential of a Gumbel law, with 1/c for the scale and ln scale for the place."""

from __future__ import annotations

from typing import Any

from array_api_compat import array_namespace

from dualgap.divergences.families.closed_form import ClosedForm, Terms, Values, agree, excess, largest, log_ratio, ratio
from dualgap.divergences.families.convex import exponential_excess
from dualgap.divergences.families.log_gamma import EULER, log_gamma_excess
from dualgap.divergences.kernels import constant

__all__ = ["EXTREME_FORMS"]


def _kl(wider: Any, scales: Any, shift: Any) -> Terms:
    """KL of Gumbel laws with scales in the ratio r = 1 + wider.

    .. math:: KL = (e^y - 1 - y) + \\bigl[\\ln \\Gamma(r) + \\gamma (r - 1)\\bigr], \\qquad
              y = \\frac{\\mu_2 - \\mu_1}{\\beta_2} + \\ln \\Gamma(1 + r)
    """
    one = 1 + 0 * wider
    y = shift + log_gamma_excess(1 + scales, 2 * one, wider) + (1 - EULER) * wider
    return [exponential_excess(y), log_gamma_excess(scales, one, wider)]


def _gumbel(p: Values, q: Values) -> Terms:
    return _kl(excess(p, q), ratio(p, q), (q["loc"] - p["loc"]) / q["scale"])


def _mirrored(p: Values, q: Values) -> Terms:
    return _kl(excess(p, q), ratio(p, q), (p["loc"] - q["loc"]) / q["scale"])


def _weibull(p: Values, q: Values) -> Terms:
    return _kl(excess(q, p, "c"), ratio(q, p, "c"), q["c"] * log_ratio(p, q))


def _between(p: Values, q: Values, order: float, sign: int = 1) -> Values | None:
    """e^(-x/b) is exponential with rate e^(-m/b): rates are mixed, along the common scale."""
    b = p["scale"]
    xp = array_namespace(b)
    change = (1 - order) * xp.expm1(sign * (q["loc"] - p["loc"]) / b)
    if not bool(xp.all(constant(change) > -1)):
        return None
    return {"loc": p["loc"] + sign * b * xp.log1p(change), "scale": b}


def _between_mirrored(p: Values, q: Values, order: float) -> Values | None:
    return _between(p, q, order, -1)


def _between_weibull(p: Values, q: Values, order: float) -> Values | None:
    c = p["c"]
    xp = array_namespace(c)
    change = (1 - order) * xp.expm1(c * log_ratio(p, q))
    if not bool(xp.all(constant(change) > -1)):
        return None
    return {"c": c, "scale": p["scale"] * xp.exp(-xp.log1p(change) / c)}


def _as_gumbel(mp: Any, p: Values) -> tuple[Any, Any]:
    """Place and scale of -ln of a Weibull law."""
    return -mp.log(p["scale"]), 1 / p["c"]


def _textbook(mp: Any, first: tuple[Any, Any], second: tuple[Any, Any]) -> Any:
    """ln(b2/b1) + g (b1/b2 - 1) + e^((m2 - m1)/b2) G(b1/b2 + 1) - 1 + (m1 - m2)/b2."""
    (m, b), (n, c) = first, second
    return mp.log(c / b) + mp.euler * (b / c - 1) + mp.exp((n - m) / c + mp.loggamma(b / c + 1)) - 1 + (m - n) / c


def _log_power(mp: Any, first: tuple[Any, Any], second: tuple[Any, Any], order: Any) -> Any:
    """Of the exponential laws with rates e^(m/b)."""
    (m, b), (n, _) = first, second
    rate = order * mp.exp(m / b) + (1 - order) * mp.exp(n / b)
    return mp.inf if rate <= 0 else (order * m + (1 - order) * n) / b - mp.log(rate)


def _same_shape(name: str) -> Any:
    return lambda p, q: agree(p, q, name)


def _form(kl: Any, read: Any, between: Any, name: str, size: Any, equal: tuple[str, ...] = ()) -> ClosedForm:
    return ClosedForm(
        kl,
        lambda mp, p, q: _textbook(mp, read(mp, p), read(mp, q)),
        between=between,
        mixes=_same_shape(name),
        log_power=lambda mp, p, q, order: _log_power(mp, read(mp, p), read(mp, q), order),
        equal=equal,
        size=size,
    )


EXTREME_FORMS: dict[str, ClosedForm] = {
    "gumbel_r": _form(_gumbel, lambda mp, p: (p["loc"], p["scale"]), _between, "scale",
                      lambda p, q: 4 + largest(p["loc"] / p["scale"], q["loc"] / q["scale"]) ** 2),
    "gumbel_l": _form(_mirrored, lambda mp, p: (-p["loc"], p["scale"]), _between_mirrored, "scale",
                      lambda p, q: 4 + largest(p["loc"] / p["scale"], q["loc"] / q["scale"]) ** 2),
    "weibull_min": _form(_weibull, _as_gumbel, _between_weibull, "c",
                         lambda p, q: 4 + 4 * largest(p["c"], q["c"]) ** 2, ("loc",)),
}  # fmt: skip
