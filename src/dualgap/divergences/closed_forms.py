"""Divergences between named families: closed forms in doubles with gradients, proved by other formulas in many digits."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from dualgap.bracket import Bracket, Guarantee
from dualgap.divergences.families.digits import LARGEST, FamilyRecomputed
from dualgap.divergences.families.pair import FamilyPair, family_pair
from dualgap.divergences.families.values import relative_entropy, renyi, renyi_is_known
from dualgap.divergences.kernels import constant
from dualgap.divergences.singular import why_not_continuous, why_singular
from dualgap.errors import InvalidInput
from dualgap.measures import Density, Gaussian, Integers, Measure
from dualgap.measures.family import Family
from dualgap.validation import detached, is_torch

__all__ = [
    "are_known",
    "chi_squared_of_families",
    "hellinger_of_families",
    "jeffreys_of_families",
    "jeffreys_of_families_is_known",
    "kl_of_families",
    "power_of_families_is_known",
    "renyi_of_families",
]

#: Bounds that are apart by more than this share of themselves are taken in many digits.
NARROW = 1e-12


def kl_of_families(p: Measure, q: Measure) -> Bracket:
    """The closed form of the two families."""
    pair = _pair(p, q)
    return _bracket(pair, lambda: relative_entropy(pair), {})


def are_known(p: Measure, q: Measure, **options: Any) -> bool:
    """Whether there is a closed form, and the supports alone do not give the answer."""
    return not why_singular(p, q) and not why_not_continuous(p, q) and _found(p, q) is not None


def jeffreys_of_families(p: Measure, q: Measure) -> Bracket:
    """The closed forms of the two families, in both directions."""
    pair, back = _pair(p, q), _pair(q, p)

    def doubles() -> tuple[Any, float]:
        (forward, first), (backward, second) = relative_entropy(pair), relative_entropy(back)
        return forward + backward, first + second

    return _bracket(pair, doubles, {"back": back.name})


def jeffreys_of_families_is_known(p: Measure, q: Measure, **options: Any) -> bool:
    """Whether both directions are known."""
    return are_known(p, q) and are_known(q, p)


def renyi_of_families(p: Measure, q: Measure, *, order: float) -> Bracket:
    """The closed form of the two families, by the law between them."""
    pair = _pair(p, q)
    return _bracket(pair, lambda: renyi(pair, order), {"order": order})


def hellinger_of_families(p: Measure, q: Measure) -> Bracket:
    """1 - e^(-D/2) of the Renyi divergence D of order 1/2."""
    return _power(_pair(p, q), 0.5, 0.5)


def chi_squared_of_families(p: Measure, q: Measure) -> Bracket:
    """e^D - 1 of the Renyi divergence D of order 2."""
    return _power(_pair(p, q), 2.0, 1.0)


def power_of_families_is_known(p: Measure, q: Measure, *, order: float = 1.0, **options: Any) -> bool:
    """Whether the Renyi divergence of this order is known; that of order 1 is KL."""
    if order == 1:
        return are_known(p, q)
    if why_singular(p, q) or (order > 1 and why_not_continuous(p, q)):
        return False
    pair = _found(p, q)
    return pair is not None and renyi_is_known(pair, order)


def family(law: Measure) -> Family | None:
    """The named family of a law; a normal law has its variance for a parameter."""
    if isinstance(law, (Density, Integers)):
        return law.family
    if isinstance(law, Gaussian) and law.dimension == 1 and float(detached(law.covariance)[0, 0]) > 0:
        return Family("norm", {"loc": law.mean[0], "variance": law.covariance[0, 0]})
    return None


def _found(p: Measure, q: Measure) -> FamilyPair | None:
    return family_pair(family(p), family(q))


def _pair(p: Measure, q: Measure) -> FamilyPair:
    pair = _found(p, q)
    if pair is None:
        raise InvalidInput("p and q must be two named families with a closed form", argument="p")
    return pair


def _power(pair: FamilyPair, order: float, scale: float) -> Bracket:
    """scale (e^((a-1) D) - 1) / (a - 1)."""
    slope = order - 1

    def doubles() -> tuple[Any, float]:
        divergence, error = renyi(pair, order)
        xp = array_namespace(divergence)
        value = scale * xp.expm1(slope * divergence) / slope
        # The derivative in D is scale e^((a-1) D); of a fall it is at most scale.
        slack = error * scale * math.exp(min(max(slope * (float(constant(divergence)) + error), 0.0), 700))
        return value, slack + 4e-16 * float(constant(value))

    return _bracket(pair, doubles, {"order": order, "scale": scale})


def _bracket(pair: FamilyPair, doubles: Callable[[], tuple[Any, float]], what: dict[str, Any]) -> Bracket:
    """In doubles where their rounding is small, in digits elsewhere, with the gradient of the doubles."""
    first, second = pair.numbers

    def certificate(lower: float, upper: float) -> FamilyRecomputed:
        return FamilyRecomputed(lower=lower, upper=upper, form=pair.name, p=first, q=second, **what)

    with np.errstate(all="ignore"):
        rough, error = doubles()
    plain = float(constant(rough))
    lower, upper = max(plain - error, 0.0), plain + error
    value = rough
    if math.isnan(plain) or plain == math.inf or not upper - lower <= NARROW * upper:
        lower, upper = certificate(0.0, math.inf).bounds()
        value = _moved(rough, upper)
    given = array_namespace(value).astype(value, pair.dtype)
    shown = float(constant(given))
    lower, upper = max(min(lower, shown), 0.0), max(upper, shown)
    given = given if is_torch(given) else given[()]
    return Bracket(
        value=given,
        lower=lower,
        upper=upper,
        guarantee=Guarantee.EXACT,
        method="closed_form",
        certificate=certificate(lower, upper),
        reason=_reason(pair, lower, upper),
    )


def _moved(rough: Any, value: float) -> Any:
    """The value, with the gradient of the one in doubles."""
    plain = constant(rough)
    if not math.isfinite(value) or not math.isfinite(float(plain)):
        return array_namespace(rough).full_like(plain, value)
    return rough - plain + value if is_torch(rough) else np.asarray(value)


def _reason(pair: FamilyPair, lower: float, upper: float) -> str:
    if upper < math.inf:
        return ""
    if lower <= LARGEST:
        return "finite, but larger than the largest double"
    name = pair.name.partition(" from ")
    if name[1]:
        return (
            f"infinite because the logarithm of the ratio is not integrable under p: a law of the family {name[0]} "
            "with these tails has no variance"
        )
    return (
        f"infinite because p^a q^(1-a) is not integrable: between the two laws of the family {pair.name} there is none"
    )
