"""Slow and certain: each quantity from its definition, in 1,200-bit arithmetic on the very floats that were handed over, or by HiGHS."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from mpmath import mp, mpf
from scipy.optimize import linprog

__all__ = ["DIVERGENCES", "energy", "gap_of_matrix_game", "normal", "plain", "wasserstein"]

mp.prec = 1200


def plain(value: Any) -> np.ndarray:
    """The numbers of an argument."""
    return np.array(value.detach().numpy() if isinstance(value, torch.Tensor) else value, dtype=np.float64)


def _masses(value: Any) -> list[Any]:
    return [mpf(float(one)) for one in plain(value)]


def _over_atoms(
    term: Callable[[Any, Any], Any], last: Callable[[Any], Any] = lambda s: s
) -> Callable[..., tuple[Any, Any]]:
    """The interval of the sums of all masses that sum to 1 and differ from the given ones by the rounding of their own sum."""

    def oracle(p: Any, q: Any, **options: Any) -> tuple[Any, Any]:
        pairs = list(zip(_masses(p), _masses(q), strict=True))
        total_p, total_q = sum(a for a, _ in pairs), sum(b for _, b in pairs)
        values = []
        for scale_p, scale_q in ((1, 1), (total_p, total_q)):
            values.append(last(mp.fsum(term(a / scale_p, b / scale_q, **options) for a, b in pairs), **options))
        room = 1000 * (abs(total_p - 1) + abs(total_q - 1))  # no logarithm of a float is larger
        return max(min(values) - room, mpf(0)), max(values) + room

    return oracle


def _kl(a: Any, b: Any) -> Any:
    return mpf(0) if a == 0 else mp.inf if b == 0 else a * mp.log(a / b)


def _js(a: Any, b: Any) -> Any:
    middle = (a + b) / 2
    return (_kl(a, middle) + _kl(b, middle)) / 2


def _renyi(a: Any, b: Any, order: float) -> Any:
    if a == 0:
        return mpf(0)
    if b == 0:
        return mp.inf if order > 1 else mpf(0)
    return mpf(a) ** mpf(order) * mpf(b) ** (1 - mpf(order))


def _renyi_last(total: Any, order: float) -> Any:
    return mp.inf if total == 0 or total == mp.inf else mp.log(total) / (mpf(order) - 1)


DIVERGENCES = {
    "kl": _over_atoms(_kl),
    "js": _over_atoms(_js),
    "jeffreys": _over_atoms(lambda a, b: _kl(a, b) + _kl(b, a)),
    "total_variation": _over_atoms(lambda a, b: abs(a - b) / 2),
    "hellinger": _over_atoms(lambda a, b: (mp.sqrt(a) - mp.sqrt(b)) ** 2 / 2),
    "chi_squared": _over_atoms(lambda a, b: mpf(0) if a == b == 0 else mp.inf if b == 0 else (a - b) ** 2 / b),
    "renyi": _over_atoms(_renyi, _renyi_last),
}


def _distance(x: Any, y: Any) -> Any:
    return mp.sqrt(mp.fsum((mpf(float(a)) - mpf(float(b))) ** 2 for a, b in zip(x, y, strict=True)))


def wasserstein(x: Any, y: Any, weights: tuple[Any, Any] | None, order: float) -> tuple[Any, Any]:
    """W_p of two small clouds: by all permutations where the masses are equal, by HiGHS otherwise (to 1e-7 of the largest cost)."""
    x, y = (np.atleast_2d(plain(cloud).T).T for cloud in (x, y))
    costs = [[_distance(a, b) ** mpf(order) for b in y] for a in x]
    if weights is None and len(x) == len(y):
        n = len(x)
        best = min(mp.fsum(costs[i][s[i]] for i in range(n)) for s in itertools.permutations(range(n)))
        value = (best / n) ** (1 / mpf(order))
        return value, value
    p, q = (
        np.full(len(c), 1 / len(c)) if w is None else plain(w)
        for c, w in zip((x, y), weights or (None, None), strict=True)
    )
    largest = max(max(row) for row in costs)
    if largest == 0:
        return mpf(0), mpf(0)
    scaled = np.array([[float(one / largest) for one in row] for row in costs])
    n, m = scaled.shape
    rows = np.zeros((n + m, n * m))
    for i, j in itertools.product(range(n), range(m)):
        rows[i, i * m + j] = rows[n + j, i * m + j] = 1
    found = linprog(scaled.ravel(), A_eq=rows, b_eq=np.concatenate([p / p.sum(), q / q.sum()]), method="highs")
    if found.status != 0:
        raise RuntimeError(f"the oracle failed: {found.message}")
    low, high = max(found.fun - 1e-7, 0.0), found.fun + 1e-7
    return tuple((mpf(one) * largest) ** (1 / mpf(order)) for one in (low, high))  # type: ignore[return-value]


def energy(x: Any, y: Any) -> tuple[Any, Any]:
    """sqrt(2 E|X-Y| - E|X-X'| - E|Y-Y'|)."""
    x, y = (np.atleast_2d(plain(cloud).T).T for cloud in (x, y))

    def mean(a: Any, b: Any) -> Any:
        return mp.fsum(_distance(s, t) for s in a for t in b) / (len(a) * len(b))

    between = mean(x, y)
    square = 2 * between - mean(x, x) - mean(y, y)
    value = mpf(0) if square <= between * mpf(2) ** -1100 else mp.sqrt(square)  # 0 but for the rounding of 1,200 bits
    return value, value


def normal(quantity: str, first: tuple[float, float], second: tuple[float, float]) -> tuple[Any, Any]:
    """Of two normal laws on the line, given as mean and variance."""
    (m, v), (k, w) = [tuple(map(mpf, one)) for one in (first, second)]
    value = {
        "kl": lambda: ((v + (m - k) ** 2) / w - 1 + mp.log(w / v)) / 2,
        "wasserstein": lambda: mp.sqrt((m - k) ** 2 + (mp.sqrt(v) - mp.sqrt(w)) ** 2),
        "hellinger": lambda: 1 - mp.sqrt(2 * mp.sqrt(v * w) / (v + w)) * mp.exp(-((m - k) ** 2) / (4 * (v + w))),
    }[quantity]()
    return value, value


def gap_of_matrix_game(matrix: Any, x: Any, y: Any) -> tuple[Any, Any]:
    """max_j (x'A)_j - min_i (Ay)_i, for strategies that sum to 1 to rounding."""
    rows = [[mpf(float(one)) for one in row] for row in plain(matrix)]
    strategies = [[one / mp.fsum(s) for one in s] for s in (_masses(x), _masses(y))]
    exact = _gap(rows, *strategies)
    given = _gap(rows, _masses(x), _masses(y))
    return min(exact, given), max(exact, given)


def _gap(rows: list[list[Any]], x: list[Any], y: list[Any]) -> Any:
    columns = [mp.fsum(x[i] * rows[i][j] for i in range(len(rows))) for j in range(len(rows[0]))]
    return max(columns) - min(mp.fsum(a * b for a, b in zip(row, y, strict=True)) for row in rows)


def holds(lower: float, truth: tuple[Any, Any], upper: float, slack: float) -> bool:
    """Whether some number between the two of ``truth`` lies between the bounds, up to a relative slack."""
    low, high = truth
    if math.isinf(lower) or math.isinf(upper) or mp.isinf(low):
        return (mpf(lower) <= high) and (low <= mpf(upper))
    room = mpf(slack) * max(abs(low), abs(high)) + mpf(5e-324)
    return mpf(lower) - room <= high and low <= mpf(upper) + room
