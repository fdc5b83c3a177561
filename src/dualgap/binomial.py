"""The share of successes among independent trials."""

from __future__ import annotations

from scipy.stats import beta

__all__ = ["clopper_pearson"]


def clopper_pearson(successes: int, trials: int, confidence: float) -> tuple[float, float]:
    """The exact interval of a probability, from a count.

    .. math:: [B^{-1}(\\tfrac{\\alpha}{2}; k, n-k+1),\\; B^{-1}(1-\\tfrac{\\alpha}{2}; k+1, n-k)]

    with B^{-1} the quantile function of the Beta law and alpha = 1 - confidence. Whatever the probability is, the interval
    covers it with at least the stated confidence.

    Parameters
    ----------
    successes : int, between 0 and trials
    trials : int, at least 1
    confidence : float in (0, 1)

    Returns
    -------
    pair of float
        In [0, 1]; 0 without a success, 1 without a failure.

    Examples
    --------
    >>> clopper_pearson(8, 8, 0.95)
    (0.63, 1.0)

    Reference: clopper1934
    """
    tail = (1 - confidence) / 2
    lower = float(beta.ppf(tail, successes, trials - successes + 1)) if successes else 0.0
    upper = float(beta.ppf(1 - tail, successes + 1, trials - successes)) if successes < trials else 1.0
    return lower, upper
