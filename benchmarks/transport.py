"""Transport at size, beside numpy's sort, scipy and POT: a million points on the line, thousands in space.

The library's time includes the certificate, and for clouds the plan and feasible potentials. ``transport_large.py`` has the
clouds that a dense solver takes minutes for.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import ot
import scipy.stats

import dualgap as dg
from benchmarks.case import Case


def _sorted(x: np.ndarray, y: np.ndarray) -> float:
    np.sort(x)
    np.sort(y)
    return 0.0


def _argsorted(x: np.ndarray, y: np.ndarray) -> float:
    np.argsort(x)
    np.argsort(y)
    return 0.0


def line(n: int) -> Case:
    """W1 between equal numbers of points: the goal is twice the time of sorting both."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=n), rng.normal(0.5, 1.5, size=n)
    return Case(
        name="W1 on the line",
        sizes={"points": n},
        contenders={
            "dualgap": lambda: float(dg.wasserstein(x, y)),
            "sorting both": lambda: _sorted(x, y),
            "POT": lambda: float(ot.emd2_1d(x, y, metric="euclidean")),
            "scipy": lambda: float(scipy.stats.wasserstein_distance(x, y)),
        },
    )


def weighted_line(n: int, m: int) -> Case:
    """W1 between weighted points: the goal is four times the time of argsorting both."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=n), rng.normal(0.5, 1.5, size=m)
    a, b = rng.dirichlet(np.ones(n)), rng.dirichlet(np.ones(m))
    return Case(
        name="W1 on the line, weighted",
        sizes={"points": n, "other points": m},
        contenders={
            "dualgap": lambda: float(dg.wasserstein(dg.Points(x, a), dg.Points(y, b))),
            "argsorting both": lambda: _argsorted(x, y),
            "POT": lambda: float(ot.emd2_1d(x, y, a, b, metric="euclidean")),
            "scipy": lambda: float(scipy.stats.wasserstein_distance(x, y, a, b)),
        },
    )


def clouds(n: int, d: int, *, method: str, repeats: int = 3) -> Case:
    """W2 between clouds by one method, beside POT's network simplex with its cost matrix."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(n, d)), rng.normal(size=(n, d)) + 0.5

    def pot() -> float:
        return float(ot.emd2([], [], ot.dist(x, y), numItermax=2**60)) ** 0.5

    return Case(
        name=f"W2, method {method}",
        sizes={"points": n, "dimension": d},
        contenders={"dualgap": lambda: float(dg.wasserstein(x, y, order=2, method=method)), "POT": pot},
        repeats=repeats,
    )


def matrix(n: int) -> Case:
    """Histograms with a cost matrix that comes from no points on which a tree could be built."""
    rng = np.random.default_rng(0)
    cost = np.abs(rng.normal(size=(n, 1, 8)) - rng.normal(size=(1, n, 8))).max(axis=2)
    a, b = rng.dirichlet(np.ones(n)), rng.dirichlet(np.ones(n))
    return Case(
        name="least cost of a matrix, method sparse",
        sizes={"atoms": n},
        contenders={
            "dualgap": lambda: float(dg.wasserstein(dg.Histogram(a), dg.Histogram(b), cost=cost, method="sparse")),
            "POT": lambda: float(ot.emd2(a, b, cost, numItermax=2**60)),
        },
    )


def cases() -> Iterator[Case]:
    """The comparisons, smallest first."""
    yield line(1_000_000)
    yield weighted_line(1_000_000, 700_001)
    for d in (2, 16):
        yield clouds(2_000, d, method="exact")
    yield clouds(2_000, 2, method="sinkhorn", repeats=1)
    yield matrix(3_000)
    for d in (2, 8):
        yield clouds(4_000, d, method="sparse")
