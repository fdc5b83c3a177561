"""Renyi divergences of Gaussians, and what follows from them: chi squared and squared Hellinger."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from dualgap.bracket import Bracket
from dualgap.divergences.decimals import GaussianPower
from dualgap.divergences.gaussian_bracket import closed_form, rounded
from dualgap.divergences.gaussian_pair import GaussianPair
from dualgap.divergences.kernels import TERMS, constant, horner
from dualgap.measures import Gaussian

__all__ = ["chi_squared_between", "hellinger_between", "renyi_between", "renyi_distance"]


def renyi_between(p: Gaussian, q: Gaussian, *, order: float) -> Bracket:
    """The closed form in any dimension; infinite where p is too wide for q."""
    pair = GaussianPair(p, q)
    return _bracket(pair, lambda: renyi_distance(pair, order), order, None)


def chi_squared_between(p: Gaussian, q: Gaussian) -> Bracket:
    """e^D - 1 with D the Renyi divergence of order 2; infinite unless 2 S2 - S1 is positive definite."""
    pair = GaussianPair(p, q)

    def doubles() -> tuple[Any, float]:
        distance, error = renyi_distance(pair, 2.0)
        with np.errstate(over="ignore"):
            value = pair.xp.expm1(distance)
        plain = float(constant(value))
        if not math.isfinite(plain):
            return value, 0.0
        return value, (1 + plain) * (math.expm1(error) if error < 700 else math.inf) + 4e-16 * plain

    return _bracket(pair, doubles, 2.0, 1.0)


def hellinger_between(p: Gaussian, q: Gaussian) -> Bracket:
    """1 - e^(-D/2) with D the Renyi divergence of order 1/2."""
    pair = GaussianPair(p, q)

    def doubles() -> tuple[Any, float]:
        distance, error = renyi_distance(pair, 0.5)
        value = -pair.xp.expm1(-distance / 2)
        return value, min(math.expm1(min(error, 2.0) / 2), 1.0) + 4e-16 * float(constant(value))

    return _bracket(pair, doubles, 0.5, 0.5)


def renyi_distance(pair: GaussianPair, order: float) -> tuple[Any, float]:
    """The Renyi divergence and a bound on its rounding error.

    .. math:: D_a = \\frac a2 |m_1 - m_2|^2_{S^{-1}} + \\frac{1}{2b} \\sum_i \\bigl[r(-b \\mu_i) + b\\, r(\\mu_i)\\bigr],
              \\qquad S = a S_2 + (1 - a) S_1, \\quad b = a - 1, \\quad r(x) = x - \\ln(1 + x)

    with mu the eigenvalues of L^-1 (S1 - S2) L^-T, L L^T = S2, as long as they and b times them are small; by
    determinants beyond. Infinite unless S is positive definite.
    """
    xp = pair.xp
    first, second, shift = pair.reduced
    if pair.rank == 0:
        return xp.sum(shift), 0.0
    slope = order - 1
    spectrum = xp.linalg.eigvalsh(pair.whitened_difference(second))
    # For a < 1 nothing cancels in a mean of the two, however different they are.
    inner = second - slope * (first - second) if slope > 0 else order * second - slope * first
    least, widest = float((1 - slope * constant(spectrum)).min()), float(abs(constant(spectrum)).max())
    # Where S is indefinite to rounding, the integral diverges for a > 1; elsewhere nothing is known.
    if least <= pair.rounding:
        return (xp.sum(shift) * 0 + math.inf, 0.0) if slope > 0 else (xp.sum(shift) * 0, math.inf)
    distance = pair.distance(inner)
    growth = 1 / least if slope > 0 else 1.0
    if slope > 0 and least <= 1e6 * pair.rounding * (1 + slope * widest):
        return distance, math.inf
    if pair.near(spectrum) and pair.near(slope * spectrum):
        curved = (_excess(-slope * spectrum) + slope * _excess(spectrum)) / slope
        value = (order * distance + xp.sum(curved)) / 2
        # For a small a the two sums almost cancel, to a times their size.
        growth = max(growth, 1.0, 1 / order)
        return value, 8 * (1 + order) * pair.rounding * growth * float(constant(value))
    volumes = [pair.log_determinant(s) for s in (inner, first, second)]
    value = order * distance / 2 - (volumes[0] + slope * volumes[1] - order * volumes[2]) / (2 * slope)
    size = order * float(constant(distance)) + pair.rank * (1 + 1 / abs(slope))
    size += sum(abs(float(constant(v))) for v in volumes) * (1 + order) / abs(slope)
    return value, pair.rounding * max(growth, 1.0) * size


def _excess(x: Any) -> Any:
    """x - ln(1 + x) for abs(x) <= 1/3."""
    t = -x / (2 + x)
    square = t * t
    tail = horner(square, [1 / (2 * k + 3) for k in range(2 * TERMS)])
    return (2 + x) * square * (1 + tail * (square + t))


def _bracket(
    pair: GaussianPair, doubles: Callable[[], tuple[Any, float]], order: float, scale: float | None
) -> Bracket:
    def certificate(**evidence: Any) -> GaussianPower:
        return GaussianPower(order=order, scale=scale, **evidence)

    return closed_form(
        pair,
        lambda: rounded(*doubles(), pair),
        certificate,
        why_infinite=(
            f"infinite because p is too wide for q: {order:g} S2 - {order - 1:g} S1 is not positive definite, and "
            "p^a q^(1-a) is not integrable"
        ),
    )
