"""Nearest-neighbour KL of 100,000 draws, beside the same formula on scikit-learn's KDTree.

The library's time includes the subsampling interval and the look at where the draws lie; both use Euclidean distances.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from sklearn.neighbors import KDTree

import dualgap as dg
from benchmarks.case import Case


def _peer(x: np.ndarray, y: np.ndarray, k: int) -> float:
    """The formula as NPEET has it, with the number of neighbours counted without the draw itself."""
    rho = KDTree(x).query(x, k=k + 1)[0][:, -1]
    nu = KDTree(y).query(x, k=k)[0][:, -1]
    return x.shape[1] * float(np.log(nu / rho).mean()) + math.log(len(y) / (len(x) - 1))


def _clouds(n: int, d: int, k: int) -> Case:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(n, d)), rng.normal(size=(n, d)) + 0.5
    return Case(
        name=f"KL by {k} neighbour{'s' * (k > 1)}",
        sizes={"draws": n, "dimension": d},
        contenders={
            "dualgap": lambda: float(dg.kl(dg.Samples(x), dg.Samples(y), method="neighbours", neighbours=k)),
            "scikit-learn": lambda: _peer(x, y, k),
        },
    )


def cases() -> Iterator[Case]:
    """The comparisons, smallest first."""
    yield _clouds(10_000, 3, 1)
    for k in (1, 3, 5):
        yield _clouds(100_000, 3, k)
