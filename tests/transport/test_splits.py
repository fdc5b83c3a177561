"""Splits cannot leak."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualgap.errors import InvalidInput
from dualgap.measures import Points, Samples
from dualgap.transport.splits import split_draws


@given(st.integers(20, 200), st.integers(20, 200), st.integers(0, 10))
def test_every_draw_is_in_exactly_one_part(n, m, seed):
    split = split_draws(Samples(np.arange(float(n))), Samples(-1 - np.arange(float(m))), seed)
    for side, size in ((0, n), (1, m)):
        parts = [part[side][:, 0] for part in (split.train, split.validation, split.held_out)]
        assert all(len(part) > 0 for part in parts)
        joined = np.sort(np.abs(np.concatenate(parts)))
        assert np.array_equal(joined, np.arange(float(size)) + side)


def test_points_are_used_whole_with_their_weights():
    points = Points([0.0, 2.0], [0.25, 0.75])
    split = split_draws(points, points, 0)
    assert len(split.train[0]) == len(split.held_out[0]) == 2
    assert split.train_masses[0].tolist() == [0.25, 0.75]


def test_too_few_and_constant_draws_are_refused():
    with pytest.raises(InvalidInput, match=r"^q must have at least 20 draws to be split, got 19"):
        split_draws(Samples(np.arange(20.0)), Samples(np.arange(19.0)), 0)
    with pytest.raises(InvalidInput, match=r"^p and q must not be constant"):
        split_draws(Samples(np.ones(30)), Samples(np.ones(30)), 0)


@pytest.mark.parametrize("unit", [1e-200, 1e200])
def test_draws_whose_squares_leave_float64_are_refused(unit):
    """With norms that underflow a critic is no longer 1-Lipschitz, and what it proves was seen to be above the truth."""
    draws = unit * np.random.default_rng(0).normal(size=(40, 2))
    with pytest.raises(InvalidInput, match=r"^p and q must be spread over between 1e-152 and 1e\+152") as caught:
        split_draws(Samples(draws), Samples(draws), 0)
    assert caught.value.argument == "p"


@pytest.mark.parametrize("unit", [1e-150, 1e150])
def test_the_radius_scales_with_the_coordinates(unit):
    draws = np.random.default_rng(0).normal(size=(40, 2))
    plain, scaled = (split_draws(Samples(s * draws), Samples(s * draws), 0).radius for s in (1.0, unit))
    assert scaled / unit == pytest.approx(plain, rel=1e-12)
