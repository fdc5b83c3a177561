"""Coarse pictures of a cloud: nested cells of neighbouring atoms, and plans that are handed down from cells to atoms."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import final

import numpy as np

from dualgap.transport.one_dimensional import monotone_coupling

__all__ = ["Level", "families", "handed_down", "levels"]


@final
@dataclass(frozen=True)
class Level:
    """A cloud of cells: where they are, what they weigh, and which cell of the level above each belongs to.

    Parameters
    ----------
    points : (k, d) array
        Barycentres of the cells; on the finest level the atoms.
    masses : (k,) array
    parents : (k,) array of int
        Positions in the level above; empty on the coarsest.
    """

    points: np.ndarray
    masses: np.ndarray
    parents: np.ndarray


def levels(points: np.ndarray, masses: np.ndarray, depths: list[int]) -> list[Level]:
    """A cloud from coarse to fine: 2 ** depth nested cells for each depth, then the atoms themselves.

    A cell is halved at the median of its longest side, so that cells of a level hold equally many atoms, up to one.

    Parameters
    ----------
    points : (n, d) array
    masses : (n,) array
        Positive.
    depths : list of int, ascending

    Examples
    --------
    >>> coarse, fine = levels(np.array([[0.0], [9.0], [1.0], [8.0]]), np.full(4, 0.25), [1])
    >>> coarse.points.ravel(), fine.parents
    (array([0.5, 8.5]), array([0, 1, 0, 1]))
    """
    found, above = [], np.zeros(0, dtype=np.intp)
    for label in _nested(points, depths):
        count = int(label.max()) + 1
        mass = np.bincount(label, masses, count)
        share = masses / mass[label]
        centres = np.column_stack([np.bincount(label, share * column, count) for column in points.T])
        parents = np.zeros(0, dtype=np.intp)
        if len(above):
            parents = np.empty(count, dtype=np.intp)
            parents[label] = above
        found.append(Level(centres, mass, parents))
        above = label
    return [*found, Level(points, masses, above)]


def handed_down(
    rows: np.ndarray, columns: np.ndarray, mass: np.ndarray, x: Level, y: Level
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A plan between the children of cells that moves between cells what a plan between those moves.

    What leaves a cell is cut along its children's masses, then what enters one: two couplings of sorted masses.

    Parameters
    ----------
    rows, columns, mass : (k,) arrays
        A plan between the cells that x.parents and y.parents name.
    x, y : Level

    Returns
    -------
    rows, columns, mass : arrays
        Between the cells of x and y, with their masses as marginals, and at most k + len(x.masses) + len(y.masses)
        entries.

    Examples
    --------
    >>> x = Level(np.zeros((2, 1)), np.array([0.25, 0.75]), np.array([0, 0]))
    >>> y = Level(np.zeros((1, 1)), np.array([1.0]), np.array([0]))
    >>> handed_down(np.array([0]), np.array([0]), np.array([1.0]), x, y)
    (array([0, 1]), array([0, 0]), array([0.25, 0.75]))
    """
    children, flows, part = _shared_out(x.parents, x.masses, rows, mass)
    others, pieces, mass = _shared_out(y.parents, y.masses, columns[flows], part)
    return children[pieces], others, mass


def families(rows: np.ndarray, columns: np.ndarray, x: Level, y: Level) -> tuple[np.ndarray, np.ndarray]:
    """All pairs of a child of rows[k] with a child of columns[k], for every k.

    Examples
    --------
    >>> x = Level(np.zeros((2, 1)), np.full(2, 0.5), np.array([0, 0]))
    >>> families(np.array([0]), np.array([0]), x, x)
    (array([0, 0, 1, 1]), array([0, 1, 0, 1]))
    """
    of_rows, of_columns = (np.argsort(one.parents, kind="stable") for one in (x, y))
    first, second = (np.bincount(one.parents) for one in (x, y))
    begin, start = np.cumsum(first) - first, np.cumsum(second) - second
    wide = second[columns]
    counts = first[rows] * wide
    pair = np.repeat(np.arange(len(rows)), counts)
    place = np.arange(len(pair)) - np.repeat(np.cumsum(counts) - counts, counts)
    return (
        of_rows[begin[rows[pair]] + place // wide[pair]],
        of_columns[start[columns[pair]] + place % wide[pair]],
    )


def _shared_out(
    parents: np.ndarray, masses: np.ndarray, cells: np.ndarray, flows: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Flows out of cells, cut along the masses of the cells' children: (child, flow, mass)."""
    return monotone_coupling(parents.astype(np.float64), cells.astype(np.float64), masses, flows)[:3]


def _nested(points: np.ndarray, depths: list[int]) -> list[np.ndarray]:
    """For each depth, the cell of each point."""
    n = len(points)
    order, edges, found = np.arange(n), [0, n], []
    for depth in range(depths[-1] + 1 if depths else 0):
        if depth in depths:
            label = np.empty(n, dtype=np.intp)
            label[order] = np.repeat(np.arange(len(edges) - 1), np.diff(edges))
            found.append(label)
        finer = [0]
        for start, stop in itertools.pairwise(edges):
            if stop - start > 1:
                inside = order[start:stop]
                middle = (stop - start) // 2
                along = points[inside, int(np.ptp(points[inside], axis=0).argmax())]
                order[start:stop] = inside[np.argpartition(along, middle)]
                finer.append(start + middle)
            finer.append(stop)
        edges = finer
    return found
