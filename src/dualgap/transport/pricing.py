"""Pricing: among all pairs, those whose reduced cost c_ij - f_i - g_j is smallest, and c-transforms that are proved by it."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeGuard, final

import numpy as np
from scipy.spatial import KDTree

from dualgap.threads import cores, over_cores, over_workers
from dualgap.transport.ground import ROUNDOFF, Cost, PointCost
from dualgap.transport.screening import Screen, screen
from dualgap.validation import is_torch

__all__ = ["Pairs", "Partners", "accelerator", "cheapest", "shrunk", "violated"]

#: A tree of lifted points finds partners faster than all pairs, in so few dimensions and from so many pairs on.
TREE_DIMENSION, TREE_PAIRS = 3, 3e10

#: A sample of one in so many columns, evenly spread and in two halves, tells which reduced costs are small.
SAMPLE = 16

#: So many more partners than are asked for are compared, for the cheapest to be among them for sure.
SPARE = 8

#: From so many pairs on a product is worth the way to an accelerator, and pieces of it the way to other processes.
ACCELERATOR_PAIRS, SENT_PAIRS = 1e9, 1e7

#: So many pieces are made for the workers of an executor, who do not say how many they are.
SENT_PIECES = 32


@final
@dataclass(frozen=True)
class Pairs:
    """Pairs of atoms and what they cost, lowered by the rounding of :func:`shrunk`.

    Parameters
    ----------
    rows, columns : (k,) arrays of int
    costs : (k,) array
    """

    rows: np.ndarray
    columns: np.ndarray
    costs: np.ndarray


@final
@dataclass(frozen=True)
class Partners:
    """The cheapest partners of every row, and the c-transform that they prove.

    Parameters
    ----------
    pairs : Pairs
        About k of every row, the cheapest always.
    transform : (n,) array
        At most ``min_j (c_ij - g_j)`` over all columns, and that to rounding.
    """

    pairs: Pairs
    transform: np.ndarray


@final
@dataclass(frozen=True)
class Strip:
    """The screen of ``size`` consecutive rows, and the first of them: what a core or another process works on.

    Parameters
    ----------
    screened : Screen
    first, size : int
    """

    screened: Screen
    first: int
    size: int


def shrunk(cost: Cost, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """The costs of pairs, lowered by what any way of computing them may round: no larger than the true ones.

    Examples
    --------
    >>> from dualgap.transport.ground import point_cost
    >>> cost = point_cost(np.zeros((1, 1)), np.array([[3.0]]), order=2, ground="euclidean")
    >>> round(float(shrunk(cost, np.zeros(1, int), np.zeros(1, int))[0]), 12)
    9.0
    """
    return cost.powers(rows, columns) * (1 - 2 * cost.relative_error - 8 * ROUNDOFF * (cost.order + 1))


def accelerator(cost: Cost) -> str | None:
    """The device of torch that pricing is worth taking to, None for the cores."""
    n, m = cost.shape
    if not isinstance(cost, PointCost) or n * m < ACCELERATOR_PAIRS:
        return None
    import torch

    return "cuda" if torch.cuda.is_available() else None


def violated(
    cost: Cost,
    f: np.ndarray,
    g: np.ndarray,
    *,
    most: int,
    device: str | None = None,
    executor: Executor | None = None,
) -> Pairs | None:
    """Every pair whose potentials may exceed its cost, f_i + g_j >= c_ij up to rounding, among all n m.

    Parameters
    ----------
    cost : Cost, of shape (n, m)
    f, g : (n,) and (m,) arrays
    most : int
        Give up, with None, where there are more than so many pairs.
    device : str, optional
        Of torch, to screen there.
    executor : concurrent.futures.Executor, optional
        Whose workers screen, where there are many pairs.

    Examples
    --------
    >>> from dualgap.transport.ground import point_cost
    >>> cost = point_cost(np.zeros((1, 1)), np.array([[1.0], [2.0]]), order=2, ground="euclidean")
    >>> violated(cost, np.array([2.0]), np.array([0.0, 1.0]), most=9).columns
    array([0])
    """
    m, executor = cost.shape[1], _worth(cost, executor)
    parts = _strips(cost, screen(cost, f, g, device), executor)
    room = max(most // len(parts), m)
    found = _over_all(partial(_violated, m=m, room=room), parts, executor)
    keys = [part.first * m + of_part for part, of_part in zip(parts, found, strict=True) if of_part is not None]
    if len(keys) < len(found):
        return None
    rows, columns = np.divmod(np.concatenate(keys), m)
    return Pairs(rows, columns, shrunk(cost, rows, columns))


def _violated(part: Strip, m: int, room: int) -> np.ndarray | None:
    """The keys i m + j of the pairs of a strip below their potentials; None where they are too many."""
    height, width = part.screened.tile
    found, count = [], 0
    for start in range(0, part.size, height):
        rows = slice(start, min(start + height, part.size))
        for first in range(0, m, width):
            block = part.screened.block(rows, slice(first, min(first + width, m)))
            i, j = _where(block <= 0)
            count += len(i)
            if count > room:
                return None
            if len(i):
                found.append((i + start) * m + (j + first))
    return np.concatenate(found) if found else np.empty(0, dtype=np.intp)


def cheapest(
    cost: Cost, g: np.ndarray, k: int, *, device: str | None = None, executor: Executor | None = None
) -> Partners:
    """About k cheapest partners of every row at column potentials g, and the c-transform of g.

    Squared Euclidean costs are a nearest-neighbour question in one more dimension:

    .. math:: |x - y_j|^2 - g_j = |(x, 0) - (y_j, \\sqrt{\\max g - g_j})|^2 - \\max g

    and go to a tree where there are many pairs in few dimensions; others are screened a block at a time, on all cores.

    Parameters
    ----------
    cost : Cost, of shape (n, m)
    g : (m,) array
    k : int
    device : str, optional
        Of torch, to screen there.
    executor : concurrent.futures.Executor, optional
        Whose workers screen, where there are many pairs and no tree.

    Examples
    --------
    >>> from dualgap.transport.ground import point_cost
    >>> cost = point_cost(np.zeros((1, 1)), np.array([[1.0], [2.0]]), order=2, ground="euclidean")
    >>> found = cheapest(cost, np.array([0.0, 3.5]), 2)
    >>> found.pairs.columns, found.transform
    (array([1, 0]), array([0.5]))

    Reference: schmitzer2016
    """
    constant = float(np.median(g))  # of no account to which is cheapest, but small numbers round least
    moved = g - constant
    found = _cheapest(cost, moved, k, device, executor)
    rounding = 4 * ROUNDOFF * (abs(constant) + float(np.abs(moved).max()))
    return Partners(found.pairs, found.transform - constant - rounding)


def _cheapest(cost: Cost, g: np.ndarray, k: int, device: str | None, executor: Executor | None) -> Partners:
    n, m = cost.shape
    if device is None and n * m >= TREE_PAIRS and _suits_a_tree(cost):
        rows, columns, beyond = _by_tree(cost, g, k + SPARE)
    else:
        rows, columns, beyond = _by_screen(cost, screen(cost, np.zeros(n), g, device), k + SPARE, executor)
    costs = shrunk(cost, rows, columns)
    reduced = costs - g[columns]
    transform = np.full(n, np.inf)
    np.minimum.at(transform, rows, reduced)
    unsure = np.flatnonzero(beyond < transform)
    if len(unsure):
        transform[unsure] = _directly(cost, g, unsure)
    order = np.lexsort((reduced, rows))
    kept = order[np.arange(len(order)) - np.searchsorted(rows[order], rows[order]) < k]
    return Partners(Pairs(rows[kept], columns[kept], costs[kept]), transform)


def _suits_a_tree(cost: Cost) -> TypeGuard[PointCost]:
    if not isinstance(cost, PointCost):
        return False
    return cost.order == 2 and cost.ground == "euclidean" and cost.unit == 1 and cost.x.shape[1] <= TREE_DIMENSION


def _directly(cost: Cost, g: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """The c-transform at some rows where more columns are as near as a screen can tell than were kept."""
    some = cost.part(rows, np.arange(cost.shape[1]))
    height = max(1, 2**18 // len(g))
    lower = 1 - 2 * cost.relative_error - 8 * ROUNDOFF * (cost.order + 1)

    def least(start: int) -> np.ndarray:
        return (some.block(start, min(start + height, len(rows))) * lower - g).min(axis=1)

    return np.concatenate(over_cores(least, range(0, len(rows), height)))


def _by_tree(cost: PointCost, g: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The k nearest lifted points, around the clouds' own means; and what all others cost at least."""
    k = min(k + 1, cost.shape[1])
    centres = cost.x.mean(axis=0), cost.y.mean(axis=0)
    shift = centres[0] - centres[1]
    x, y = cost.x - centres[0], cost.y - centres[1]
    moved = g + 2 * (y @ shift)
    top = moved.max()
    lifted = np.column_stack([y, np.sqrt(top - moved)])
    apart, columns = KDTree(lifted).query(np.column_stack([x, np.zeros(len(x))]), k=k, workers=cores())
    apart, columns = np.asarray(apart).reshape(len(x), k), np.asarray(columns).reshape(len(x), k)
    linear = 2 * (x @ shift) + float(shift @ shift)
    spread = np.square(x).sum(axis=1) + np.square(apart[:, -1]) + abs(top) + np.abs(linear) + float(shift @ shift)
    beyond = np.square(apart[:, -1]) - top + linear - 64 * ROUNDOFF * (x.shape[1] + 4) * spread
    if k == cost.shape[1]:
        beyond = np.full(len(x), np.inf)
    return np.repeat(np.arange(len(x)), k), columns.ravel(), beyond


