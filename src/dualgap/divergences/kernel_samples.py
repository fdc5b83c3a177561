"""Distances of mean embeddings of two laws, from samples: an unbiased square with a normal interval, and permutations."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import final

import numpy as np
from scipy.spatial.distance import cdist
from scipy.special import ndtri

from dualgap.bracket import Bracket, Certificate, Guarantee
from dualgap.errors import CertificateError, InvalidInput
from dualgap.measures import Samples
from dualgap.validation import confidence_level, count, detached

__all__ = ["Kernel", "UStatistic", "exceeding_permutations", "interval_of_samples"]

Kernel = Callable[[np.ndarray], np.ndarray]

#: With fewer draws a normal interval means nothing.
LEAST_DRAWS = 10
#: Distances that are held at a time.
AT_A_TIME = 1 << 23


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class UStatistic(Certificate):
    """Two samples, whose kernel is summed again pair by pair, in exact summation.

    Parameters
    ----------
    x, y : (n, d) and (m, d) arrays
    kernel : callable, array of distances -> array
    level, ceiling : float
    p_value : float
        The share of permutations of the draws with as large a value, the draws as they are among them; nan where none
        were made.
    """

    x: np.ndarray
    y: np.ndarray
    kernel: Kernel
    level: float
    ceiling: float
    p_value: float = math.nan

    def bounds(self) -> tuple[float, float]:
        """The roots of the unbiased square less and plus its margin.

        Raises
        ------
        CertificateError
            When the samples do not fit together.
        """
        if self.x.shape[1] != self.y.shape[1]:
            raise CertificateError("the samples are of different dimensions")
        within, spread = [], []
        for points in (self.x, self.y):
            rows = [np.delete(self.kernel(cdist(points[[i]], points)[0]), i) for i in range(len(points))]
            means = np.array([math.fsum(row) / len(row) for row in rows])
            centre = math.fsum(means) / len(means)
            square = math.fsum(math.fsum((row - centre) ** 2) / len(row) for row in rows) / len(rows)
            within.append((means, centre))
            spread.append(max(square - 2 * float(means.var()), 0.0))
        to_y, to_x = (
            np.array([math.fsum(self.kernel(cdist(a[[i]], b)[0])) / len(b) for i in range(len(a))])
            for a, b in ((self.x, self.y), (self.y, self.x))
        )
        between = math.fsum(to_y) / len(to_y)
        square = math.fsum(
            math.fsum((self.kernel(cdist(point[None], self.y)[0]) - between) ** 2) / len(self.y) for point in self.x
        ) / len(self.x)  # fmt: skip
        both = max(square - float(to_y.var()) - float(to_x.var()), 0.0)
        value = within[0][1] + within[1][1] - 2 * between
        first = [float((means - cross).var(ddof=1)) for (means, _), cross in zip(within, (to_y, to_x), strict=True)]
        return _roots(value, _margin(first, (*spread, both), len(self.x), len(self.y), self.level), self.ceiling)


def _margin(first: list[float], second: tuple[float, ...], n: int, m: int, level: float) -> float:
    """z times the standard error of the unbiased square, by Hoeffding's decomposition.

    .. math:: \\frac{4 s_x^2}{n} + \\frac{4 s_y^2}{m} - \\frac{2 v_x}{n^2} - \\frac{2 v_y}{m^2} - \\frac{4 v_{xy}}{n m}

    The variances s of the projections contain those of the pairs, v, which are counted twice too often; what is left is at
    least the variance of the pairs alone, which is all there is at p = q.
    """
    v, w, u = second
    pairs = 2 * v / n**2 + 2 * w / m**2 + 4 * u / (n * m)
    variance = max(4 * first[0] / n + 4 * first[1] / m - pairs, pairs)
    return float(ndtri((1 + level) / 2)) * math.sqrt(variance)


def _roots(square: float, margin: float, ceiling: float) -> tuple[float, float]:
    return math.sqrt(max(square - margin, 0.0)), min(math.sqrt(max(square + margin, 0.0)), ceiling)


def _rows(x: np.ndarray, y: np.ndarray, kernel: Kernel) -> Iterator[tuple[int, np.ndarray]]:
    """The kernel of x and y, a block of rows at a time."""
    step = max(1, AT_A_TIME // len(y))
    for start in range(0, len(x), step):
        yield start, kernel(cdist(x[start : start + step], y))


def _within(x: np.ndarray, kernel: Kernel) -> tuple[np.ndarray, float, float]:
    """Row means of the kernel without its diagonal, their mean, and the variance that the rows do not explain."""
    n, means, squares = len(x), np.empty(len(x)), 0.0
    for start, block in _rows(x, x, kernel):
        rows = np.arange(len(block))
        block[rows, start + rows] = 0.0
        means[start : start + len(block)] = block.sum(axis=1) / (n - 1)
        squares += float(np.vdot(block, block)) / (n - 1) / n
    centre = float(means.mean())
    return means, centre, max(squares - centre**2 - 2 * float(means.var()), 0.0)


def interval_of_samples(p: Samples, q: Samples, kernel: Kernel, ceiling: float, *, confidence: float,
                        permutations: int, seed: int) -> Bracket:  # fmt: skip
    """The root of the unbiased estimate of the square, with a normal interval.

    .. math:: \\frac{1}{n(n-1)} \\sum_{i \\ne j} k(x_i, x_j) + \\frac{1}{m(m-1)} \\sum_{i \\ne j} k(y_i, y_j)
              - \\frac{2}{nm} \\sum_{ij} k(x_i, y_j)

    Its variance is taken to the second order, so that the interval holds at p = q as well, where the first vanishes: there it
    covers nearly always, as a large value comes with a large estimate of its variance.
    """
    level, x, y = confidence_level(confidence), detached(p.points), detached(q.points)
    permutations = count(permutations, "permutations", at_least=0)
    seed = count(seed, "seed", at_least=0)
    for name, draws in (("p", x), ("q", y)):
        if len(draws) < LEAST_DRAWS:
            raise InvalidInput(
                f"{name} must have at least {LEAST_DRAWS} draws for a normal interval, got {len(draws)}", argument=name
            )
    (ours, first, v), (theirs, second, w) = _within(x, kernel), _within(y, kernel)
    to_y, to_x, squares = np.empty(len(x)), np.zeros(len(y)), 0.0
    for start, block in _rows(x, y, kernel):
        to_y[start : start + len(block)] = block.mean(axis=1)
        to_x += block.sum(axis=0) / len(x)
        squares += float(np.vdot(block, block)) / len(x) / len(y)
    between = float(to_y.mean())
    u = max(squares - between**2 - float(to_y.var()) - float(to_x.var()), 0.0)
    square = first + second - 2 * between
    spread = [float((ours - to_y).var(ddof=1)), float((theirs - to_x).var(ddof=1))]
    rounding = 1e-13 * (abs(first) + abs(second) + 2 * abs(between))  # of means of as many as 10^10 terms
    margin = _margin(spread, (v, w, u), len(x), len(y), level) + rounding
    lower, upper = _roots(square, margin, ceiling)
    p_value, reason = math.nan, ""
    if permutations:
        p_value = (1 + exceeding_permutations(x, y, kernel, permutations, seed)) / (1 + permutations)
        reason = f"the p-value of p = q is {p_value:.3g}, by {permutations} permutations of the draws"
    proof = UStatistic(lower=lower, upper=upper, x=x, y=y, kernel=kernel, level=level, ceiling=ceiling, p_value=p_value)
    return Bracket(
        value=min(max(math.sqrt(max(square, 0.0)), lower), upper),
        lower=lower,
        upper=upper,
        guarantee=Guarantee.ASYMPTOTIC,
        method="u_statistic",
        certificate=proof,
        confidence=level,
        reason=reason,
    )


def exceeding_permutations(x: np.ndarray, y: np.ndarray, kernel: Kernel, permutations: int, seed: int) -> int:
    """Of random divisions of all draws into samples of the two sizes, those whose unbiased square is as large or larger.

    Values that differ by rounding count as equal, so that ties are on the safe side.
    """
    everything, n, m = np.concatenate([x, y]), len(x), len(y)
    rng = np.random.default_rng(seed)
    chosen = np.zeros((n + m, permutations + 1))
    chosen[:n, 0] = 1.0
    for column in range(1, permutations + 1):
        chosen[rng.permutation(n + m)[:n], column] = 1.0
    both, ours, total, size = np.zeros(permutations + 1), np.zeros(permutations + 1), 0.0, 0.0
    for start, block in _rows(everything, everything, kernel):
        rows = np.arange(len(block))
        block[rows, start + rows] = 0.0
        part = chosen[start : start + len(block)]
        both += np.einsum("ij,ij->j", part, block @ chosen)
        sums = block.sum(axis=1)
        ours += sums @ part
        total += float(sums.sum())
        size += float(np.abs(block).sum())
    squares = both / (n * (n - 1)) + (total - 2 * ours + both) / (m * (m - 1)) - 2 * (ours - both) / (n * m)
    return int(np.count_nonzero(squares[1:] >= squares[0] - 1e-12 * size / min(n, m) ** 2))
