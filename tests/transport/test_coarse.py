"""Cells are nested and balanced; plans handed down keep what moves between cells."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dualgap.transport.coarse import families, handed_down, levels


def cloud(seed, n, d):
    rng = np.random.default_rng(seed)
    return np.round(rng.normal(size=(n, d)), 1), rng.dirichlet(np.ones(n))  # with repeated points


@given(st.integers(0, 10**6), st.integers(1, 60), st.integers(1, 3), st.sampled_from([[0], [1, 3], [2, 3, 6]]))
def test_cells_are_nested_balanced_and_keep_mass_and_mean(seed, n, d, depths):
    points, masses = cloud(seed, n, d)
    found = levels(points, masses, depths)
    assert len(found) == len(depths) + 1
    for depth, level in zip(depths, found[:-1], strict=True):
        assert len(level.masses) == min(2**depth, n)
    for coarse, fine in itertools.pairwise(found):
        np.testing.assert_allclose(np.bincount(fine.parents, fine.masses), coarse.masses, rtol=1e-12)
        assert len(np.unique(fine.parents)) == len(coarse.masses)
    for level in found:
        # Sums of up to 60 terms round 60 times.
        np.testing.assert_allclose(level.masses @ level.points, masses @ points, atol=1e-13)
    sizes = np.bincount(found[-1].parents)
    assert sizes.max() <= sizes.min() + 1 or len(sizes) == n
    np.testing.assert_array_equal(found[-1].points, points)


@given(st.integers(0, 10**6), st.integers(2, 40), st.integers(2, 40))
def test_a_plan_handed_down_has_the_marginals_and_moves_the_same_between_cells(seed, n, m):
    (x, a), (y, b) = cloud(seed, n, 2), cloud(seed + 1, m, 2)
    above_x, fine_x = levels(x, a, [2])
    above_y, fine_y = levels(y, b, [2])
    plan = np.outer(above_x.masses, above_y.masses)
    rows, columns = np.nonzero(plan)
    i, j, mass = handed_down(rows, columns, plan[rows, columns], fine_x, fine_y)
    assert (mass > 0).all()
    # Cumulated masses round at 1e-16, some 1000 of them.
    np.testing.assert_allclose(np.bincount(i, mass, n), a, atol=1e-13)
    np.testing.assert_allclose(np.bincount(j, mass, m), b, atol=1e-13)
    again = np.zeros_like(plan)
    np.add.at(again, (fine_x.parents[i], fine_y.parents[j]), mass)
    np.testing.assert_allclose(again, plan, atol=1e-13)
    assert len(mass) <= len(rows) + n + m


@given(st.integers(0, 10**6), st.integers(2, 30), st.integers(2, 30))
def test_families_are_all_pairs_of_children(seed, n, m):
    _, x = levels(*cloud(seed, n, 2), [1])
    _, y = levels(*cloud(seed, m, 2), [1])
    rows, columns = np.array([0, 1, 1]), np.array([1, 0, 1])
    found = sorted(zip(*families(rows, columns, x, y), strict=True))
    wanted = [
        (i, j)
        for row, column in zip(rows, columns, strict=True)
        for i in np.flatnonzero(x.parents == row)
        for j in np.flatnonzero(y.parents == column)
    ]
    assert found == sorted(wanted)
