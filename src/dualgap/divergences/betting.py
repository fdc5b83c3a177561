"""A lower bound of a mean that holds at every sample size, by betting against smaller ones."""

from __future__ import annotations

import math

import numpy as np

from dualgap.errors import CertificateError

__all__ = [
    "lower_mean",
    "paired_terms",
    "recomputed_lower_mean",
    "recomputed_unit_terms",
    "recomputed_variances",
    "running_variances",
    "unit_terms",
]

#: No bet risks more than this share of the wealth.
SHARE = 0.75
#: The sums of logarithms are right to n eps, and their slope in the mean is of the order of n.
ROUNDING = 1e-12


def lower_mean(terms: np.ndarray, low: float, high: float, level: float, *, halvings: int = 50) -> float:
    """The largest mean that the draws refute, so that the true one is above it with probability ``level``.

    .. math:: K_t(\\mu) = \\prod_{i \\le t} \\big(1 + \\lambda_i(\\mu) (z_i - \\mu)\\big), \\qquad
              L = \\sup\\{\\mu : \\max_t K_t(\\mu) \\ge 1 / \\alpha\\}

    At the true mean the wealth K is a non-negative martingale that starts at 1, whatever the law on [low, high], as each
    bet depends on the draws before it alone; it ever reaches 1/alpha with probability alpha at most (Ville). The bets are
    those that would be best for the variance seen so far. The wealth decreases in mu, so that L is found by bisection.

    Parameters
    ----------
    terms : (n,) array
        Independent, of one mean, in [low, high], in the order in which they are bet on.
    low, high : float
    level : float
        1 - alpha.
    halvings : int
        Steps of the bisection, which is below L at each.

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
    >>> round(lower_mean(np.full(1000, 0.5), 0.0, 1.0, 0.95), 3)
    0.498

    Reference: waudbysmith2024
    """
    if high <= low:
        return low
    z = unit_terms(terms, low, high)
    goal, n = math.log(1 / (1 - level)), len(z)
    bets = np.sqrt(2 * goal / (running_variances(z) * n))

    def refuted(mu: float) -> bool:
        steps = np.minimum(bets, SHARE / mu) * (z - mu)
        return bool(np.cumsum(np.log1p(steps)).max() >= goal)

    below, above = 0.0, 1.0
    for _ in range(halvings):
        middle = (below + above) / 2
        below, above = (middle, above) if refuted(middle) else (below, middle)
    return low + (high - low) * max(below - ROUNDING, 0.0)


def unit_terms(terms: np.ndarray, low: float, high: float) -> np.ndarray:
    """Terms of an interval as numbers between 0 and 1.

    Raises
    ------
    CertificateError
        When one lies outside, or is no number.

    Examples
    --------
    >>> unit_terms(np.array([2.0, 5.0]), 1.0, 5.0).tolist()
    [0.25, 1.0]
    """
    z = (np.asarray(terms, dtype=np.float64) - low) / (high - low)
    if not ((z >= -1e-12) & (z <= 1 + 1e-12)).all():
        raise CertificateError(
            f"terms must lie between {low:.6g} and {high:.6g}, got {np.min(terms):.6g} to {np.max(terms):.6g}"
        )
    return np.clip(z, 0.0, 1.0)


def running_variances(z: np.ndarray) -> np.ndarray:
    """Before each draw of [0, 1], the variance of those that came before it, of which 1/2 with deviation 1/2 is thought one.

    Examples
    --------
    >>> running_variances(np.array([1.0, 1.0])).tolist()
    [0.25, 0.15625]
    """
    before = np.arange(2, len(z) + 2)
    means = (0.5 + np.cumsum(z)) / before
    spread = (0.25 + np.cumsum((z - means) ** 2)) / before
    return np.concatenate([[0.25], spread[:-1]])


def recomputed_lower_mean(terms: np.ndarray, low: float, high: float, level: float) -> float:
    """The bound of :func:`lower_mean` by a wealth that is multiplied up: what certificates check it with.

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
    >>> abs(recomputed_lower_mean(terms, 0.0, 1.0, 0.95) - lower_mean(terms, 0.0, 1.0, 0.95)) < 1e-10
    True
    """
    if high <= low:
        return low
    z, goal = recomputed_unit_terms(terms, low, high), 1 / (1 - level)
    bets = np.array([math.sqrt(2 * math.log(goal) / (variance * len(z))) for variance in recomputed_variances(z)])
    terms = np.array(z)
    below, above = 0.0, 1.0
    for _ in range(60):
        middle = (below + above) / 2
        # What overflows has won; what underflows has lost, and won before if it ever did.
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            wealth = np.cumprod(1 + np.minimum(bets, SHARE / middle) * (terms - middle))
        won = bool((wealth >= goal).any())
        below, above = (middle, above) if won else (below, middle)
    return low + (high - low) * below


def recomputed_unit_terms(terms: np.ndarray, low: float, high: float) -> list[float]:
    """The numbers of :func:`unit_terms`, one by one.

    Raises
    ------
    CertificateError
        When one lies outside, or is no number.

    Examples
    --------
    >>> recomputed_unit_terms(np.array([2.0, 5.0]), 1.0, 5.0)
    [0.25, 1.0]
    """
    width = high - low
    z = [(term - low) / width for term in np.asarray(terms, dtype=np.float64).tolist()]
    if not all(-1e-12 <= one <= 1 + 1e-12 for one in z):
        raise CertificateError(f"terms must lie between {low:.6g} and {high:.6g}")
    return [min(max(one, 0.0), 1.0) for one in z]


def recomputed_variances(z: list[float]) -> list[float]:
    """The numbers of :func:`running_variances`, each from the draws before it alone.

    Examples
    --------
    >>> recomputed_variances([1.0, 1.0])
    [0.25, 0.15625]
    """
    found, total, squares = [0.25], 0.5, 0.25
    for t, term in enumerate(z[:-1], start=1):
        total += term
        squares += (term - total / (t + 1)) ** 2
        found.append(squares / (t + 1))
    return found[: len(z)]


def paired_terms(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Sums of one of the shorter array with the mean of an equal share of the longer: independent, of mean E a + E b.

    Examples
    --------
    >>> paired_terms(np.array([0.0, 10.0]), np.array([1.0, 2.0, 3.0, 4.0, 5.0]))
    array([ 3., 13.])

    (the means of 1, 3, 5 and of 2, 4)
    """
    fewer, more = (a, b) if len(a) <= len(b) else (b, a)
    group = np.arange(len(more)) % len(fewer)
    return fewer + np.bincount(group, more) / np.bincount(group)
