"""Rational linear algebra agrees with itself by another route, and rounds outwards."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualgap.games.exact import (
    conjugate,
    is_definite,
    least_eigenvalue_bound,
    matrix_vector,
    outward,
    quadratic_form,
    rationals,
)

FLOATS = st.floats(-1e300, 1e300).map(lambda x: x if abs(x) > 1e-300 else 0.0)


@given(
    st.lists(st.lists(FLOATS, min_size=3, max_size=3), min_size=1, max_size=3), st.lists(FLOATS, min_size=3, max_size=3)
)
def test_a_product_is_that_of_fractions(matrix, vector):
    expected = [
        sum((Fraction(a) * Fraction(b) for a, b in zip(row, vector, strict=True)), Fraction(0)) for row in matrix
    ]
    assert matrix_vector(np.array(matrix), np.array(vector)) == expected


@given(st.integers(0, 10**6))
def test_the_conjugate_is_half_the_pseudo_inverse_form(seed):
    rng = np.random.default_rng(seed)
    root = rng.integers(-3, 4, (4, 3)).astype(float)  # integers: the product is exact, and of rank at most 3
    matrix, z = root @ root.T, rng.integers(-3, 4, 4).astype(float)
    inside = matrix @ z
    assert conjugate(matrix, rationals(inside)) == quadratic_form(matrix, z) / 2
    outside = inside + np.linalg.svd(matrix)[0][:, -1]  # leaves the range by a vector of the kernel, rounded
    assert conjugate(matrix, rationals(outside)) is None


def test_what_is_not_positive_semi_definite_is_refused():
    for matrix in ([[-1e-300]], [[0.0, 1e-300], [1e-300, 1.0]], [[1.0, 2.0], [2.0, 1.0]]):
        with pytest.raises(ArithmeticError, match="not positive semi-definite"):
            conjugate(np.array(matrix), rationals(np.zeros(len(matrix))))


@given(st.fractions())
def test_rounding_goes_outwards_by_at_most_one_float(exact):
    below, above = outward(exact)
    assert Fraction(below) <= exact <= Fraction(above)
    assert above <= np.nextafter(below, np.inf)


def test_definiteness_is_decided_where_rounding_could_not():
    assert is_definite(np.array([[1.0, 1.0], [1.0, np.nextafter(1, 2)]])) is True
    assert is_definite(np.array([[1.0, 1.0], [1.0, 1.0]])) is False
    assert is_definite(np.array([[1.0, 1.0], [1.0, np.nextafter(1, 0)]])) is None


@given(st.integers(0, 10**6), st.integers(1, 12))
def test_the_bound_of_the_least_eigenvalue_is_below_it_and_near(seed, n):
    root = np.random.default_rng(seed).normal(size=(n, n))
    matrix = root @ root.T + 0.1 * np.eye(n)
    matrix = (matrix + matrix.T) / 2
    least = float(np.linalg.eigvalsh(matrix)[0])
    bound = least_eigenvalue_bound(matrix)
    assert 0.99 * least < bound < least
    # what the bound proves: the matrix minus it is positive definite, in rational arithmetic
    if n <= 6:
        assert is_definite(matrix - np.diag(np.full(n, np.nextafter(bound, -np.inf)))) is True


def test_a_singular_an_indefinite_and_an_unsymmetric_matrix_prove_nothing():
    for matrix in (np.zeros((2, 2)), np.diag([1.0, -1.0]), np.array([[1.0, 0.5], [0.0, 1.0]]), np.diag([1e-18, 1.0])):
        assert least_eigenvalue_bound(matrix) <= (1e-18 if matrix[0, 0] == 1e-18 else 0)
