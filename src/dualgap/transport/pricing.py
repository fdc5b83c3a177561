"""Pricing: for every atom, the partners that are cheapest at given potentials, among all pairs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
from scipy.spatial import KDTree

from dualgap.transport.ground import PointCost

__all__ = ["Partners", "cheapest"]

#: A tree finds nearest neighbours faster than all pairs up to about this many coordinates.
TREE_DIMENSION = 4


@final
@dataclass(frozen=True)
class Partners:
    """For each of n atoms the k columns of smallest c_ij - g_j, ascending.

    Parameters
    ----------
    columns : (n, k) array of int
    reduced : (n, k) array
        The c_ij - g_j; the first column is the c-transform of g.
    """

    columns: np.ndarray
    reduced: np.ndarray


def cheapest(cost: PointCost, g: np.ndarray, k: int) -> Partners:
    """The k cheapest partners of every row at column potentials g.

    Squared Euclidean costs are a nearest-neighbour question in one more dimension:

    .. math:: |x - y_j|^2 - g_j = |(x, 0) - (y_j, \\sqrt{\\max g - g_j})|^2 - \\max g

    and go to a tree where the dimension is low; other costs are priced pair by pair, a block at a time.

    Parameters
    ----------
    cost : PointCost, of shape (n, m)
    g : (m,) array
    k : int

    Examples
    --------
    >>> import numpy as np
    >>> from dualgap.transport.ground import point_cost
    >>> cost = point_cost(np.zeros((1, 1)), np.array([[1.0], [2.0]]), order=2, ground="euclidean")
    >>> found = cheapest(cost, np.array([0.0, 3.5]), 2)
    >>> found.columns, found.reduced
    (array([[1, 0]]), array([[0.5, 1. ]]))
    """
    k = min(k, cost.shape[1])
    if cost.order == 2 and cost.ground == "euclidean" and cost.unit == 1 and cost.x.shape[1] <= TREE_DIMENSION:
        columns = _by_tree(cost, g, k)
    else:
        columns = _by_blocks(cost, g, k)
    rows = np.repeat(np.arange(len(columns)), columns.shape[1])
    # Recomputed by differences: what the tree or a partition used only had to be good enough to choose.
    reduced = (cost.distances(rows, columns.ravel()) ** cost.order).reshape(columns.shape) - g[columns]
    order = np.argsort(reduced, axis=1)
    return Partners(np.take_along_axis(columns, order, axis=1), np.take_along_axis(reduced, order, axis=1))


def _by_tree(cost: PointCost, g: np.ndarray, k: int) -> np.ndarray:
    centre = cost.y.mean(axis=0)
    lifted = np.column_stack([cost.y - centre, np.sqrt(g.max() - g)])
    asked = np.column_stack([cost.x - centre, np.zeros(len(cost.x))])
    _, columns = KDTree(lifted).query(asked, k=k, workers=-1)
    return np.asarray(columns).reshape(len(asked), k)


def _by_blocks(cost: PointCost, g: np.ndarray, k: int) -> np.ndarray:
    found = np.empty((cost.shape[0], k), dtype=np.intp)
    for rows, block in cost.blocks():
        block -= g
        found[rows] = block.argmin(axis=1)[:, None] if k == 1 else np.argpartition(block, k - 1, axis=1)[:, :k]
    return found