def _by_screen(
    cost: Cost, screened: Screen, k: int, executor: Executor | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pairs below a threshold that a sample of the columns gives; and what all others cost at least."""
    executor = _worth(cost, executor)
    parts = _strips(cost, screened, executor)
    found = _over_all(partial(_least, k=k, m=cost.shape[1]), parts, executor)
    rows = np.concatenate([part.first + one[0] for part, one in zip(parts, found, strict=True)])
    columns, bounds = (np.concatenate([one[place] for one in found]) for place in (1, 2))
    return rows, columns, bounds * screened.unit


def _least(part: Strip, k: int, m: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of a strip: rows and columns of its pairs below the threshold, and what all others cost at least."""
    height, width = part.screened.tile
    halves = [slice(0, m, 2 * SAMPLE), slice(SAMPLE, m, 2 * SAMPLE)] if m >= 4 * SAMPLE * k else None
    rows, columns, bounds = [], [], []
    for start in range(0, part.size, height):
        some = slice(start, min(start + height, part.size))
        limit = None if halves is None else _highest([_row_least(part.screened.block(some, half)) for half in halves])
        i, j, value = _below(part.screened, some, m, width, limit)
        size = some.stop - some.start
        order = np.lexsort((value, i))
        i, j, value = i[order], j[order], value[order]
        counts = np.bincount(i, minlength=size)
        first = np.cumsum(counts) - counts
        kept = np.arange(len(i)) - first[i] < k
        # Beyond what is kept there is the next found or, where there is none, what was above the limit.
        beyond = np.full(size, np.inf) if limit is None else _plain(limit).astype(np.float64)
        more = counts > k
        beyond[more] = np.minimum(beyond[more], value[first[more] + k])
        rows.append(i[kept] + start)
        columns.append(j[kept])
        bounds.append(beyond)
    return np.concatenate(rows), np.concatenate(columns), np.concatenate(bounds)


def _below(screened: Screen, rows: slice, m: int, width: int, limit: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The pairs of some rows whose estimates are at most the limits of the rows; all pairs without limits."""
    i, j, values = [], [], []
    for first in range(0, m, width):
        block = screened.block(rows, slice(first, min(first + width, m)))
        row, column = _where(block <= (np.inf if limit is None else limit[:, None]))
        i.append(row)
        j.append(column + first)
        values.append(_plain(block)[row, column] if not is_torch(block) else _plain(block[row, column]))
    return np.concatenate(i), np.concatenate(j), np.concatenate(values)


def _strips(cost: Cost, screened: Screen, executor: Executor | None) -> list[Strip]:
    """Consecutive rows: a few pieces a core, so that no core waits long, each of at least a block."""
    n = cost.shape[0]
    pieces = 1 if screened.on_device else SENT_PIECES if executor is not None else 8 * cores()
    edges = np.linspace(0, n, min(pieces, -(-n // screened.tile[0])) + 1).astype(int).tolist()
    return [Strip(screened.strip(slice(i, j)), i, j - i) for i, j in itertools.pairwise(edges)]


def _worth(cost: Cost, executor: Executor | None) -> Executor | None:
    """The executor, where there are pairs enough."""
    return executor if cost.shape[0] * cost.shape[1] >= SENT_PAIRS else None


def _over_all(work: Callable[[Strip], Any], parts: list[Strip], executor: Executor | None) -> list[Any]:
    """What comes of every strip: by the workers of an executor, on all cores here, or on a device, which takes one at a time."""
    if executor is not None and len(parts) > 1:
        return over_workers(work, parts, executor)
    return [work(part) for part in parts] if parts[0].screened.on_device else over_cores(work, parts)


def _where(mask: Any) -> tuple[np.ndarray, np.ndarray]:
    if is_torch(mask):
        i, j = mask.nonzero(as_tuple=True)
        return i.cpu().numpy(), j.cpu().numpy()
    i, j = np.divmod(np.flatnonzero(mask), mask.shape[1])
    return i, j


def _row_least(block: Any) -> Any:
    return block.amin(dim=1) if is_torch(block) else block.min(axis=1)


def _highest(both: list[Any]) -> Any:
    return both[0].maximum(both[1]) if is_torch(both[0]) else np.maximum(*both)


def _plain(array: Any) -> np.ndarray:
    return array.cpu().numpy() if is_torch(array) else array
