"""Pareto, inverse Gaussian and lognormal laws."""

from __future__ import annotations

from typing import Any

import numpy as np
from array_api_compat import array_namespace

from dualgap.divergences.families.closed_form import ClosedForm, Terms, Values, excess, largest, log_ratio, ratio
from dualgap.divergences.families.convex import logarithm_excess
from dualgap.divergences.kernels import constant
from dualgap.validation import detached

__all__ = ["POSITIVE_FORMS"]


def _pareto(p: Values, q: Values) -> Terms:
    """For equal ends the logarithms are exponential, with the rates b."""
    return [logarithm_excess(excess(q, p, "b"), ratio(q, p, "b"))]


def _pareto_lost(p: Values, q: Values) -> Any:
    return q["b"] * log_ratio(p, q)


def _pareto_between(p: Values, q: Values, order: float) -> Values | None:
    b = order * p["b"] + (1 - order) * q["b"]
    return {"b": b} if bool(array_namespace(b).all(constant(b) > 0)) else None


def _pareto_in_digits(mp: Any, p: Values, q: Values) -> Any:
    """ln(b1/b2) + b2 ln(s1/s2) + b2/b1 - 1."""
    return mp.log(p["b"] / q["b"]) + q["b"] * mp.log(p["scale"] / q["scale"]) + q["b"] / p["b"] - 1


def _pareto_power(mp: Any, p: Values, q: Values, order: Any) -> Any:
    """ln of the integral over what both share."""
    b, start = order * p["b"] + (1 - order) * q["b"], max(p["scale"], q["scale"])
    if b <= 0 or (order > 1 and p["scale"] < q["scale"]):
        return mp.inf
    logs = (share * (mp.log(x["b"]) + x["b"] * mp.log(x["scale"] / start)) for share, x in ((order, p), (1 - order, q)))
    return mp.fsum(logs) - mp.log(b)


def _means(p: Values, q: Values) -> Any:
    """The ratio of the means mu * scale, less 1."""
    shape, scale = excess(p, q, "mu"), excess(p, q)
    return shape + scale + shape * scale


def _inverse_gaussian(p: Values, q: Values) -> Terms:
    """With means m and scales s: (s2/s1 - 1 - ln(s2/s1)) / 2 + s2 (m1/m2 - 1)^2 / (2 m1)."""
    wider = ratio(q, p)
    return [logarithm_excess(excess(q, p), wider) / 2, wider * _means(p, q) ** 2 / (2 * p["mu"])]


def _cancelled(p: Values, q: Values) -> float:
    """Changes of mu and of the scale may cancel in the mean."""
    shape, scale = detached(excess(p, q, "mu")), detached(excess(p, q))
    parts = np.abs(shape) + np.abs(scale) + np.abs(shape * scale)
    return float(np.max(1 + parts / np.maximum(np.abs(shape + scale + shape * scale), 1e-300)))


def _inverse_gaussian_between(p: Values, q: Values, order: float) -> Values | None:
    """s and s / m^2 = 1 / (mu^2 s) are natural."""
    scale = order * p["scale"] + (1 - order) * q["scale"]
    slope = order / (p["mu"] ** 2 * p["scale"]) + (1 - order) / (q["mu"] ** 2 * q["scale"])
    xp = array_namespace(scale)
    if not bool(xp.all(constant(scale) > 0)) or not bool(xp.all(constant(slope) > 0)):
        return None
    return {"mu": 1 / xp.sqrt(slope * scale), "scale": scale}


def _inverse_gaussian_in_digits(mp: Any, p: Values, q: Values) -> Any:
    s, t = p["scale"], q["scale"]
    m, n = p["mu"] * s, q["mu"] * t
    return mp.log(s / t) / 2 + (t / s - 1) / 2 + t * (m - n) ** 2 / (2 * n**2 * m)


