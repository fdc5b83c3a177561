"""Closed forms between Gaussians of any dimension, stable near equality, singular covariances included."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
from scipy.special import erf

from dualgap.bracket import Bracket, Guarantee
from dualgap.divergences.decimals import (
    GaussianJeffreys,
    GaussianKL,
    GaussianOverlap,
    GaussianVariation,
    GaussianVariationBounds,
)
from dualgap.divergences.gaussian_bracket import closed_form, rounded
from dualgap.divergences.gaussian_pair import GaussianPair
from dualgap.divergences.kernels import TERMS, constant, horner
from dualgap.measures import Gaussian
from dualgap.validation import detached, is_torch

__all__ = [
    "are_equal",
    "between_equal",
    "bhattacharyya_distance",
    "js_between",
    "kl_between",
    "relative_entropy",
]

#: Squares below this are near the least normal float.
SMALLEST_SQUARE = 1e-290


def kl_between(p: Gaussian, q: Gaussian) -> Bracket:
    """The closed form in any dimension, on the common affine subspace where the covariances are singular."""
    pair = GaussianPair(p, q)
    return closed_form(pair, lambda: rounded(*relative_entropy(pair), pair), GaussianKL)


def js_between(p: Gaussian, q: Gaussian) -> Bracket:
    """Closed-form bounds from the overlap and the two KL divergences; the value is their middle.

    .. math:: \\ln 2\\,(1 - B) \\le JS \\le
              \\min\\bigl(1 - B,\\; \\tfrac18 J,\\; -\\tfrac12 \\sum \\ln \\tfrac{1 + e^{-KL}}{2}\\bigr)
    """
    pair = GaussianPair(p, q)
    return closed_form(pair, lambda: _js_bounds(pair), GaussianOverlap, method="overlap")


def _js_bounds(pair: GaussianPair) -> tuple[Any, float, float]:
    xp = pair.xp
    distance, error = bhattacharyya_distance(pair)
    divergences = [relative_entropy(pair), relative_entropy(GaussianPair(pair.q, pair.p))]
    apart = -xp.expm1(-distance)
    jeffreys = (divergences[0][0] + divergences[1][0]) / 8
    mixed = -sum(xp.log1p(xp.expm1(-kl) / 2) for kl, _ in divergences) / 2
    value = (math.log(2) * apart + xp.minimum(xp.minimum(apart, jeffreys), mixed)) / 2
    # Each bound is increasing in what it is made of, so what rounding can have done is put into its arguments.
    most = [float(constant(kl)) + slack for kl, slack in divergences]
    lower = -math.log(2) * math.expm1(-max(float(constant(distance)) - error, 0.0))
    upper = min(
        -math.expm1(-float(constant(distance)) - error),
        sum(most) / 8,
        -sum(math.log1p(math.expm1(-kl) / 2) for kl in most) / 2,
    )
    lower, upper = lower * (1 - 1e-15), min(upper * (1 + 1e-15), math.log(2))
    return xp.astype(value, pair.dtype), lower, upper


def jeffreys_between(p: Gaussian, q: Gaussian) -> Bracket:
    """The closed form in any dimension: KL in one direction plus KL in the other."""
    pair = GaussianPair(p, q)

    def doubles() -> tuple[Any, float, float]:
        (forward, first), (backward, second) = relative_entropy(pair), relative_entropy(GaussianPair(q, p))
        total = forward + backward
        return rounded(total, first + second + 4e-16 * float(constant(total)), pair)

    return closed_form(pair, doubles, GaussianJeffreys)


def variation_between_shifted(p: Gaussian, q: Gaussian) -> Bracket:
    """erf(D / sqrt 8) for equal covariances, with D the Mahalanobis distance of the means."""
    pair = GaussianPair(p, q)
    return closed_form(pair, lambda: _shifted_bounds(pair), GaussianVariation)


def _shifted_bounds(pair: GaussianPair) -> tuple[Any, float, float]:
    square = pair.distance(pair.reduced[1]) if pair.rank else pair.xp.sum(pair.reduced[2])
    plain = float(constant(square))
    if plain < SMALLEST_SQUARE and bool((detached(pair.p.mean) != detached(pair.q.mean)).any()):
        return None, 0.0, math.inf  # the square is losing its digits: in many of them, then
    # sqrt has no slope at 0: the total variation is not differentiable at p = q, where the gradient given is 0.
    root = pair.xp.sqrt(square) if plain > 0 else square
    value = root.div(math.sqrt(8)).erf() if is_torch(root) else erf(root / math.sqrt(8))
    given, lower, upper = rounded(value, 4 * (pair.rounding + 1e-15) * float(constant(value)), pair)
    upper = min(upper, max(1.0, float(constant(given))))
    return given, lower, upper


def variation_between(p: Gaussian, q: Gaussian) -> Bracket:
    """Closed-form bounds from the overlap and the two KL divergences; the value is their middle.

    .. math:: 1 - B \\le V \\le \\min\\bigl(\\sqrt{1 - B^2},\\; \\sqrt{KL / 2},\\; \\sqrt{1 - e^{-KL}}\\bigr)
    """
    pair = GaussianPair(p, q)
    return closed_form(pair, lambda: _variation_bounds(pair), GaussianVariationBounds, method="overlap")


def _variation_bounds(pair: GaussianPair) -> tuple[Any, float, float]:
    xp = pair.xp
    distance, error = bhattacharyya_distance(pair)
    divergences = [relative_entropy(pair), relative_entropy(GaussianPair(pair.q, pair.p))]
    smaller = xp.minimum(divergences[0][0], divergences[1][0])
    squares = xp.minimum(xp.minimum(-xp.expm1(-2 * distance), smaller / 2), -xp.expm1(-smaller))
    value = (-xp.expm1(-distance) + xp.sqrt(squares)) / 2
    least = min(float(constant(kl)) + slack for kl, slack in divergences)
    lower = -math.expm1(-max(float(constant(distance)) - error, 0.0)) * (1 - 1e-15)
    square = min(-math.expm1(-2 * float(constant(distance)) - 2 * error), least / 2, -math.expm1(-least))
    upper = min(math.sqrt(square) * (1 + 1e-15), 1.0)
    return xp.astype(value, pair.dtype), lower, upper


def have_equal_covariance(p: Gaussian, q: Gaussian) -> bool:
    """Whether the covariances are the same numbers."""
    return np.array_equal(detached(p.covariance), detached(q.covariance))


def between_equal(p: Gaussian, q: Gaussian) -> Bracket:
    """0, since the two laws are the same."""
    one = js_between(p, q)
    certificate = one.certificate and replace(one.certificate, lower=0.0, upper=0.0)
    return replace(
        one,
        value=one.value * 0,
        lower=0.0,
        upper=0.0,
        guarantee=Guarantee.EXACT,
        certificate=certificate,
        reason="p and q are the same law",
    )


def are_equal(p: Gaussian, q: Gaussian, **options: Any) -> bool:
    """Whether the two laws are given by the same numbers."""
    return all(
        np.array_equal(detached(getattr(p, name)), detached(getattr(q, name))) for name in ("mean", "covariance")
    )


def relative_entropy(pair: GaussianPair) -> tuple[Any, float]:
    """KL(p || q) and a bound on its rounding error.

    .. math:: \\tfrac12 \\Bigl[\\sum_i \\bigl(\\mu_i - \\ln(1 + \\mu_i)\\bigr) + |m_1 - m_2|^2_{S_2^{-1}}\\Bigr]

    with mu the eigenvalues of L^-1 (S1 - S2) L^-T, L L^T = S2, as long as they are small; by traces and determinants
    beyond.
    """
    xp = pair.xp
    first, second, shift = pair.reduced
    if pair.rank == 0:
        return xp.sum(shift), 0.0
    whitened = pair.whitened_difference(second)
    distance = pair.distance(second)
    spectrum = xp.linalg.eigvalsh(whitened)
    if pair.near(spectrum):
        t = -spectrum / (2 + spectrum)
        square = t * t
        tail = horner(square, [1 / (2 * k + 3) for k in range(TERMS)])
        value = (xp.sum((2 + spectrum) * square * (1 + tail * (square + t))) + distance) / 2
        return value, 4 * pair.rounding * float(constant(value))
    trace = xp.sum(xp.linalg.diagonal(whitened))
    fall = pair.log_determinant(first) - pair.log_determinant(second)
    value = (trace - fall + distance) / 2
    return value, pair.rounding * (
        2 * pair.rank + abs(float(constant(fall))) + abs(float(constant(trace))) + float(constant(distance))
    )


def bhattacharyya_distance(pair: GaussianPair) -> tuple[Any, float]:
    """-ln of the overlap B, the integral of sqrt(p q), and a bound on its rounding error.

    .. math:: \\tfrac18 |m_1 - m_2|^2_{S^{-1}} - \\tfrac14 \\sum_i \\ln(1 - t_i^2), \\qquad S = \\tfrac12 (S_1 + S_2)

    with t the eigenvalues of L^-1 (S1 - S2) L^-T / 2, L L^T = S, as long as they are small.
    """
    xp = pair.xp
    first, second, shift = pair.reduced
    if pair.rank == 0:
        return xp.sum(shift), 0.0
    middle = (first + second) / 2
    t = xp.linalg.eigvalsh(pair.whitened_difference(middle)) / 2
    distance = pair.distance(middle)
    if pair.near(t):
        value = distance / 8 - xp.sum(xp.log1p(-t * t)) / 4
        return value, 4 * pair.rounding * float(constant(value))
    volumes = [pair.log_determinant(s) for s in (middle, first, second)]
    value = distance / 8 + (2 * volumes[0] - volumes[1] - volumes[2]) / 4
    return value, pair.rounding * (
        pair.rank + sum(abs(float(constant(v))) for v in volumes) + float(constant(distance))
    )
