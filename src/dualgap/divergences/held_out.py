"""Lower bounds of divergences that hold with a stated probability: a critic, and draws that had no part in making it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from dualgap.bracket import Bracket, Certificate, Guarantee
from dualgap.divergences.betting import lower_mean, paired_terms
from dualgap.divergences.draws_needed import why_zero
from dualgap.divergences.flats import in_common_unit
from dualgap.divergences.generators import FDivergence, Power
from dualgap.divergences.hedging import hedged_lower_mean, recomputed_hedged_lower_mean
from dualgap.divergences.logistic import FEATURES, STRONG, fit_ratio
from dualgap.divergences.variational import dual_terms, has_dual_terms
from dualgap.errors import CertificateError, InvalidInput
from dualgap.measures import Samples
from dualgap.validation import as_array, choice, confidence_level, count, detached, optional_function

__all__ = [
    "HeldOutScores",
    "Parts",
    "bracket_of_scores",
    "by_held_out",
    "has_bound",
    "renyi_by_held_out",
    "require_conjugate",
    "scores_of",
    "split_at_random",
]

#: The score is clipped to one of these: a large one says little more than certainty, and widens the terms.
CLIPS = (0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
#: A lower bound above this share of the logarithm of the number of draws has come to the end of what they can show.
CAPPED = 0.5
#: Halvings of an interval that tell one clip from another.
ENOUGH_TO_CHOOSE = 14
#: With fewer draws a half has too few to fit anything to.
LEAST_DRAWS = 20
#: A linear system of more unknowns takes too long to solve for a bound that a few draws can only make weak.
LARGEST_DIMENSION = 2000
#: Of the draws, those that choose the clip of a critic that needs no fitting.
CHOOSING = 0.2

Parts = tuple[np.ndarray, np.ndarray]


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class HeldOutScores(Certificate):
    """Scores of a critic on held-out draws, whose terms are bet on again, one by one.

    .. math:: D_f(p \\| q) \\ge E_p T - E_q f^*(T), \\qquad T = f'(e^{s})

    for every critic s that is fixed before the draws; the terms lie in an interval, as abs(s) is at most ``clip``.

    Parameters
    ----------
    scores : pair of (n,) and (m,) arrays
        On the held-out draws of p and q, clipped.
    generator : FDivergence
    clip : float
    level : float
    order : float, optional
        Of the Renyi divergence that is bounded, instead of the f-divergence.
    """

    scores: Parts
    generator: FDivergence
    clip: float
    level: float
    order: float | None = None

    def bounds(self) -> tuple[float, float]:
        """The largest value that the draws refute, by bisection on a wealth that is multiplied up draw by draw.

        Raises
        ------
        CertificateError
            When a score exceeds the clip, the terms of q are not those of the convex conjugate, or the order is not that
            of the generator.
        """
        if self.order is not None and not (isinstance(self.generator, Power) and self.generator.order == self.order):
            raise CertificateError(f"the generator is not the power of order {self.order!r}")
        for scores in self.scores:
            if not (np.abs(scores) <= self.clip).all():
                raise CertificateError(f"scores must be at most {self.clip:g} in size")
        require_conjugate(self.generator, self.scores, self.clip)
        low, high = _interval(self.generator, self.clip)
        first, second = dual_terms(self.generator, self.scores[0])[0], dual_terms(self.generator, self.scores[1])[1]
        below = recomputed_hedged_lower_mean(paired_terms(first, second), low, high, self.level)
        return max(0.0, _linked(below, self.order)), _ceiling(self.generator, self.order)


def require_conjugate(generator: FDivergence, scores: Parts, reach: float) -> None:
    """Young's inequality: the line through the terms at one ratio lies below f, less its tangent at 1, at all others.

    Parameters
    ----------
    generator : FDivergence
    scores : pair of arrays
    reach : float
        Of the scores that are looked at.

    Raises
    ------
    CertificateError
        When the terms of q are not those of the convex conjugate.
    """
    scores_seen = np.concatenate([np.linspace(-reach, reach, 129), *(one[:64] for one in scores)])
    real, fake = dual_terms(generator, scores_seen)
    ratio = np.exp(scores_seen)
    f = generator.f(ratio) - generator.slope * (ratio - 1)
    lines = real[:, None] * ratio + fake[:, None]
    # The terms are sums of numbers of the order of 1, also where they are next to 0.
    size = 1e-12 * (np.abs(f) + np.abs(real[:, None]) * ratio + np.abs(fake[:, None])) + 1e-14 * (1 + ratio)
    if not (lines <= f + size).all():
        raise CertificateError("the terms are not those of the generator and its conjugate")


def _interval(generator: FDivergence, clip: float) -> tuple[float, float]:
    """What a sum of the two terms lies between, as one increases and the other decreases in the score."""
    ends = np.array([-clip, clip])
    real, fake = dual_terms(generator, ends)
    return float(real[0] + fake[1]), float(real[1] + fake[0])


def split_at_random(points: Parts, share: float, seed: int) -> tuple[Parts, Parts]:
    """A share of the draws of both samples to fit or to choose by, and the others.

    Examples
    --------
    >>> first, second = split_at_random((np.zeros((10, 1)), np.zeros((20, 1))), 0.5, 0)
    >>> [len(part) for part in (*first, *second)]
    [5, 10, 5, 10]
    """
    rng = np.random.default_rng(seed)
    shuffled = [draws[rng.permutation(len(draws))] for draws in points]
    (x, held_x), (y, held_y) = (np.split(draws, [round(share * len(draws))]) for draws in shuffled)
    return (x, y), (held_x, held_y)


def scores_of(p: Samples, q: Samples, critic: Any, features: str | None, seed: int) -> tuple[Parts, Parts]:
    """Scores on the draws that the critic was fitted to (or is tuned by), and on the held-out ones.

    Parameters
    ----------
    critic : callable or None
        (n, d) array -> (n,) scores, fixed before the draws were seen; a logistic regression on half of them otherwise.
    features : str or None
        Of the regression; quadratic where there are draws enough, linear otherwise.

    Raises
    ------
    InvalidInput
        For fewer than 20 draws, and a critic that does not give one finite number a point.
    """
    points = detached(p.points), detached(q.points)
    for name, draws in zip(("p", "q"), points, strict=True):
        if len(draws) < LEAST_DRAWS:
            raise InvalidInput(
                f"{name} must have at least {LEAST_DRAWS} draws to be split, got {len(draws)}", argument=name
            )
    seed = count(seed, "seed", at_least=0)
    if optional_function(critic, "critic") is not None:
        parts = split_at_random(points, CHOOSING, seed)
        first, second = (tuple(_scored(critic, draws) for draws in part) for part in parts)
        return first, second  # pyright: ignore[reportReturnType]
    (x, y), held_out = split_at_random(in_common_unit(*points), 0.5, seed)
    d = x.shape[1]
    if features is None:
        features = FEATURES[0 if 2 * (d + 1) * (d + 2) <= len(x) + len(y) else 1]
    crowded = 4 * (d + 1) > len(x) + len(y)
    if crowded and d > LARGEST_DIMENSION:
        raise InvalidInput(
            f"p and q must have at most {LARGEST_DIMENSION} dimensions, or {4 * (d + 1)} draws to fit to, got {d} dimensions "
            f"and {len(x) + len(y)} such draws; pass a critic= of your own, fitted to other draws",
            argument="p",
        )
    ridge = max(STRONG, d / 20) if crowded and features == "linear" else 1e-3
    ratio = fit_ratio(x, y, choice(features, "features", FEATURES), ridge=ridge)
    return (ratio(x), ratio(y)), (ratio(held_out[0]), ratio(held_out[1]))


def _scored(critic: Callable[[Any], Any], draws: np.ndarray) -> np.ndarray:
    scores = detached(as_array(critic(draws), "critic"))
    if scores.shape not in ((len(draws),), (len(draws), 1)):
        raise InvalidInput(
            f"critic must give one score a point, shape ({len(draws)},), got shape {scores.shape}", argument="critic"
        )
    return scores.reshape(len(draws))


def has_bound(p: Samples, q: Samples, *, generator: FDivergence, **options: Any) -> bool:
    """Whether the variational terms of the generator are known."""
    return has_dual_terms(generator)


def by_held_out(p: Samples, q: Samples, *, generator: FDivergence, confidence: float = 0.95, critic: Any = None,
                features: str | None = None, seed: int = 0) -> Bracket:  # fmt: skip
    """A classifier fitted to half of the draws, and a lower bound from the others by betting.

    .. math:: D_f(p \\| q) \\ge E_p f'(e^s) - E_q \\big(e^s f'(e^s) - f(e^s)\\big)
    """
    return _bound(p, q, generator, None, confidence=confidence, critic=critic, features=features, seed=seed)


def renyi_by_held_out(p: Samples, q: Samples, *, order: float, confidence: float = 0.95, critic: Any = None,
                      features: str | None = None, seed: int = 0) -> Bracket:  # fmt: skip
    """The held-out bound of the power divergence of the same order, of which Renyi's is an increasing function."""
    return _bound(p, q, Power(order), order, confidence=confidence, critic=critic, features=features, seed=seed)


