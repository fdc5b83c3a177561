"""The spread of a statistic of two samples, from its values on parts of them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import final

import numpy as np
from scipy.special import stdtrit

__all__ = ["Partition", "half_width", "partitions"]

#: Draws in a group are this many times the cube root of the smaller sample: more and more of them, of smaller share.
GROUP_FACTOR = 14.0


@final
@dataclass(frozen=True)
class Partition:
    """Disjoint groups of the draws of both samples, each with the same share of both.

    Parameters
    ----------
    p, q : (n,) and (m,) integer arrays
        The group of each draw, -1 for those in none.
    groups : int
    share : float
        Of the draws of either sample that a group has.
    """

    p: np.ndarray
    q: np.ndarray
    groups: int
    share: float

    def is_even(self) -> bool:
        """Whether there are two groups or more, and each has its share of the draws of both, but for a part of a draw."""
        if not (self.groups >= 2 and 0 < self.share <= 1 / self.groups * (1 + 1e-12)):
            return False
        for part in (self.p, self.q):
            if part.min() < -1 or part.max() >= self.groups:
                return False
            counts = np.bincount(part[part >= 0], minlength=self.groups)
            if (np.abs(counts - self.share * len(part)) > 1 - 1e-9).any():
                return False
        return True

    def smallest(self) -> int:
        """Draws of the smallest group."""
        return min(int(np.bincount(part[part >= 0], minlength=self.groups).min()) for part in (self.p, self.q))


def partitions(n: int, m: int, subsamples: int, seed: int) -> Iterator[Partition]:
    """Random partitions into groups of about 14 min(n, m)^(1/3) draws, until there are as many groups as asked for.

    Examples
    --------
    >>> [part.groups for part in partitions(2000, 3000, 30, 0)]
    [11, 11, 8]
    """
    rng = np.random.default_rng(seed)
    whole = max(2, int(min(n, m) ** (2 / 3) / GROUP_FACTOR))
    left = subsamples
    while left > 0:
        groups = min(whole, max(left, 2))
        labels = []
        for size in (n, m):
            label = rng.permutation(np.arange(size) % whole)
            labels.append(np.where(label < groups, label, -1) if groups < whole else label)
        yield Partition(*labels, groups=groups, share=1 / whole)
        left -= groups


def half_width(values: list[np.ndarray], share: float, level: float) -> float:
    """How far the statistic of the whole samples is from its limit, from its values on groups.

    .. math:: t_{1 - \\alpha/2} \\sqrt{\\beta\\, \\overline{V}}

    with the share beta of the draws that a group has and the mean of the variances within the partitions: a statistic
    whose error has standard deviation sigma / sqrt(n) has sigma / sqrt(beta n) in a group.

    Parameters
    ----------
    values : list of arrays
        Of each partition, the statistic of its groups.
    share : float
        beta.
    level : float

    Examples
    --------
    >>> round(half_width([np.array([1.0, 2.0, 3.0])], 1 / 3, 0.95), 4)
    2.4841

    Reference: politis1994
    """
    freedom = sum(len(one) - 1 for one in values)
    variance = math.fsum(float(one.var(ddof=1)) * (len(one) - 1) for one in values) / freedom
    return float(stdtrit(freedom, (1 + level) / 2)) * math.sqrt(share * variance)
