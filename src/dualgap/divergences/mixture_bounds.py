"""Closed-form bounds of divergences between mixtures of Gaussians in any dimension.

With D_ij = KL(p_i || q_j), B_ij the Bhattacharyya coefficient, z_ij the integral of p_i q_j and H_i the entropy of p_i, for
p = sum a_i p_i and q = sum b_j q_j:

.. math::
    \\sum_i a_i \\Bigl[\\ln \\frac{\\sum_k a_k e^{-D(p_i \\| p_k)}}{\\sum_j b_j z_{ij}} - H_i\\Bigr] \\le KL(p \\| q) \\le
    \\sum_i a_i \\ln \\frac{\\sum_k a_k B(p_i, p_k)}{\\sum_j b_j e^{-D_{ij}}}

The left side is Durrieu's, by Jensen's inequality and a variational bound; the right side has the entropy bound of Kolchinsky
and Tracey where Durrieu has Jensen's inequality again. Both, the convexity of KL over couplings of the components, and
KL >= -2 ln B are used, and the best are kept.

Reference: durrieu2012, kolchinsky2017, hershey2007
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np

from dualgap.bracket import Bracket, Certificate, Guarantee
from dualgap.divergences.component_pairs import (
    ComponentPairs,
    Components,
    components_of,
    pairs_by_cholesky,
    pairs_by_eigenvalues,
)
from dualgap.divergences.generators import (
    FDivergence,
    Jeffreys,
    JensenShannon,
    KullbackLeibler,
    SquaredHellinger,
    TotalVariation,
)
from dualgap.divergences.plain import log_sum
from dualgap.divergences.skew import SkewJensenShannon
from dualgap.errors import InvalidInput
from dualgap.measures import Measure

__all__ = ["MixtureRecomputed", "are_mixtures", "between_mixtures", "variational_value"]

KNOWN = (Jeffreys, JensenShannon, KullbackLeibler, SkewJensenShannon, SquaredHellinger, TotalVariation)
ROUNDS = 30
#: Components of both laws together, beyond whose square the matrices of pairs are too many.
MOST = 400


@final
@dataclass(frozen=True, kw_only=True)
class MixtureRecomputed(Certificate):
    """The components of both laws, between which all divergences are computed again from eigenvalues.

    The inequalities are the same; what is solved by triangular factors and logarithms of sums is found again by inverses,
    one pair at a time.

    Parameters
    ----------
    p, q : Components
    generator : FDivergence
    """

    p: Components
    q: Components
    generator: FDivergence

    def bounds(self) -> tuple[float, float]:
        """Both bounds."""
        both = _together(self.p, self.q)
        pairs = pairs_by_eigenvalues(both)
        lower, upper = _Bounds(pairs, both.weights, len(self.p.weights)).of(self.generator)
        return max(lower, 0.0), min(upper, self.generator.singular)


def are_mixtures(p: Measure, q: Measure, *, generator: FDivergence | None = None, **options: object) -> bool:
    """Whether both are Gaussians or mixtures of them, none singular, and the divergence is one that has such bounds."""
    if not isinstance(generator, KNOWN):
        return False
    first, second = components_of(p), components_of(q)
    return first is not None and second is not None and len(first.weights) + len(second.weights) <= MOST


def between_mixtures(p: Measure, q: Measure, *, generator: FDivergence) -> Bracket:
    """Bounds of Durrieu and of Kolchinsky and Tracey from the components; the value is their middle."""
    first, second = components_of(p), components_of(q)
    if first is None or second is None:
        raise InvalidInput("p and q must be mixtures of Gaussians that are not singular", argument="p")
    both = _together(first, second)
    pairs = pairs_by_cholesky(both)
    lower, upper = _Bounds(pairs, both.weights, len(first.weights)).of(generator)
    slack = 8 * pairs.error
    lower, upper = max(lower - slack, 0.0), min(upper + slack, generator.singular)
    lower = min(lower, upper)
    return Bracket(
        value=np.float64((lower + upper) / 2),
        lower=lower,
        upper=upper,
        guarantee=Guarantee.CERTIFIED,
        method="mixture_bounds",
        certificate=MixtureRecomputed(lower=lower, upper=upper, p=first, q=second, generator=generator),
        reason="the value is the middle of closed-form bounds; more digits take cells on the line, or Monte Carlo",
    )


def variational_value(p: Measure, q: Measure) -> float:
    """The variational approximation of Hershey and Olsen to KL, which is neither an upper nor a lower bound.

    .. math:: \\sum_i a_i \\ln \\frac{\\sum_k a_k e^{-D(p_i \\| p_k)}}{\\sum_j b_j e^{-D_{ij}}}

    Examples
    --------
    >>> from dualgap.measures import Gaussian
    >>> round(variational_value(Gaussian(0.0, 1.0), Gaussian(1.0, 1.0)), 12)
    0.5

    Reference: hershey2007
    """
    first, second = components_of(p), components_of(q)
    if first is None or second is None:
        raise InvalidInput("p and q must be mixtures of Gaussians that are not singular", argument="p")
    both = _together(first, second)
    bounds = _Bounds(pairs_by_cholesky(both), both.weights, len(first.weights))
    return float(bounds.a @ (bounds.own(bounds.ours, bounds.a, -bounds.pairs.kl) - bounds.across(-bounds.pairs.kl)))


def _together(p: Components, q: Components) -> Components:
    return Components(
        np.concatenate([p.weights, q.weights]),
        np.concatenate([p.means, q.means]),
        np.concatenate([p.covariances, q.covariances]),
    )


class _Bounds:
    """Bounds between the first components and the rest, from the matrices over all pairs."""

    def __init__(self, pairs: ComponentPairs, weights: np.ndarray, first: int) -> None:
        self.pairs = pairs
        self.ours, self.theirs = np.arange(first), np.arange(first, len(weights))
        self.a, self.b = weights[:first], weights[first:]

    def swapped(self) -> _Bounds:
        """The laws in the other order."""
        return self._between(self.theirs, self.b, self.ours, self.a)

    def _between(self, ours: np.ndarray, a: np.ndarray, theirs: np.ndarray, b: np.ndarray) -> _Bounds:
        other = _Bounds(self.pairs, np.concatenate([a, b]), len(a))
        other.ours, other.theirs = ours, theirs
        return other

    def own(self, group: np.ndarray, weights: np.ndarray, exponents: np.ndarray) -> np.ndarray:
        """ln sum_k w_k e^(x_ik) within one law."""
        return log_sum(exponents[np.ix_(group, group)] + np.log(weights), axis=1)

    def across(self, exponents: np.ndarray) -> np.ndarray:
        """ln sum_j b_j e^(x_ij) from ours to theirs."""
        return log_sum(exponents[np.ix_(self.ours, self.theirs)] + np.log(self.b), axis=1)

    def of(self, generator: FDivergence) -> tuple[float, float]:
        """Both bounds of a divergence."""
        if isinstance(generator, KullbackLeibler):
            return self.kl()
        if isinstance(generator, Jeffreys):
            (low, high), (other_low, other_high) = self.kl(), self.swapped().kl()
            return low + other_low, high + other_high
        if isinstance(generator, (JensenShannon, SkewJensenShannon)):
            return self.js(getattr(generator, "weight", 0.5))
        least, most = self.affinity()
        if isinstance(generator, TotalVariation):
            return 1 - most, math.sqrt(max(1 - least**2, 0.0))
        return 1 - most, 1 - least

    def kl(self) -> tuple[float, float]:
        """Bounds of KL."""
        pairs, entropy = self.pairs, self.pairs.entropy[self.ours]
        lower = float(self.a @ (self.own(self.ours, self.a, -pairs.kl) - self.across(pairs.log_product) - entropy))
        cross = self.across(-pairs.kl)
        upper = min(
            float(self.a @ (self.own(self.ours, self.a, pairs.log_product) - cross + entropy)),
            float(self.a @ (self.own(self.ours, self.a, -pairs.bhattacharyya) - cross)),
            self._coupled(),
        )
        most = self._largest_affinity()
        return max(lower, -2 * math.log(most) if most > 0 else 0.0, 0.0), upper

    def _coupled(self) -> float:
        """sum s_ij ln(s_ij / r_ij) + s_ij D_ij over two splittings of the components: KL before they are put together."""
        kl = self.pairs.kl[np.ix_(self.ours, self.theirs)]
        cost = kl - kl.min(axis=1, keepdims=True)
        s = self.a[:, None] * self.b
        for _ in range(ROUNDS):
            sums = s.sum(0)
            r = np.where(sums > 0, self.b * s / np.where(sums > 0, sums, 1.0), self.b / len(self.a))
            weighted = r * np.exp(-cost)
            total = weighted.sum(1, keepdims=True)
            s = np.where(
                total > 0, self.a[:, None] * weighted / np.where(total > 0, total, 1.0), self.a[:, None] * self.b
            )
        sums = s.sum(0)
        r = np.where(sums > 0, self.b * s / np.where(sums > 0, sums, 1.0), self.b / len(self.a))
        used = s > 0
        with np.errstate(divide="ignore"):
            return float((s[used] * (np.log(s[used] / r[used]) + kl[used])).sum())

    def _largest_affinity(self) -> float:
        """B of the mixtures is at most sum sqrt(a_i b_j) B_ij, as a root of a sum is at most the sum of the roots."""
        logs = -self.pairs.bhattacharyya[np.ix_(self.ours, self.theirs)]
        return min(float((np.sqrt(self.a[:, None] * self.b) * np.exp(logs)).sum()), 1.0)

    def affinity(self) -> tuple[float, float]:
        """Bounds of B: by the inequality of Cauchy and Schwarz over two splittings of the components, and by KL."""
        squares = np.exp(-2 * self.pairs.bhattacharyya[np.ix_(self.ours, self.theirs)])
        s, r = self.a[:, None] * self.b, self.a[:, None] * self.b
        for _ in range(ROUNDS):
            s = self._split(r * squares, self.a[:, None], 1)
            r = self._split(s * squares, self.b[None], 0)
        least = float(np.sqrt(s * r * squares).sum())
        most = self._largest_affinity()
        nearest = min(self.kl()[1], self.swapped().kl()[1])
        least = max(least, math.exp(-nearest / 2))
        return min(least, most), most

    @staticmethod
    def _split(values: np.ndarray, sums: np.ndarray, axis: int) -> np.ndarray:
        total = values.sum(axis, keepdims=True)
        even = sums / values.shape[axis] + 0 * values
        return np.where(total > 0, sums * values / np.where(total > 0, total, 1.0), even)

    def _entropy(self, group: np.ndarray, weights: np.ndarray) -> tuple[float, float]:
        """Bounds of the entropy of a mixture, of Kolchinsky and Tracey."""
        inner = float(weights @ self.pairs.entropy[group])
        low = inner - float(weights @ self.own(group, weights, -self.pairs.bhattacharyya))
        return low, inner - float(weights @ self.own(group, weights, -self.pairs.kl))

    def js(self, w: float) -> tuple[float, float]:
        """Bounds of w KL(p || m) + v KL(q || m), m = w p + v q."""
        v = 1 - w
        everyone, mixed = np.concatenate([self.ours, self.theirs]), np.concatenate([w * self.a, v * self.b])
        to_middle = self._between(self.ours, self.a, everyone, mixed).kl()
        from_middle = self._between(self.theirs, self.b, everyone, mixed).kl()
        whole, first, second = (
            self._entropy(group, weights)
            for group, weights in ((everyone, mixed), (self.ours, self.a), (self.theirs, self.b))
        )
        lower = max(w * to_middle[0] + v * from_middle[0], whole[0] - w * first[1] - v * second[1], 0.0)
        upper = min(
            w * to_middle[1] + v * from_middle[1],
            whole[1] - w * first[0] - v * second[0],
            -w * _log_mean(w, self.kl()[1]) - v * _log_mean(v, self.swapped().kl()[1]),
        )
        if w == 0.5:
            least, most = self.affinity()
            lower, upper = max(lower, -math.log((1 + most) / 2)), min(upper, 1 - least)
        return lower, upper


def _log_mean(share: float, divergence: float) -> float:
    """ln(w + v e^-KL): the middle law is at least that share of the geometric mean with the other law."""
    return math.log(share + (1 - share) * math.exp(-min(divergence, 700.0)))
