"""Lower bounds of divergences from how often a classifier is right on draws that it has not seen."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from scipy.special import bdtrc, xlog1py

from dualgap.binomial import clopper_pearson
from dualgap.bracket import Bracket, Certificate, Guarantee
from dualgap.divergences.held_out import scores_of
from dualgap.errors import CertificateError
from dualgap.measures import Samples
from dualgap.validation import confidence_level

__all__ = ["CountedHits", "js_by_accuracy", "variation_by_accuracy"]


@final
@dataclass(frozen=True, kw_only=True)
class CountedHits(Certificate):
    """How many held-out draws of each law a classifier put where they belong.

    Parameters
    ----------
    hits, draws : pair of int
        Of p and of q.
    level : float
    quantity : str
        ``"total_variation"``, or ``"js"`` for the least JS that goes with it.
    """

    hits: tuple[int, int]
    draws: tuple[int, int]
    level: float
    quantity: str

    def bounds(self) -> tuple[float, float]:
        """Both hit rates from below by bisection on the binomial tail, and total variation from their sum.

        Raises
        ------
        CertificateError
            When there are more hits than draws, or the quantity is none of the two.
        """
        if any(not 0 <= hits <= draws for hits, draws in zip(self.hits, self.draws, strict=True)):
            raise CertificateError(f"hits must be between 0 and the draws, got {self.hits} of {self.draws}")
        if self.quantity not in _FROM_VARIATION:
            raise CertificateError(f"there is no bound of {self.quantity!r} by total variation")
        link, ceiling = _FROM_VARIATION[self.quantity]
        each = (1 - self.level) / 2
        rates = [_least_rate(hits, draws, each) for hits, draws in zip(self.hits, self.draws, strict=True)]
        return link(max(sum(rates) - 1, 0.0)), ceiling


def _least_rate(hits: int, draws: int, tail: float) -> float:
    """The rate at which so many hits or more have the probability ``tail``."""
    low, high = 0.0, 1.0 if hits else 0.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if bdtrc(hits - 1, draws, middle) < tail else (low, middle)
    return low


def _from_hits(p: Samples, q: Samples, quantity: str, *, confidence: float, critic: Any,
               features: str | None, seed: int) -> Bracket:  # fmt: skip
    level = confidence_level(confidence)
    link, ceiling = _FROM_VARIATION[quantity]
    _, (first, second) = scores_of(p, q, critic, features, seed)
    hits = int(np.count_nonzero(first > 0)), int(np.count_nonzero(second <= 0))
    draws = len(first), len(second)
    rates = [clopper_pearson(hit, n, level)[0] for hit, n in zip(hits, draws, strict=True)]
    seen = max(hits[0] / draws[0] + hits[1] / draws[1] - 1, 0.0)
    lower = link(max(sum(rates) - 1, 0.0))
    proof = CountedHits(lower=lower, upper=ceiling, hits=hits, draws=draws, level=level, quantity=quantity)
    return Bracket(
        value=link(seen),
        lower=lower,
        upper=ceiling,
        guarantee=Guarantee.CONFIDENCE,
        method="accuracy",
        certificate=proof,
        confidence=level,
        reason=f"the upper bound is the largest value there is, {ceiling:.4g}: no better one holds for all laws",
    )


def variation_by_accuracy(p: Samples, q: Samples, *, confidence: float = 0.95, critic: Any = None,
                          features: str | None = None, seed: int = 0) -> Bracket:  # fmt: skip
    """The hit rates of a classifier on held-out draws, less one: p(A) - q(A) for the set A that it takes for p.

    .. math:: V \\ge p(A) - q(A) = p(A) + q(A^c) - 1

    Each rate is bounded with half of the error probability, by its exact binomial interval.
    """
    return _from_hits(p, q, "total_variation", confidence=confidence, critic=critic, features=features, seed=seed)


def js_by_accuracy(p: Samples, q: Samples, *, confidence: float = 0.95, critic: Any = None,
                   features: str | None = None, seed: int = 0) -> Bracket:  # fmt: skip
    """The least JS that goes with the total variation that a classifier's held-out accuracy shows.

    .. math:: JS \\ge \\tfrac12 \\big((1 + V) \\ln(1 + V) + (1 - V) \\ln(1 - V)\\big)
    """
    return _from_hits(p, q, "js", confidence=confidence, critic=critic, features=features, seed=seed)


def _least_js(variation: float) -> float:
    return float(xlog1py(1 + variation, variation) + xlog1py(1 - variation, -variation)) / 2


#: What a total variation proves, and what is never exceeded.
_FROM_VARIATION: dict[str, tuple[Callable[[float], float], float]] = {
    "js": (_least_js, math.log(2)),
    "total_variation": (float, 1.0),
}
