"""f-divergences of laws with densities that can be drawn from: Monte Carlo with an interval that its seed reproduces."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from scipy.special import ndtri

from dualgap import validation
from dualgap.bracket import Bracket, Certificate, Guarantee
from dualgap.divergences.betting import SHARE, lower_mean
from dualgap.divergences.generators import FDivergence, Jeffreys, KullbackLeibler
from dualgap.divergences.log_atoms import LogAtoms, farthest
from dualgap.divergences.singular import on_one_space
from dualgap.divergences.user import Generator
from dualgap.errors import CertificateError, InvalidInput
from dualgap.measures import Measure
from dualgap.measures.draws import can_be_drawn, draws_of, log_density_at

__all__ = ["DrawsRecomputed", "by_bounded_draws", "by_draws", "can_be_bounded", "can_be_estimated"]

DRAWS = 100_000
#: Logarithms of densities are cut at this distance from that of the middle law, which changes no term by more than rounding.
FAR = 700.0


def can_be_bounded(p: Measure, q: Measure, *, generator: FDivergence | None = None, **options: Any) -> bool:
    """Whether both laws have densities that can be drawn from, and the divergence is bounded."""
    return generator is not None and math.isfinite(generator.singular) and _can(p, q, generator)


def can_be_estimated(p: Measure, q: Measure, *, generator: FDivergence | None = None, **options: Any) -> bool:
    """Whether both laws have densities that can be drawn from, and the divergence has no bound."""
    return generator is not None and generator.singular == math.inf and _can(p, q, generator)


def _can(p: Measure, q: Measure, generator: FDivergence) -> bool:
    return not isinstance(generator, Generator) and can_be_drawn(p) and can_be_drawn(q) and on_one_space(p, q)


def by_bounded_draws(
    p: Measure,
    q: Measure,
    *,
    generator: FDivergence,
    draws: int = DRAWS,
    seed: int = 0,
    confidence: float = 0.95,
) -> Bracket:
    """The mean of a bounded function over draws of the mixture of both laws, with an interval at any number of draws.

    .. math:: D_f(p \\| q) = E_m\\left[\\frac{q}{m} f\\Bigl(\\frac pq\\Bigr)\\right], \\qquad m = \\tfrac12 (p + q)

    A term depends on p / m in [0, 2] only and is convex in it, so it is at most twice the larger of f(0) and the slope of f
    at infinity: ln 2 for JS, whose term is ln 2 - h(p / (p + q)), and 1 for V and H^2. The bounds are those of a betting
    martingale in either direction, with half of the doubt each.
    """
    terms = _terms(p, q, generator, draws, seed)
    lower, upper = _betting(terms, generator, validation.confidence_level(confidence))
    value = float(terms.mean())
    return Bracket(
        value=np.float64(value),
        lower=min(lower, value),
        upper=max(upper, value),
        guarantee=Guarantee.CONFIDENCE,
        method="monte_carlo",
        certificate=DrawsRecomputed(
            lower=lower, upper=upper, p=p, q=q, generator=generator, draws=draws, seed=seed, confidence=confidence
        ),
        confidence=confidence,
    )


def by_draws(
    p: Measure,
    q: Measure,
    *,
    generator: FDivergence,
    draws: int = DRAWS,
    seed: int = 0,
    confidence: float = 0.95,
) -> Bracket:
    """The mean over draws of the mixture of both laws, with the interval of the central limit theorem.

    It is too short where the terms have heavy tails: where ln(p/q) is large on a set that the draws seldom meet, and for
    chi-squared wherever p is wider than q.
    """
    terms = _terms(p, q, generator, draws, seed)
    level = validation.confidence_level(confidence)
    value, width = float(terms.mean()), float(ndtri((1 + level) / 2)) * float(terms.std(ddof=1)) / math.sqrt(len(terms))
    lower, upper = max(value - width, 0.0), value + width
    return Bracket(
        value=np.float64(value),
        lower=lower,
        upper=upper,
        guarantee=Guarantee.ASYMPTOTIC,
        method="monte_carlo",
        certificate=DrawsRecomputed(
            lower=lower, upper=upper, p=p, q=q, generator=generator, draws=draws, seed=seed, confidence=level
        ),
        confidence=level,
    )


def _drawn(p: Measure, q: Measure, draws: int, seed: int) -> np.ndarray:
    """Draws of (p + q) / 2 in the order of their making: each is of p or of q, by a coin."""
    rng = np.random.default_rng(seed)
    coin = rng.random(draws) < 0.5
    points = np.empty((draws, p.dimension or 1))
    points[coin] = draws_of(p, int(coin.sum()), rng)
    points[~coin] = draws_of(q, int((~coin).sum()), rng)
    return points


def _terms(p: Measure, q: Measure, generator: FDivergence, draws: int, seed: int) -> np.ndarray:
    validation.count(draws, "draws", at_least=2)
    validation.count(seed, "seed", at_least=0)
    x = _drawn(p, q, draws, seed)
    log_p, log_q = log_density_at(p, x), log_density_at(q, x)
    middle, far = np.logaddexp(log_p, log_q) - math.log(2), farthest(generator)
    for log, limit, name in ((log_q, generator.at_infinity, "q"), (log_p, generator.at_zero, "p")):
        if limit == math.inf and (log < middle - far).any():
            raise InvalidInput(
                f"{name} must have a density within a factor of e^{far:g} of the other at every draw, got "
                f"e^{float((log - middle).min()):g}: the divergence is infinite, or draws do not show it",
                argument=name,
            )
    log_p, log_q = (np.maximum(log - middle, -far) for log in (log_p, log_q))
    return generator.terms(LogAtoms(log_q, log_p - log_q, generator.reach))


def _largest(generator: FDivergence) -> float:
    return 2 * max(generator.at_zero + generator.slope, generator.at_infinity - generator.slope)


def _betting(terms: np.ndarray, generator: FDivergence, confidence: float) -> tuple[float, float]:
    top, level = _largest(generator), 1 - (1 - confidence) / 2
    kept = np.clip(terms, 0.0, top)
    return lower_mean(kept, 0.0, top, level), top - lower_mean(top - kept, 0.0, top, level)


@final
@dataclass(frozen=True, kw_only=True)
class DrawsRecomputed(Certificate):
    """The laws and the seed, from which the draws are made again and their terms computed by the plain formula.

    Parameters
    ----------
    p, q : Measure
    generator : FDivergence
    draws, seed : int
    confidence : float
    """

    p: Measure
    q: Measure
    generator: FDivergence
    draws: int
    seed: int
    confidence: float

    def bounds(self) -> tuple[float, float]:
        """The interval from the same draws.

        Raises
        ------
        CertificateError
            When the draws do not refute the means beyond a bound.
        """
        x = _drawn(self.p, self.q, self.draws, self.seed)
        log_p, log_q = log_density_at(self.p, x), log_density_at(self.q, x)
        share = 1 / (1 + np.exp(np.clip(log_q - log_p, -FAR, FAR)))  # p / (p + q)
        other = 1 / (1 + np.exp(np.clip(log_p - log_q, -FAR, FAR)))
        f = self.generator
        if isinstance(f, (KullbackLeibler, Jeffreys)):
            ratio = np.clip(log_p - log_q, -farthest(f), farthest(f))
            weight = share - other if isinstance(f, Jeffreys) else share
            terms = 2 * weight * ratio - f.slope * 2 * (share - other)
        else:
            terms = f.perspective(2 * share, 2 * other) - f.slope * 2 * (share - other)
        near = np.abs(log_p - log_q) < 0.2
        terms[near] = 2 * other[near] * f.remainder(np.expm1((log_p - log_q)[near]))
        if math.isfinite(f.singular):
            top, level = _largest(f), 1 - (1 - self.confidence) / 2
            kept = np.clip(terms, 0.0, top)
            for ends, what in ((kept / top, self.lower / top), (1 - kept / top, 1 - self.upper / top)):
                if what > 1e-11 and not _refutes(ends.tolist(), what - 1e-11, level):
                    raise CertificateError("the draws do not refute what lies beyond a bound")
            return self.lower, self.upper
        mean = math.fsum(terms) / len(terms)
        variance = math.fsum((terms - mean) ** 2) / (len(terms) - 1)
        width = float(ndtri((1 + self.confidence) / 2)) * math.sqrt(variance / len(terms))
        # The spread of a heavy tail is a difference of sums: it agrees with the method's to rounding only.
        return max(mean - width, 0.0) + 1e-12 * mean, mean + width - 1e-12 * mean


def _refutes(z: list[float], mu: float, level: float) -> bool:
    """Whether a gambler against the mean mu multiplies a fortune by 1 / (1 - level); bets look at earlier draws only."""
    goal = 1 / (1 - level)
    wealth, total, squares, variance = 1.0, 0.5, 0.25, 0.25
    for t, term in enumerate(z, start=1):
        wealth *= 1 + min(math.sqrt(2 * math.log(goal) / (variance * len(z))), SHARE / mu) * (term - mu)
        if wealth >= goal:
            return True
        total += term
        squares += (term - total / (t + 1)) ** 2
        variance = squares / (t + 1)
    return False
