"""Wasserstein distances beside POT and scipy: on the line, and between clouds.

What is timed is what a user calls. The library's time includes the certificate: feasible potentials and both bounds.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import ot
import scipy.stats

import dualgap as dg
from benchmarks.case import Case


def _line(n: int) -> Case:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=n), rng.normal(0.5, 1.5, size=n)
    return Case(
        name="W1 on the line",
        sizes={"points": n},
        contenders={
            "dualgap": lambda: float(dg.wasserstein(x, y)),
            "POT": lambda: float(ot.emd2_1d(x, y, metric="euclidean")),
            "scipy": lambda: float(scipy.stats.wasserstein_distance(x, y)),
        },
    )


def _clouds(n: int, d: int) -> Case:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(n, d)), rng.normal(size=(n, d)) + 0.5

    def pot() -> float:
        return float(ot.emd2([], [], ot.dist(x, y, metric="euclidean"), numItermax=10_000_000))

    return Case(
        name="W1 between clouds",
        sizes={"points": n, "dimension": d},
        contenders={"dualgap": lambda: float(dg.wasserstein(x, y)), "POT": pot},
        repeats=3,
    )


def cases() -> Iterator[Case]:
    """The comparisons, smallest first."""
    yield _line(1_000)
    yield _line(100_000)
    yield _clouds(200, 3)
    yield _clouds(1_000, 3)
