"""Divergences from a classifier's density ratio, cross-fitted, with a normal interval."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from scipy.special import ndtri

from dualgap.bracket import Bracket, Certificate, Guarantee
from dualgap.divergences.flats import in_common_unit
from dualgap.divergences.generators import FDivergence
from dualgap.divergences.logistic import FEATURES, fit_ratio
from dualgap.divergences.variational import dual_terms
from dualgap.errors import InvalidInput
from dualgap.measures import Samples
from dualgap.validation import choice, confidence_level, count, detached

__all__ = ["CrossFitted", "by_classifier"]

#: Each draw is scored by a classifier that was fitted to the other four fifths.
FOLDS = 5
LEAST_DRAWS = 50
#: With fewer mistakes on draws left out, the tails of the ratio, on which its mean depends, are not seen.
LEAST_MISTAKES = 10
#: No sample of a size that fits into memory shows a larger logarithm of a density ratio.
LARGEST_SCORE = 30.0


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class CrossFitted(Certificate):
    """Scores of classifiers on the draws that they were not fitted to, and of one that was fitted to all.

    Parameters
    ----------
    apart, together : pairs of (n,) and (m,) arrays
    generator : FDivergence
    level : float
    """

    apart: tuple[np.ndarray, np.ndarray]
    together: tuple[np.ndarray, np.ndarray]
    generator: FDivergence
    level: float

    def bounds(self) -> tuple[float, float]:
        """The value plus and minus its normal margin, with exactly rounded sums."""
        values, variance = [], 0.0
        for scores in (self.apart, self.together):
            terms = [dual_terms(self.generator, one)[side] for side, one in enumerate(scores)]
            means = [math.fsum(one) / len(one) for one in terms]
            values.append(math.fsum(means))
            if scores is self.apart:
                variance = math.fsum(
                    math.fsum((one - mean) ** 2) / (len(one) - 1) / len(one)
                    for one, mean in zip(terms, means, strict=True)
                )
        value, margin = sum(values) / 2, float(ndtri((1 + self.level) / 2)) * math.sqrt(variance)
        ceiling = self.generator.singular
        return min(max(value - margin, 0.0), ceiling), min(max(value + margin, 0.0), ceiling)


def by_classifier(p: Samples, q: Samples, *, generator: FDivergence, confidence: float = 0.95,
                  features: str | None = None, seed: int = 0) -> Bracket:  # fmt: skip
    """Logistic regressions on four fifths of the draws, evaluated on the others, with a normal interval.

    .. math:: \\sup_s E_p f'(e^s) - E_q \\big(e^s f'(e^s) - f(e^s)\\big)

    over polynomials s. At the supremum the value is stationary, so that the error of the fitted weights counts in the second
    order only: too small on draws left out, too large by as much on draws fitted to, and the mean of the two is taken. The
    interval is that of the supremum: of the divergence where ln p/q is such a polynomial (quadratic: two Gaussian laws), of
    a lower bound elsewhere.
    """
    level = confidence_level(confidence)
    x, y = in_common_unit(detached(p.points), detached(q.points))
    for name, draws in (("p", x), ("q", y)):
        if len(draws) < LEAST_DRAWS:
            raise InvalidInput(
                f"{name} must have at least {LEAST_DRAWS} draws for a classifier, got {len(draws)}", argument=name
            )
    d = x.shape[1]
    if features is None:
        features = FEATURES[0 if 3 * (d + 1) * (d + 2) <= len(x) + len(y) else 1]
    choice(features, "features", FEATURES)
    rng = np.random.default_rng(count(seed, "seed", at_least=0))
    folds = [rng.permutation(np.arange(len(draws)) % FOLDS) for draws in (x, y)]
    apart = np.empty(len(x)), np.empty(len(y))
    for fold in range(FOLDS):
        inside, outside = ([label == fold for label in folds], [label != fold for label in folds])
        ratio = fit_ratio(x[outside[0]], y[outside[1]], features)
        for scores, draws, where in zip(apart, (x, y), inside, strict=True):
            scores[where] = ratio(draws[where])
    whole = fit_ratio(x, y, features)
    ceiling = generator.singular
    bounded = [
        tuple(np.clip(one, -LARGEST_SCORE, LARGEST_SCORE) for one in scores) for scores in (apart, (whole(x), whole(y)))
    ]
    evidence: dict[str, Any] = {"apart": bounded[0], "together": bounded[1], "generator": generator}
    proof = CrossFitted(lower=0.0, upper=0.0, level=level, **evidence).claiming()
    value = sum(float(dual_terms(generator, one)[side].mean()) for pair in bounded for side, one in enumerate(pair)) / 2
    wrong = int(np.count_nonzero(apart[0] <= 0) + np.count_nonzero(apart[1] >= 0))
    most = math.log(min(len(x), len(y))) / 2 if ceiling == math.inf else math.inf
    if wrong < LEAST_MISTAKES or value > most:
        return Bracket(
            value=min(max(value, 0.0), ceiling),
            lower=math.nan,
            upper=math.nan,
            guarantee=Guarantee.NONE,
            method="classifier",
            reason=f"the classifier is wrong on {wrong} draws: too few show where the laws overlap for a normal interval; "
            "the method 'held_out' has a lower bound",
        )
    return Bracket(
        value=min(max(value, proof.lower), proof.upper),
        lower=proof.lower,
        upper=proof.upper,
        guarantee=Guarantee.ASYMPTOTIC,
        method="classifier",
        certificate=proof,
        confidence=level,
        reason=f"the interval is that of the best lower bound by {features} functions of the coordinates, which is the "
        "divergence where ln p/q is such a function",
    )
