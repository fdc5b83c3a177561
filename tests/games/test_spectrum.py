"""Eigenvalues through rounding: multiple ones are counted, their Jordan blocks measured, different ones kept apart."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import block_diag
from scipy.stats import ortho_group

from dualgap.errors import InvalidInput
from dualgap.games import spectrum

SEEDS = st.integers(0, 10**6)


def jordan(value, size):
    return value * np.eye(size) + np.diag(np.ones(size - 1), 1)


def rotated(matrix, seed, condition=3.0):
    """The matrix in other coordinates, so that its eigenvalues have to be found through rounding."""
    rng, n = np.random.default_rng(seed), len(matrix)
    left, right = (ortho_group.rvs(n, random_state=rng) if n > 1 else np.eye(1) for _ in range(2))
    change = left @ np.diag(np.geomspace(1, condition, n)) @ right
    return change @ matrix @ np.linalg.inv(change)


@pytest.mark.parametrize(
    "blocks",
    [
        [(0.5, 2)],
        [(0.5, 3)],
        [(0.9, 4), (-0.3, 2)],
        [(0.5, 3), (0.5, 1), (0.2, 1)],
        [(0.5, 2), (0.5, 2)],
        [(1.0, 2), (1.0001, 1)],
        [(0.7, 1), (0.7, 1), (0.1, 1)],
        [(0.5, 6), (0.3, 4)],
    ],
)
@given(seed=SEEDS)
def test_jordan_blocks_are_found_through_rounding(blocks, seed):
    found = spectrum(rotated(block_diag(*[jordan(*block) for block in blocks]), seed))
    values = sorted({value for value, _ in blocks}, key=lambda value: -abs(value))
    assert len(found) == len(values)
    for one, value in zip(found, values, strict=True):
        sizes = [size for other, size in blocks if other == value]
        assert (one.multiplicity, one.eigenvectors, one.index) == (sum(sizes), len(sizes), max(sizes))
        assert one.defective == (max(sizes) > 1)
        assert abs(one.value - value) <= one.error
        # the mean is known to rounding times the condition of the coordinates, though the single ones split by 1e-3;
        # (1, 1.0001) magnify it by one over the distance of its two eigenvalues, squared
        assert abs(one.value - value) < 1e-6 if 1.0001 in values else abs(one.value - value) < 1e-10


@given(SEEDS, st.integers(2, 12))
def test_random_matrices_have_simple_eigenvalues_within_their_errors(seed, n):
    matrix = np.random.default_rng(seed).normal(size=(n, n))
    found = spectrum(matrix)
    assert [one.multiplicity for one in found] == [1] * n
    expected = np.linalg.eigvals(matrix)
    for one in found:
        assert np.abs(expected - one.value).min() <= 2 * one.error


@given(st.floats(1e-5, 1e-1))
def test_two_eigenvalues_that_differ_by_more_than_rounding_splits_are_two(distance):
    # a Jordan block of two splits by the root of 1e-15; two eigenvalues further apart than 1e-5 are different
    found = spectrum(rotated(np.array([[0.5, 1.0], [0.0, 0.5 + distance]]), 0))
    assert [one.multiplicity for one in found] == [1, 1]
    assert not any(one.defective for one in found)


def test_the_errors_cover_a_perturbation_of_the_stated_size():
    rng = np.random.default_rng(1)
    matrix = rng.normal(size=(6, 6))
    found = spectrum(matrix, uncertainty=1e-6)
    for _ in range(50):
        change = rng.normal(size=(6, 6))
        moved = np.linalg.eigvals(matrix + 1e-6 * change / np.linalg.norm(change, 2))
        assert all(np.abs(moved - one.value).min() <= 1.01 * one.error for one in found)  # first order, and 1% beyond


def test_a_real_matrix_has_real_values_where_they_are_real_and_shows_itself():
    found = spectrum([[2.0, 1.0], [0.0, 2.0]])
    assert found[0].value == 2.0
    assert "2 times, defective (Jordan block of 2)" in repr(found[0])
    assert "times" not in repr(spectrum([[2.0]])[0])
    assert spectrum(np.zeros((3, 3)))[0].multiplicity == 3


@pytest.mark.parametrize("matrix", [[[1.0, 2.0]], [1.0], [[np.nan]], "a", [[True]]])
def test_what_is_no_square_matrix_is_refused(matrix):
    with pytest.raises(InvalidInput, match=r"^matrix must"):
        spectrum(matrix)
