"""Potentials from a matching: feasible on the arcs and tight on the cheapest one."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualgap.transport import assignment
from dualgap.transport.pricing import Pairs


def complete(seed: int, n: int) -> tuple[Pairs, np.ndarray, np.ndarray]:
    cost = np.random.default_rng(seed).uniform(size=(n, n))
    rows, columns = np.divmod(np.arange(n * n), n)
    best = min(itertools.permutations(range(n)), key=lambda one: cost[np.arange(n), one].sum())
    return Pairs(rows, columns, cost.ravel()), cost, np.array(best)


def assert_optimal(cost: np.ndarray, best: np.ndarray, f: np.ndarray, g: np.ndarray) -> None:
    assert (f[:, None] + g <= cost + 1e-12).all()  # costs are rounded at 2^-40 and finer here
    assert f.sum() + g.sum() == pytest.approx(cost[np.arange(len(f)), best].sum(), abs=1e-12)


@given(st.integers(0, 10**6), st.integers(1, 6), st.floats(-5, 5))
def test_the_shortest_ways_of_the_cheapest_matching_are_optimal_potentials(seed, n, start):
    arcs, cost, best = complete(seed, n)
    f, g = np.full(n, start), np.linspace(0, start, n)
    reduced = arcs.costs - f[arcs.rows] - g[arcs.columns]
    assert_optimal(cost, best, *assignment._of_matching(arcs, reduced - reduced.min(), best, f + reduced.min(), g))


@given(st.integers(0, 10**6), st.integers(2, 6))
def test_the_solver_finds_them(seed, n):
    pytest.importorskip("ortools")
    arcs, cost, best = complete(seed, n)
    found = assignment.potentials(arcs, np.zeros(n), np.zeros(n))
    assert found is not None
    assert_optimal(cost, best, *found)


def test_arcs_without_a_perfect_matching_have_none():
    pytest.importorskip("ortools")
    arcs = Pairs(np.array([0, 1]), np.array([0, 0]), np.array([1.0, 2.0]))
    assert assignment.potentials(arcs, np.zeros(2), np.zeros(2)) is None
