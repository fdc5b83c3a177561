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
