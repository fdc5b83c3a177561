"""Beta and Dirichlet laws."""

from __future__ import annotations

from typing import Any

from array_api_compat import array_namespace

from dualgap.divergences.families.closed_form import ClosedForm, Terms, Values
from dualgap.divergences.families.convex import xlogx_excess
from dualgap.divergences.families.log_gamma import remainder_excess
from dualgap.divergences.kernels import constant
from dualgap.validation import detached

__all__ = ["SIMPLEX_FORMS"]


def _kl(a: Any, b: Any) -> Terms:
    """KL of Dirichlet laws with concentrations a and b along the last axis, of sums A and B.

    .. math:: KL = B\\; KL\\Bigl(\\frac bB \\Big\\| \\frac aA\\Bigr) + \\sum_i R(b_i, a_i) - R(B, A), \\qquad
              R(b, a) = K(b) - K(a) - K'(a) (b - a), \\; K(a) = \\ln \\Gamma(a) - a \\ln a + a
    """
    xp = array_namespace(a)
    total, other, change = xp.sum(a, axis=-1), xp.sum(b, axis=-1), xp.sum(b - a, axis=-1)
    expected = a * (other / total)[..., None]
    difference = (b - a) - a * (change / total)[..., None]
    far = abs(constant(difference)) > constant(expected) / 3  # there the quotient itself has more digits
    away = xp.where(far, b / expected - 1, difference / expected)
    parts = remainder_excess(b, a)
    shares = xp.sum(expected * xlogx_excess(away), axis=-1)
    return [shares, *(parts[..., i] for i in range(parts.shape[-1])), -remainder_excess(other, total, change)]


def _pair(p: Values) -> Any:
    return array_namespace(p["a"]).stack([p["a"], p["b"]], axis=-1)


def _beta(p: Values, q: Values) -> Terms:
    return _kl(_pair(p), _pair(q))


def _beta_between(p: Values, q: Values, order: float) -> Values | None:
    mixed = {key: order * p[key] + (1 - order) * q[key] for key in ("a", "b")}
    return mixed if _positive(*mixed.values()) else None


def _dirichlet_between(p: Values, q: Values, order: float) -> Values | None:
    mixed = order * p["alpha"] + (1 - order) * q["alpha"]
    return {"alpha": mixed} if _positive(mixed) else None


def _positive(*values: Any) -> bool:
    return all(bool((detached(value) > 0).all()) for value in values)


def _textbook(mp: Any, a: list[Any], b: list[Any]) -> Any:
    """ln B(b) - ln B(a) + sum (a_i - b_i) (psi(a_i) - psi(A))."""
    at_sum = mp.digamma(mp.fsum(a))
    slopes = mp.fsum((x - y) * (mp.digamma(x) - at_sum) for x, y in zip(a, b, strict=True))
    return _log_beta(mp, b) - _log_beta(mp, a) + slopes


def _log_power(mp: Any, a: list[Any], b: list[Any], order: Any) -> Any:
    mixed = [order * x + (1 - order) * y for x, y in zip(a, b, strict=True)]
    if min(mixed) <= 0:
        return mp.inf
    return _log_beta(mp, mixed) - order * _log_beta(mp, a) - (1 - order) * _log_beta(mp, b)


def _log_beta(mp: Any, a: list[Any]) -> Any:
    return mp.fsum(mp.loggamma(x) for x in a) - mp.loggamma(mp.fsum(a))


def _size(p: Values, q: Values) -> float:
    return 2 + 2 * max(
        float(sum(constant(v).sum() for k, v in one.items() if k in ("a", "b", "alpha"))) for one in (p, q)
    )


SIMPLEX_FORMS: dict[str, ClosedForm] = {
    "beta": ClosedForm(
        _beta,
        lambda mp, p, q: _textbook(mp, [p["a"], p["b"]], [q["a"], q["b"]]),
        equal=("loc", "scale"),
        between=_beta_between,
        log_power=lambda mp, p, q, order: _log_power(mp, [p["a"], p["b"]], [q["a"], q["b"]], order),
        size=_size,
    ),
    "dirichlet": ClosedForm(
        lambda p, q: _kl(p["alpha"], q["alpha"]),
        lambda mp, p, q: _textbook(mp, p["alpha"], q["alpha"]),
        between=_dirichlet_between,
        log_power=lambda mp, p, q, order: _log_power(mp, p["alpha"], q["alpha"], order),
        joint=True,
        size=_size,
    ),
}
