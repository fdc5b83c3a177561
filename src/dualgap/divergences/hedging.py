"""A lower bound of a mean from a known number of draws, by bets that aim at what is still missing."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
from scipy.special import ndtri

from dualgap.divergences.betting import (
    SHARE,
    lower_mean,
    recomputed_lower_mean,
    recomputed_unit_terms,
    recomputed_variances,
    running_variances,
    unit_terms,
)

__all__ = ["hedged_lower_mean", "recomputed_hedged_lower_mean"]

#: Means that are looked at side by side, and how often their interval is divided by that number.
GRID, ROUNDS = 64, 5
#: Draws are bet on in groups, of which there are about as many as the first; up to the second, where the deviation of what is
#: left is less than the third times the size of a group, which cuts the stakes.
GROUPS, MOST_GROUPS, REACH = 4096, 16_384, 4.0
#: Puts numbers that ought to be whole on one side of their rounding.
BESIDE = 1e-9
#: With more draws the margin is small, and constant stakes are quicker.
MOST_DRAWS = 2**17
#: The wealth is right to n eps, and its slope in the mean is of the order of n.
ROUNDING = 1e-12


def hedged_lower_mean(terms: np.ndarray, low: float, high: float, level: float) -> float:
    """The largest mean that the draws refute, so that the true one is above it with probability ``level``.

    .. math:: w_t(\\mu) = w_{t-1} + m_t(w_{t-1}) \\, (z_t - \\mu), \\quad w_0 = \\alpha, \\qquad
              m_t(w) = \\min\\Big( \\frac{\\varphi(\\Phi^{-1}(w))}{s_t}, \\frac{3 w}{4 \\mu} \\Big), \\qquad
              s_t^2 = (n - t + 1) \\, \\hat\\sigma_{t-1}^2

    At the true mean the wealth w is a non-negative martingale whatever the law on [low, high], as each stake depends on the
    draws before it alone, so that it ever reaches 1 with probability alpha at most (Ville). If w is the probability that a
    normal sum of the n - t + 1 draws that are left ends above a fixed number, then phi / s is its slope in the sum: the stakes
    replicate the payment of 1 where it does, and the bound is that of the normal law, 1.64 standard errors at 95%, where the
    law is nearly one; constant stakes prove less on average (:func:`~dualgap.divergences.betting.lower_mean`).

    With :math:`|\\Phi^{-1}(w)|` cut at s, the map from w to its successor increases in w and decreases in mu for every z: its slope
    is :math:`1 - \\Phi^{-1}(w) (z - \\mu) / s \\ge 0` or at least 1/4. So the wealth decreases in mu, the means that are refuted
    are those below the bound, and a search finds it.

    Parameters
    ----------
    terms : (n,) array
        Independent, of one mean, in [low, high], in the order in which they are bet on; their number is fixed in advance.
    low, high : float
    level : float
        1 - alpha.

    Returns
    -------
    float
        At least ``low``.

    Raises
    ------
    CertificateError
        When a term lies outside the interval, or is no number.

    Examples
    --------
    >>> draws = np.random.default_rng(0).uniform(size=1000)
    >>> from dualgap.divergences.betting import lower_mean
    >>> bool(lower_mean(draws, 0.0, 1.0, 0.95) < hedged_lower_mean(draws, 0.0, 1.0, 0.95) < draws.mean())
    True

    Reference: waudbysmith2024, voracek2025
    """
    if high <= low:
        return low
    if len(terms) > MOST_DRAWS:
        return lower_mean(terms, low, high, level)
    totals, sizes, spreads = _grouped(unit_terms(terms, low, high))
    below, above = 0.0, 1.0
    for _ in range(ROUNDS):
        means = np.linspace(below, above, GRID + 1)
        won = _wealth(totals, sizes, spreads, means[1:-1], 1 - level) >= 1
        most = int(won.argmin()) if not won.all() else len(won)
        below, above = means[most], means[most + 1]
    return low + (high - low) * max(float(below) - ROUNDING, 0.0)


def _grouped(z: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of each group of draws their sum, their number, and the deviation of the sum of all that are left."""
    n = len(z)
    left = np.sqrt(running_variances(z) * np.arange(n, 0, -1))
    sizes = np.clip(left / REACH + BESIDE, -(-n // MOST_GROUPS), -(-n // GROUPS)).astype(int).tolist()
    starts = [0]
    while starts[-1] + sizes[starts[-1]] < n:
        starts.append(starts[-1] + sizes[starts[-1]])
    return np.add.reduceat(z, starts), np.diff(starts, append=n), left[starts]


def _wealth(totals: np.ndarray, sizes: np.ndarray, spreads: np.ndarray, means: np.ndarray, alpha: float) -> np.ndarray:
    """The largest wealth, at most 1, against each of the means."""
    wealth, caps = np.full(len(means), alpha), SHARE / means
    for total, size, spread in zip(totals.tolist(), sizes.tolist(), spreads.tolist(), strict=True):
        reach = spread / size
        aim = ndtri(wealth).clip(-reach, reach)
        stakes = np.minimum(np.exp(-(aim * aim) / 2) / (math.sqrt(2 * math.pi) * spread), caps / size * wealth)
        wealth = np.where(wealth < 1, np.minimum(wealth + stakes * (total - size * means), 1.0), 1.0)
    return wealth


def recomputed_hedged_lower_mean(terms: np.ndarray, low: float, high: float, level: float) -> float:
    """The bound of :func:`hedged_lower_mean` one draw and one mean after the other: what certificates check it with.

    Parameters
    ----------
    terms : (n,) array
    low, high : float
    level : float

    Raises
    ------
    CertificateError
        When a term lies outside the interval, or is no number.

    Examples
    --------
    >>> terms = np.linspace(0.2, 0.9, 200)
    >>> abs(recomputed_hedged_lower_mean(terms, 0.0, 1.0, 0.95) - hedged_lower_mean(terms, 0.0, 1.0, 0.95)) < 1e-8
    True
    """
    if high <= low:
        return low
    if len(terms) > MOST_DRAWS:
        return recomputed_lower_mean(terms, low, high, level)
    groups = _groups(recomputed_unit_terms(terms, low, high))
    below, above = 0.0, 1.0
    for _ in range(40):
        middle = (below + above) / 2
        below, above = (middle, above) if _refuted(groups, middle, 1 - level) else (below, middle)
    return low + (high - low) * below


def _groups(z: list[float]) -> list[tuple[float, int, float]]:
    """Sum, number and deviation of what is left, from the draws before the group alone."""
    n, start, variances, found = len(z), 0, recomputed_variances(z), []
    while start < n:
        spread = math.sqrt(variances[start] * (n - start))
        size = min(max(int(spread / REACH + BESIDE), math.ceil(n / MOST_GROUPS)), math.ceil(n / GROUPS))
        part = z[start : start + size]
        found.append((math.fsum(part), len(part), spread))
        start += size
    return found


def _refuted(groups: list[tuple[float, int, float]], mean: float, alpha: float) -> bool:
    normal, wealth = NormalDist(), alpha
    for total, size, spread in groups:
        if wealth <= 0:
            return False
        aim = min(max(normal.inv_cdf(wealth), -spread / size), spread / size)
        stake = min(normal.pdf(aim) / spread, SHARE * wealth / (mean * size))
        wealth += stake * (total - size * mean)
        if wealth >= 1:
            return True
    return False