def _linked(power: float, order: float | None) -> float:
    """ln(1 + (a - 1) D) / (a - 1) of the power divergence D; itself without an order.

    Where a > 1, a D below -1 / (a - 1) says nothing; where a < 1, one above 1 / (1 - a) says that the laws are singular.
    """
    if order is None:
        return power
    inner = (order - 1) * power
    if inner <= -1:
        return -math.inf if order > 1 else math.inf
    return math.log1p(inner) / (order - 1)


def _ceiling(generator: FDivergence, order: float | None) -> float:
    """What the divergence never exceeds."""
    return generator.singular if order is None else math.inf


def _bound(p: Samples, q: Samples, generator: FDivergence, order: float | None, *, confidence: float,
           critic: Any, features: str | None, seed: int) -> Bracket:  # fmt: skip
    level = confidence_level(confidence)
    fitted, held_out = scores_of(p, q, critic, features, seed)
    return bracket_of_scores(fitted, held_out, generator, level=level, order=order)


def bracket_of_scores(fitted: Parts, held_out: Parts, generator: FDivergence, *, level: float,
                      order: float | None = None) -> Bracket:  # fmt: skip
    """What a critic's scores prove of the laws: CONFIDENCE below, at every number of draws.

    Parameters
    ----------
    fitted : pair of arrays
        Estimates of ln p/q at draws that choose what they are clipped to.
    held_out : pair of arrays
        The same at draws that had no part in making the critic.
    generator : FDivergence
    level : float
    order : float, optional
        Of the Renyi divergence that is asked for.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x, y = rng.normal(size=4000) + 1, rng.normal(size=4000)  # ln p/q = x - 1/2, KL = 1/2
    >>> scores = (x[:500] - 0.5, y[:500] - 0.5), (x[500:] - 0.5, y[500:] - 0.5)
    >>> from dualgap.divergences import KullbackLeibler
    >>> 0.4 < bracket_of_scores(*scores, KullbackLeibler(), level=0.95).lower < 0.5
    True
    """

    def terms(scores: Parts, clip: float) -> Parts:
        first, second = (np.clip(one, -clip, clip) for one in scores)
        return dual_terms(generator, first)[0], dual_terms(generator, second)[1]

    def promise(clip: float) -> float:
        """What constant stakes would prove: near enough to choose by, and quicker."""
        paired = paired_terms(*terms(fitted, clip))
        return lower_mean(paired, *_interval(generator, clip), level, halvings=ENOUGH_TO_CHOOSE)

    clip = max(CLIPS, key=promise)
    proving, (low, high) = paired_terms(*terms(held_out, clip)), _interval(generator, clip)
    below = hedged_lower_mean(proving, low, high, level)
    lower = max(0.0, _linked(below, order))
    ceiling = _ceiling(generator, order)
    first, second = terms(held_out, CLIPS[-1])
    value = min(max(_linked(float(first.mean() + second.mean()), order), lower), ceiling)
    proof = HeldOutScores(
        lower=min(lower, ceiling),
        upper=ceiling,
        scores=tuple(np.clip(one, -clip, clip) for one in held_out),  # pyright: ignore[reportArgumentType]
        generator=generator,
        clip=clip,
        level=level,
        order=order,
    )
    largest = f"about {math.log(min(map(len, held_out))):.2g} nats (the logarithm of the number of held-out draws)"
    capped = lower > CAPPED * math.log(min(map(len, held_out)))
    at_cap = f">= {lower:.4g}, and nothing that such draws can show says by how much: " if capped else ""
    reason = (
        f"{at_cap}no upper bound holds for all laws, and no lower bound above {largest} can be shown"
        if ceiling == math.inf
        else f"the upper bound is the largest value there is, {ceiling:.4g}: no better one holds for all laws"
    )
    return Bracket(
        value=value,
        lower=proof.lower,
        upper=ceiling,
        guarantee=Guarantee.CONFIDENCE,
        method="held_out",
        certificate=proof,
        confidence=level,
        reason="; ".join(filter(None, (why_zero(lower, proving, high - low, level), reason))),
    )
