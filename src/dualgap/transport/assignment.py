"""Potentials of an assignment between equal masses, to start the simplex from: by OR-Tools where it is installed."""

from __future__ import annotations

import importlib.util
from typing import Any

import numpy as np

from dualgap.transport.pricing import Pairs

__all__ = ["is_available", "potentials"]

#: Costs are rounded to whole numbers; the solver multiplies them by a few n and must stay below 2^62.
LARGEST_PRODUCT = 2.0**58

#: Rounds in which potentials travel along chains of arcs; those that have not arrived then are left to the simplex.
MOST_ROUNDS = 300


def is_available() -> bool:
    """Whether the extra ``scale`` is installed."""
    return importlib.util.find_spec("ortools") is not None


def potentials(arcs: Pairs, f: np.ndarray, g: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """Potentials of the cheapest perfect matching along the arcs, to the rounding of costs to whole numbers.

    With s(i) the partner of i, they are the shortest ways in the graph of exchanged partners:

    .. math:: g_j = \\min_i \\, (c_{ij} - c_{i s(i)} + g_{s(i)}), \\quad f_i = c_{i s(i)} - g_{s(i)}

    Parameters
    ----------
    arcs : Pairs
    f, g : (n,) arrays
        Potentials near the optimum: costs less these round least.

    Returns
    -------
    pair of (n,) arrays, or None where the arcs hold no perfect matching

    Examples
    --------
    >>> arcs = Pairs(np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]), np.array([1.0, 2.0, 1.0, 4.0]))
    >>> if is_available():
    ...     f, g = potentials(arcs, np.zeros(2), np.zeros(2))
    ...     assert round(float(f.sum() + g.sum()), 9) == 3

    Reference: goldberg1995
    """
    from ortools.graph.python import linear_sum_assignment

    n = len(f)
    reduced = arcs.costs - f[arcs.rows] - g[arcs.columns]
    least = float(reduced.min())
    f, reduced = f + least, reduced - least
    largest = float(reduced.max())
    if largest == 0:
        return f, g
    whole = np.rint(reduced * (LARGEST_PRODUCT / (n + 1) ** 2 / largest)).astype(np.int64)
    solver: Any = linear_sum_assignment.SimpleLinearSumAssignment()
    solver.add_arcs_with_cost(arcs.rows.astype(np.int32), arcs.columns.astype(np.int32), whole)
    if solver.solve() != solver.OPTIMAL:
        return None
    partner = np.array([solver.right_mate(i) for i in range(n)])
    return _of_matching(arcs, reduced, partner, f, g)


def _of_matching(
    arcs: Pairs, reduced: np.ndarray, partner: np.ndarray, f: np.ndarray, g: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Bellman and Ford's shortest ways through the partners, all arcs at once."""
    matched = partner[arcs.rows] == arcs.columns
    paid = np.empty(len(partner))
    paid[arcs.rows[matched]] = reduced[matched]
    length, source = reduced - paid[arcs.rows], partner[arcs.rows]
    ways = np.zeros(len(partner))
    for _ in range(MOST_ROUNDS):
        before = ways.copy()
        np.minimum.at(ways, arcs.columns, before[source] + length)
        if np.array_equal(ways, before):
            break
    return f + paid - ways[partner], g + ways
