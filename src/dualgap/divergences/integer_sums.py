"""Certified divergences of laws on whole numbers that have no closed form, by sums that stop.

The numbers up to some k are summed term by term; all others of a law are one atom. That merges atoms, which no
f-divergence survives larger, so the sum is a lower bound. The upper bound adds the most that the terms beyond can be:

.. math:: \\sum_{j \\in K} g(p_j, q_j) + g\\Bigl(\\sum_{j \\notin K} p_j, \\sum_{j \\notin K} q_j\\Bigr) \\le D_f(p \\| q)
          \\le \\sum_{j \\in K} g(p_j, q_j) + T, \\qquad g(p, q) = q f(p / q) - f'(1) (p - q) \\ge 0

Where f has finite limits, T is the masses beyond times these; for KL, Jeffreys, chi-squared and Renyi divergences of laws
whose masses have known quotients it is a geometric series above the terms, and else it is infinite.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from dualgap.bracket import Bracket, Guarantee
from dualgap.divergences.generators import ChiSquared, FDivergence, Power
from dualgap.divergences.integer_head import Head, best_head, head_bounds, log_terms, renyi_bounds
from dualgap.divergences.integer_laws import IntegerLaw, differentiable_log_masses, integer_law
from dualgap.divergences.integer_sums_recomputed import IntegersMissed, IntegersRecomputed
from dualgap.divergences.integer_tails import diverges
from dualgap.divergences.kernels import constant
from dualgap.divergences.singular import like, why_not_continuous, why_singular
from dualgap.errors import InvalidInput
from dualgap.measures import Integers, Measure
from dualgap.validation import is_torch

__all__ = [
    "are_infinitely_apart",
    "are_on_integers",
    "between_integers",
    "infinite_between_integers",
    "infinite_renyi_of_integers",
    "renyi_are_infinitely_apart",
    "renyi_of_integers",
]


def are_on_integers(p: Measure, q: Measure, **options: Any) -> bool:
    """Whether both are laws on whole numbers, or one and points of the line; two sets of points are summed exactly."""
    return any(isinstance(law, Integers) for law in (p, q)) and None not in (integer_law(p), integer_law(q))


def are_infinitely_apart(p: Measure, q: Measure, *, generator: FDivergence | None = None, **options: Any) -> bool:
    """Whether the divergence is infinite for a reason that the kinds of the two laws do not give away."""
    if generator is None or not are_on_integers(p, q) or why_singular(p, q):
        return False
    if generator.at_infinity == math.inf and why_not_continuous(p, q):
        return False
    return bool(_why_infinite(p, q, generator))


def infinite_between_integers(p: Measure, q: Measure, *, generator: FDivergence) -> Bracket:
    """Infinite: one law has a number with mass where the other has none, or the terms of the sum grow without end."""
    first, second = _laws(p, q)
    return Bracket(
        value=like(math.inf, p, q),
        lower=math.inf,
        upper=math.inf,
        guarantee=Guarantee.EXACT,
        method="integer_sums",
        certificate=IntegersMissed(lower=math.inf, upper=math.inf, p=first, q=second, generator=generator),
        reason=_why_infinite(p, q, generator),
    )


@np.errstate(over="ignore", invalid="ignore", divide="ignore")  # what no double holds is infinite
def between_integers(p: Measure, q: Measure, *, generator: FDivergence) -> Bracket:
    """Bounds by a sum up to a number beyond which little is left, and what is beyond it merged or bounded.

    The value is the sum, with the gradient of its terms where a law has parameters that are tensors.
    """
    first, second = _laws(p, q)
    head = best_head(first, second, generator)
    lower, upper = head_bounds(head, generator)
    terms = _terms(p, q, head, generator)
    value = array_namespace(terms).sum(terms)
    return _bracket(_as_given(value, p, q), lower, upper, head, generator, None)


def renyi_are_infinitely_apart(p: Measure, q: Measure, *, order: float = 1.0, **options: Any) -> bool:
    """Whether the divergence of this order is infinite by masses that q misses, or by terms that grow."""
    return order > 1 and are_infinitely_apart(p, q, generator=Power(order))


def infinite_renyi_of_integers(p: Measure, q: Measure, *, order: float) -> Bracket:
    """Infinite, as the sum of p^a q^(1-a) is."""
    return infinite_between_integers(p, q, generator=Power(order))


@np.errstate(over="ignore", invalid="ignore", divide="ignore")  # what no double holds is infinite
def renyi_of_integers(p: Measure, q: Measure, *, order: float) -> Bracket:
    """Bounds by a sum of p^a q^(1-a) that stops, and by the f-divergence of this power near p = q."""
    if order == 1:
        raise InvalidInput("order must not be 1, got 1; that divergence is kl", argument="order")
    first, second = _laws(p, q)
    generator = Power(order)
    head = best_head(first, second, generator, order)
    lower, upper = renyi_bounds(head, order)
    terms = _terms(p, q, head, generator)
    xp = array_namespace(terms)
    power = xp.sum(terms)
    if -0.5 < (order - 1) * float(constant(power)) < 1e10:
        value = xp.log1p((order - 1) * power) / (order - 1)
    else:
        log_p, log_q = _log_pair(p, q, head)
        exponent = order * log_p + (1 - order) * log_q
        largest = float(constant(exponent).max())
        value = (xp.log(xp.sum(xp.exp(exponent - largest))) + largest) / (order - 1)
    return _bracket(_as_given(value, p, q), lower, upper, head, generator, order)


def _laws(p: Measure, q: Measure) -> tuple[IntegerLaw, IntegerLaw]:
    first, second = integer_law(p), integer_law(q)
    if first is None or second is None:
        raise InvalidInput("p and q must be laws on whole numbers, or points of the line", argument="p")
    return first, second


def _why_infinite(p: Measure, q: Measure, generator: FDivergence) -> str:
    first, second = _laws(p, q)
    missed = IntegersMissed(lower=math.inf, upper=math.inf, p=first, q=second, generator=generator)
    if (found := missed.number()) is not None:
        k, has, misses = found
        return f"infinite because {has} has mass at {k:g}, where {misses} has none"
    order = generator.order if isinstance(generator, Power) else 2.0 if isinstance(generator, ChiSquared) else 0.0
    if diverges(first, second, order):
        return f"infinite because the terms p^{order:g} q^{1 - order:g} of the sum over whole numbers grow without end"
    return ""


def _log_pair(p: Measure, q: Measure, head: Head) -> tuple[Any, Any]:
    """The logarithms of the masses where both laws have some; tensors where a law is made of them."""
    k = head.atoms[head.shared]
    logs: list[Any] = [head.log_p[head.shared], head.log_q[head.shared]]
    tensor = next((x for law in (p, q) if is_torch(x := like(0.0, law, law))), None)
    if tensor is None:
        return logs[0], logs[1]
    xp = array_namespace(tensor)
    for i, law in enumerate((p, q)):
        given = differentiable_log_masses(law, k, tensor)
        logs[i] = xp.asarray(logs[i], dtype=xp.float64, device=tensor.device) if given is None else given
    return logs[0], logs[1]


@np.errstate(over="ignore", invalid="ignore", divide="ignore")  # what no double holds is infinite
def _terms(p: Measure, q: Measure, head: Head, generator: FDivergence) -> Any:
    """The terms of the numbers that both laws have, and one for all others."""
    log_p, log_q = _log_pair(p, q, head)
    terms = log_terms(generator, log_q, log_p - log_q)
    alone = head.alone(generator)
    xp = array_namespace(terms)
    return xp.concat([terms, xp.reshape(xp.full_like(xp.sum(terms), alone), (1,))])


def _as_given(value: Any, p: Measure, q: Measure) -> Any:
    """In the precision of the tensors that the laws are made of."""
    tensors = [x for law in (p, q) if is_torch(x := like(0.0, law, law))]
    if not tensors:
        return value
    xp = array_namespace(value)
    return xp.astype(value, xp.result_type(*tensors))


def _bracket(
    value: Any, lower: float, upper: float, head: Head, generator: FDivergence, order: float | None
) -> Bracket:
    plain = float(constant(value))
    if not lower <= plain <= upper:
        value = (
            value - (plain - max(min(plain, upper), lower)) if math.isfinite(plain) else 0 * head.log_p.sum() + lower
        )
        lower, upper = min(lower, float(constant(value))), max(upper, float(constant(value)))
    certificate = IntegersRecomputed(
        lower=lower, upper=upper, p=head.p, q=head.q, atoms=head.atoms, last=head.last, generator=generator, order=order
    )
    return Bracket(
        value=value if is_torch(value) else np.float64(value),
        lower=lower,
        upper=upper,
        guarantee=Guarantee.CERTIFIED,
        method="integer_sums",
        certificate=certificate,
        reason=_why_no_bound(lower, upper),
    )


def _why_no_bound(lower: float, upper: float) -> str:
    if math.isfinite(upper):
        return ""
    if lower > 1e308:
        return "larger than the largest double"
    return "no upper bound is known for what the numbers that were not summed add"