def _inverse_gaussian_power(mp: Any, p: Values, q: Values, order: Any) -> Any:
    """The constant of s, c = s / m^2 is sqrt(s) e^(sqrt(s c)); at c = 0 the mean is infinite."""
    s, t = p["scale"], q["scale"]
    c, d = 1 / (p["mu"] ** 2 * s), 1 / (q["mu"] ** 2 * t)
    scale, slope = order * s + (1 - order) * t, order * c + (1 - order) * d
    if scale <= 0 or slope < 0:
        return mp.inf
    constants = (mp.log(x) / 2 + mp.sqrt(x * y) for x, y in ((s, c), (t, d), (scale, slope)))
    first, second, mixed = constants
    return order * first + (1 - order) * second - mixed


def _shift(p: Values, q: Values) -> Any:
    """ln of the ratio of the scales."""
    if "log_scale" in p and "log_scale" in q:
        return p["log_scale"] - q["log_scale"]
    if "log_scale" in p or "log_scale" in q:
        return _log_scale(p) - _log_scale(q)
    return log_ratio(p, q)


def _log_scale(p: Values) -> Any:
    return p["log_scale"] if "log_scale" in p else array_namespace(p["scale"]).log(p["scale"])


def _log_normal(p: Values, q: Values) -> Terms:
    """The logarithms are normal: (r^2 - 1 - ln r^2) / 2 + (m1 - m2)^2 / (2 s2^2) with r = s1/s2."""
    wider = excess(p, q, "s")
    return [logarithm_excess(wider * (2 + wider), ratio(p, q, "s") ** 2) / 2, (_shift(p, q) / q["s"]) ** 2 / 2]


def _log_normal_between(p: Values, q: Values, order: float) -> Values | None:
    precisions = p["s"] ** -2, q["s"] ** -2
    precision = order * precisions[0] + (1 - order) * precisions[1]
    xp = array_namespace(precision)
    if not bool(xp.all(constant(precision) > 0)):
        return None
    first, second = _log_scale(p), _log_scale(q)
    middle = first + (1 - order) * precisions[1] / precision * (second - first)
    return {"s": precision**-0.5, "log_scale": middle}


def _digits_of_logs(mp: Any, p: Values) -> tuple[Any, Any]:
    return (p["log_scale"] if "log_scale" in p else mp.log(p["scale"])), p["s"]


def _log_normal_in_digits(mp: Any, p: Values, q: Values) -> Any:
    (m, s), (n, t) = _digits_of_logs(mp, p), _digits_of_logs(mp, q)
    return mp.log(t / s) + (s**2 + (m - n) ** 2) / (2 * t**2) - mp.mpf(1) / 2


def _log_normal_power(mp: Any, p: Values, q: Values, order: Any) -> Any:
    (m, s), (n, t) = _digits_of_logs(mp, p), _digits_of_logs(mp, q)
    variance = order * t**2 + (1 - order) * s**2
    if variance <= 0:
        return mp.inf
    volumes = (1 - order) * mp.log(s) + order * mp.log(t) - mp.log(variance) / 2
    return volumes - order * (1 - order) * (m - n) ** 2 / (2 * variance)


def _size_of_logs(p: Values, q: Values) -> float:
    # A rounded scale moves its logarithm by eps, and that is rounded itself.
    spread = max(1 + largest(constant(_log_scale(one))) for one in (p, q))
    return 4 + (spread / min(float(constant(one["s"]).min()) for one in (p, q))) ** 2


POSITIVE_FORMS: dict[str, ClosedForm] = {
    "pareto": ClosedForm(_pareto, _pareto_in_digits, equal=("loc",), between=_pareto_between, log_power=_pareto_power,
                         lost=_pareto_lost),
    "invgauss": ClosedForm(_inverse_gaussian, _inverse_gaussian_in_digits, equal=("loc",),
                           between=_inverse_gaussian_between, log_power=_inverse_gaussian_power,
                           condition=_cancelled,
                           size=lambda p, q: 4 + 4 * largest(1 / p["mu"], 1 / q["mu"])),
    "lognorm": ClosedForm(_log_normal, _log_normal_in_digits, equal=("loc",), between=_log_normal_between,
                          log_power=_log_normal_power, size=_size_of_logs),
}  # fmt: skip
