"""Why a lower bound is 0, and about how many draws would lift it."""

from __future__ import annotations

import math

import numpy as np

__all__ = ["draws_needed", "why_zero"]


def draws_needed(terms: np.ndarray, width: float, level: float) -> int | None:
    """About how many draws of each law show that the mean of the terms is above 0; None where their mean is not.

    .. math:: m = \\sigma \\sqrt{2 L / n} + w L / n, \\qquad L = \\ln(1 / \\alpha)

    is solved for n: what Bernstein's inequality takes from a mean m of terms with deviation sigma in an interval of length w.
    An estimate, from the mean and the deviation that were seen.

    Parameters
    ----------
    terms : (n,) array
    width : float
        w.
    level : float
        1 - alpha.

    Examples
    --------
    >>> draws_needed(np.array([0.0, 0.2]), 1.0, 0.95), draws_needed(np.array([-1.0, 0.5]), 1.0, 0.95)
    (47, None)
    """
    mean, deviation, goal = float(np.mean(terms)), float(np.std(terms)), math.log(1 / (1 - level))
    if not mean > 0:
        return None
    half = deviation * math.sqrt(2 * goal)
    root = (half + math.sqrt(half**2 + 4 * mean * width * goal)) / (2 * mean)
    return math.ceil(root**2) if root < 1e6 else None


def why_zero(lower: float, terms: np.ndarray, width: float, level: float) -> str:
    """A sentence for a bracket whose lower bound is 0; nothing for others.

    Parameters
    ----------
    lower : float
    terms : (n,) array
        Held-out, of which the mean is the estimate.
    width : float
        Of the interval that holds them.
    level : float

    Examples
    --------
    >>> why_zero(0.0, np.array([0.0, 0.2]), 1.0, 0.95)
    'the lower bound is 0: 2 held-out draws of each law are too few to show a value of about 0.1; about 47 would do'
    >>> why_zero(0.01, np.array([0.0, 0.2]), 1.0, 0.95)
    ''
    """
    if lower > 0:
        return ""
    needed = draws_needed(terms, width, level)
    if needed is None:
        return f"the lower bound is 0: {len(terms)} held-out draws of each law show no difference"
    return (
        f"the lower bound is 0: {len(terms)} held-out draws of each law are too few to show a value of about "
        f"{float(np.mean(terms)):.2g}; about {max(needed, len(terms) + 1):,} would do"
    )
