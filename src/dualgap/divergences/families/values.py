"""The divergences of two laws of a family in doubles, with a bound on their rounding."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from dualgap.divergences.families.closed_form import Terms, Values
from dualgap.divergences.families.pair import FamilyPair
from dualgap.divergences.kernels import constant

__all__ = ["relative_entropy", "renyi", "renyi_is_known"]

EPS = float(np.finfo(np.float64).eps)
#: Each term is right to a few units in the last place of a few factors.
ROUNDING = 64 * EPS


def relative_entropy(pair: FamilyPair) -> tuple[Any, float]:
    """KL(p || q) and a bound on its rounding error."""
    p, q = pair.arrays
    value, size = _sum(_terms(pair, p, q) + ([] if pair.form.lost is None else [pair.form.lost(p, q)]))
    if not math.isfinite(size):
        return value, 0.0
    error = ROUNDING * size * pair.form.condition(p, q)
    return value, error + (0.0 if _from_differences(p, q) else _of_parameters(pair, p, q, size))


def renyi_is_known(pair: FamilyPair, order: float) -> bool:
    """Whether there is a formula for this order, and the ends of the laws do not decide."""
    form, ends = pair.form, pair.ends()
    if ends == 2 or (ends < 0 and order > 1):
        return False
    if form.between is not None:
        return form.mixes(*pair.arrays)
    return form.direct is not None and form.direct(*pair.arrays, order) is not None


def renyi(pair: FamilyPair, order: float) -> tuple[Any, float]:
    """The Renyi divergence of an order, and a bound on its rounding error.

    For laws r with natural parameters t, m being the one with order * t_p + (1 - order) * t_q,

    .. math:: (1 - a) D_a(p \\| q) = a\\,KL(m \\| p) + (1 - a)\\,KL(m \\| q),

    which is stationary in m: what rounding does to m counts twice only. For a > 1 where there is no such law, the divergence
    is infinite.
    """
    if order < 1 and pair.ends() < 0:
        value, error = renyi(pair.mirrored(), 1 - order)
        return value * (order / (1 - order)), error * order / (1 - order)
    p, q = pair.arrays
    form, slope = pair.form, order - 1
    lost = [] if form.lost is None else [form.lost(p, q)]
    if form.between is None:
        value, size = _sum([*((form.direct(p, q, order) if form.direct else None) or []), *lost])
        return value, ROUNDING * size * (1 + order + 1 / abs(slope)) if math.isfinite(size) else 0.0
    member = form.between(p, q, order)
    if member is None:
        return _sum([_like(p) + math.inf])[0], 0.0
    first, second = _sum(_terms(pair, member, p)), _sum(_terms(pair, member, q))
    value = (slope * second[0] - order * first[0]) / slope
    size = (abs(slope) * second[1] + order * first[1]) / abs(slope)
    if not math.isfinite(size):
        return value, math.inf
    error = ROUNDING * size * form.condition(p, q) + _of_parameters(pair, p, q, size)
    kept, more = _sum(lost) if lost else (0.0, 0.0)
    return value + kept, error + ROUNDING * more


def _terms(pair: FamilyPair, p: Values, q: Values) -> Terms:
    with np.errstate(all="ignore"):  # what leaves the doubles is computed in digits
        return pair.form.kl(p, q)


def _sum(terms: Terms) -> tuple[Any, float]:
    """The sum over the terms and the coordinates of a product, and the sum of the sizes."""
    total, size = 0.0, 0.0
    for term in terms:
        xp = array_namespace(term)
        total = total + xp.sum(term)
        size += float(xp.sum(abs(constant(term))))
    return total, size


def _from_differences(p: Values, q: Values) -> bool:
    """Whether the formulas see the parameters themselves: both laws say their scale in the same way."""
    return all((name in p) == (name in q) for name in ("rate", "log_scale", "complement"))


def _of_parameters(pair: FamilyPair, p: Values, q: Values, size: float) -> float:
    """What a rounding of the parameters can do to a divergence near its minimum: sqrt(2 KL I) eps."""
    return 8 * EPS * math.sqrt(size * pair.form.size(p, q))


def _like(p: Values) -> Any:
    return 0 * next(iter(p.values()))
