"""Laws on the integers: Poisson, geometric and negative binomial."""

from __future__ import annotations

import math
from typing import Any

from array_api_compat import array_namespace

from dualgap.divergences.families.closed_form import ClosedForm, Terms, Values, excess, largest, log_ratio, ratio
from dualgap.divergences.families.convex import logarithm_excess, xlogx_excess
from dualgap.divergences.kernels import constant

__all__ = ["COUNT_FORMS"]


def _poisson(p: Values, q: Values) -> Terms:
    """m2 - m1 + m1 ln(m1/m2)."""
    return [p["mu"] * logarithm_excess(excess(q, p, "mu"), ratio(q, p, "mu"))]


def _poisson_between(p: Values, q: Values, order: float) -> Values | None:
    change = (1 - order) * log_ratio(q, p, "mu")
    return {"mu": p["mu"] * array_namespace(change).exp(change)}


def _poisson_in_digits(mp: Any, p: Values, q: Values) -> Any:
    return p["mu"] * mp.log(p["mu"] / q["mu"]) - p["mu"] + q["mu"]


def _poisson_power(mp: Any, p: Values, q: Values, order: Any) -> Any:
    m, n = p["mu"], q["mu"]
    return mp.exp(order * mp.log(m) + (1 - order) * mp.log(n)) - order * m - (1 - order) * n


def _shares(p: Values) -> tuple[Any, Any]:
    """The chance of a success, and of a failure."""
    return (1 - p["complement"], p["complement"]) if "complement" in p else (p["p"], 1 - p["p"])


def _geometric(p: Values, q: Values) -> Terms:
    """1/p1 times KL of the two coins: each count is 1/p1 throws on average."""
    (success, failure), (other, rest) = _shares(p), _shares(q)
    both = "complement" in p and "complement" in q
    rise = q["complement"] - p["complement"] if both else success - other
    xp = array_namespace(rise)
    certain = constant(rest) <= 0  # then p is certain too, or the divergence is infinite
    safe = xp.where(certain, xp.ones_like(rest), rest)
    second = xp.where(certain, xp.where(constant(failure) <= 0, 0 * rest, 0 * rest + math.inf),
                      safe * xlogx_excess(-rise / safe))  # fmt: skip
    return [term / success for term in (other * xlogx_excess(rise / other), second)]


def _negative_binomial(p: Values, q: Values) -> Terms:
    return [p["n"] * term for term in _geometric(p, q)]


def _failures_between(p: Values, q: Values, order: float) -> Values | None:
    """Failures have the natural parameter ln(1 - p)."""
    (_, failure), (_, rest) = _shares(p), _shares(q)
    xp = array_namespace(failure)
    if not bool(xp.all(constant(failure) > 0)) or not bool(xp.all(constant(rest) > 0)):
        return None
    log = order * xp.log(failure) + (1 - order) * xp.log(rest)
    if not bool(xp.all(constant(log) < 0)):
        return None
    return {"complement": xp.exp(log)}


def _some_fail(p: Values, q: Values) -> bool:
    return all(bool(array_namespace(x).all(constant(x) > 0)) for x in (_shares(p)[1], _shares(q)[1]))


def _counts_between(p: Values, q: Values, order: float) -> Values | None:
    found = _failures_between(p, q, order)
    return None if found is None else found | {"n": p["n"]}


def _geometric_in_digits(mp: Any, p: Values, q: Values) -> Any:
    (success, failure), (other, rest) = _shares(p), _shares(q)
    if failure == 0:
        return -mp.log(other)
    return mp.inf if rest == 0 else mp.log(success / other) + failure / success * mp.log(failure / rest)


def _geometric_power(mp: Any, p: Values, q: Values, order: Any) -> Any:
    (success, failure), (other, rest) = _shares(p), _shares(q)
    failures = mp.exp(order * mp.log(failure) + (1 - order) * mp.log(rest))
    return mp.inf if failures >= 1 else order * mp.log(success) + (1 - order) * mp.log(other) - mp.log(1 - failures)


def _size_of_shares(p: Values, q: Values) -> float:
    shares = [share for one in (p, q) for share in _shares(one)]
    counts = largest(p["n"], q["n"]) if "n" in p else 1.0
    least = min(float(constant(share).min()) for share in shares)
    return 2 * counts / max(least, 1e-30) ** 2


COUNT_FORMS: dict[str, ClosedForm] = {
    "poisson": ClosedForm(_poisson, _poisson_in_digits, equal=("loc",), between=_poisson_between,
                          log_power=_poisson_power, size=lambda p, q: 2 * largest(p["mu"], q["mu"])),
    "geom": ClosedForm(_geometric, _geometric_in_digits, equal=("loc",), between=_failures_between, mixes=_some_fail,
                       log_power=_geometric_power, size=_size_of_shares),
    "nbinom": ClosedForm(_negative_binomial, lambda mp, p, q: p["n"] * _geometric_in_digits(mp, p, q),
                         equal=("loc", "n"), between=_counts_between, mixes=_some_fail,
                         log_power=lambda mp, p, q, order: p["n"] * _geometric_power(mp, p, q, order),
                         size=_size_of_shares),
}  # fmt: skip
