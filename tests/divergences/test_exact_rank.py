from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dualgap.divergences.exact_rank import common_support, definite, rank_of_sum, rational, support

whole = st.integers(-9, 9).map(float)


@given(arrays(np.float64, (4, 2), elements=whole), st.integers(-300, 300))
def test_the_support_of_a_product_of_whole_numbers_has_its_rank(root, exponent):
    scale = np.ldexp(1.0, [0, exponent, -exponent, 1])
    covariance = (root @ root.T) * scale[:, None] * scale
    found = support(covariance)
    rank = np.linalg.matrix_rank(root)  # small whole numbers: singular values are 0 or above 0.01
    assert found.is_proved
    assert len(found.coordinates) == rank
    rows = list(found.coordinates)
    assert definite(rational(covariance[np.ix_(rows, rows)])) is not None


@pytest.mark.parametrize("gap", [2.0**-53, 1e-13, 1e-3])
def test_the_last_bit_decides(gap):
    covariance = np.array([[1.0, 1 - gap], [1 - gap, 1.0]])
    assert support(covariance).coordinates == (0, 1)
    assert support(np.ones((2, 2))).coordinates == (0,)
    assert definite(rational(np.array([[1.0, 1 + 2.0**-52], [1 + 2.0**-52, 1.0]]))) is None
    assert definite([[Fraction(1), Fraction(1, 3)], [Fraction(1, 3), Fraction(1, 9)]]) is None
    assert definite([[Fraction(1), Fraction(1, 3)], [Fraction(1, 3), Fraction(1, 9) + Fraction(1, 10**40)]])


def test_what_is_not_semi_definite_as_stored_is_not_proved():
    found = support(np.array([[1.0, 1 + 2.0**-52], [1 + 2.0**-52, 1.0]]))
    assert not found.is_proved
    assert len(found.coordinates) == 1


def test_a_shift_within_the_range_keeps_the_support():
    line, zero = np.ones((2, 2)), np.zeros(2)
    assert common_support(line, 3 * line, zero, np.full(2, 1e-300))
    assert not common_support(line, line, zero, np.array([1e-300, 0.0]))
    assert not common_support(line, np.eye(2), zero, zero)
    assert rank_of_sum(line, np.diag([1.0, 0.0]), zero, zero) == 2


def test_dimension_64_is_decided_exactly():
    rng = np.random.default_rng(0)
    root = rng.integers(-3, 4, size=(64, 40)).astype(float)
    found = support(root @ root.T)
    assert found.is_proved
    assert len(found.coordinates) == 40
    assert not support(np.ones((65, 65)) + np.zeros(65)).is_proved
