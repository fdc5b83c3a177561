"""A law that is moved is as far away as it was moved, in every order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.testing.known_distances import shift


@given(
    by=st.lists(st.floats(-5, 5), min_size=1, max_size=4).filter(lambda v: np.linalg.norm(v) > 1e-3),
    order=st.floats(1, 4),
)
def test_the_potentials_are_tight_on_pairs_for_every_shift_and_order(by, order):
    problem = shift(len(by), by=by, order=order)
    assert problem.value == pytest.approx(np.linalg.norm(by), rel=1e-15)
    x, y = problem.pairs(10, seed=0)
    sums = problem.potential(x) + problem.partner(y)
    assert np.allclose(
        sums, problem.value**order, rtol=1e-9, atol=1e-11
    )  # slopes up to 4 * 10^3 times points of size 10


def test_on_the_line_it_is_the_distance_of_quantile_functions():
    x, y = shift(1, by=0.5).sample(200_000, seed=0)
    assert dg.wasserstein_1d(x[:, 0], y[:, 0]).value == pytest.approx(0.5, abs=0.02)  # five standard errors


def test_a_number_is_a_length_and_a_vector_a_way():
    x, y = shift(4, by=3.0).pairs(2, seed=0)
    assert np.allclose(y - x, 1.5)
    for by in (0.0, -1.0, np.nan, "1", None, [0.0, 0.0]):
        with pytest.raises(InvalidInput, match=r"^by must"):
            shift(2, by=by)
    with pytest.raises(InvalidInput, match=r"^dimension and by must have the same dimension"):
        shift(2, by=[1.0, 2.0, 3.0])
    with pytest.raises(InvalidInput, match=r"^order must"):
        shift(2, order=0.5)
