"""Lower bounds of a sum of two means that hold with a stated probability at every number of draws."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from dualgap.divergences.betting import lower_mean, paired_terms, recomputed_lower_mean
from dualgap.errors import CertificateError

__all__ = ["LOWER_MEANS", "lower_sum", "recomputed_lower_sum"]

Interval = tuple[float, float]


def _hoeffding(first: np.ndarray, second: np.ndarray, widths: Interval, level: float) -> float:
    """Terms of ranges R and S: the sum of the means less :math:`\\sqrt{(R^2/n + S^2/m) \\ln(1/\\delta) / 2}`."""
    spread = widths[0] ** 2 / len(first) + widths[1] ** 2 / len(second)
    return _mean(first) + _mean(second) - math.sqrt(spread * math.log(1 / (1 - level)) / 2)


def _bernstein(first: np.ndarray, second: np.ndarray, widths: Interval, level: float) -> float:
    """Of each mean :math:`\\sqrt{2 V \\ln(4/\\delta) / n} + 7 R \\ln(4/\\delta) / (3 (n - 1))`, with the sample variance V."""
    total, logarithm = 0.0, math.log(4 / (1 - level))
    for terms, width in zip((first, second), widths, strict=True):
        n, mean = len(terms), _mean(terms)
        if n < 2:
            return -math.inf
        variance = math.fsum((terms - mean) ** 2) / (n - 1)
        total += mean - math.sqrt(2 * variance * logarithm / n) - 7 * width * logarithm / (3 * (n - 1))
    return total


def _mean(terms: np.ndarray) -> float:
    return math.fsum(terms) / len(terms)


#: The bounds by name; betting is the tightest at nearly all laws and sizes.
LOWER_MEANS: dict[str, Callable[..., float] | None] = {
    "betting": None,
    "bernstein": _bernstein,
    "hoeffding": _hoeffding,
}


def lower_sum(
    terms: tuple[np.ndarray, np.ndarray],
    intervals: tuple[Interval, Interval],
    level: float,
    *,
    bound: str = "betting",
    halvings: int = 50,
) -> float:
    """What E a + E b is at least, with probability ``level``.

    Parameters
    ----------
    terms : pair of (n,) and (m,) arrays
        Independent draws of a and of b, in the order in which they are bet on.
    intervals : pair of (low, high)
        Which hold a and b.
    level : float
        1 - delta.
    bound : "betting", "bernstein" (Maurer and Pontil) or "hoeffding"
        Named without a look at these draws.
    halvings : int
        Of the interval of the bets' bound.

    Returns
    -------
    float
        At least the sum of the lower ends.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> draws = rng.uniform(0.4, 0.6, size=(2, 1000))
    >>> [round(lower_sum((draws[0], draws[1]), ((0.0, 1.0), (0.0, 1.0)), 0.95, bound=one), 2) for one in LOWER_MEANS]
    [1.0, 0.97, 0.94]

    Reference: waudbysmith2024, maurer2009
    """
    return _either(terms, intervals, level, bound, lambda *a: lower_mean(*a, halvings=halvings))


def recomputed_lower_sum(
    terms: tuple[np.ndarray, np.ndarray], intervals: tuple[Interval, Interval], level: float, *, bound: str = "betting"
) -> float:
    """The same for certificates: bets draw by draw, and every term is seen to lie in its interval.

    Raises
    ------
    CertificateError
        When a term lies outside, or there is no such bound.

    Examples
    --------
    >>> recomputed_lower_sum((np.ones(9), np.ones(9)), ((1.0, 1.0), (1.0, 1.0)), 0.95)
    2.0
    """
    if bound not in LOWER_MEANS:
        raise CertificateError(f"bound must be one of {tuple(LOWER_MEANS)}, got {bound!r}")
    return _either(terms, intervals, level, bound, recomputed_lower_mean)


def _either(
    terms: tuple[np.ndarray, np.ndarray],
    intervals: tuple[Interval, Interval],
    level: float,
    bound: str,
    bets: Callable[..., float],
) -> float:
    low, high = (math.fsum(ends) for ends in zip(*intervals, strict=True))
    for part, (least, most) in zip(terms, intervals, strict=True):
        slack = 1e-12 * max(abs(least), abs(most), most - least)
        if not ((part >= least - slack) & (part <= most + slack)).all():
            raise CertificateError(f"terms must lie between {least:.6g} and {most:.6g}")
    by_name = LOWER_MEANS[bound]
    if by_name is None:
        return bets(paired_terms(*terms), low, high, level) if high > low else low
    widths = tuple(most - least for least, most in intervals)
    return max(low, by_name(*terms, widths, level))
