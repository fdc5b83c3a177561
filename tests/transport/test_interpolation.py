"""Displacement interpolation is a geodesic of the Wasserstein distance."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.transport import displacement


@settings(max_examples=25)
@given(st.integers(0, 10**6), st.sampled_from([1, 2, 3]), st.integers(1, 3), st.floats(0, 1), st.floats(0, 1))
def test_distances_along_the_way_are_in_proportion_to_time(seed, order, d, s, t):
    rng = np.random.default_rng(seed)
    p = dg.Points(rng.normal(size=(6, d)), rng.dirichlet(np.ones(6)))
    b = dg.wasserstein(p, rng.normal(size=(5, d)), order=order)
    between = dg.wasserstein(displacement(b, s), displacement(b, t), order=order)
    # Masses of the plan round by 1e-16, and mass moved across a cloud of size 10 enters with the root of the order.
    assert between.value == pytest.approx(abs(t - s) * b.value, rel=1e-9, abs=10 * (1e-15) ** (1 / order))


def test_the_way_begins_and_ends_at_the_measures():
    x, y = np.random.default_rng(0).normal(size=(2, 7, 2))
    b = dg.wasserstein(x, y, order=2)
    for time, end in ((0, x), (1, y)):
        assert dg.wasserstein(displacement(b, time), end, order=2).value < 1e-7  # masses 1e-16 off, rooted


def test_bad_input_is_named():
    b = dg.wasserstein([0.0], [1.0])
    for time in (-0.1, 1.1, "half", np.nan):
        with pytest.raises(InvalidInput, match=r"^time"):
            displacement(b, time)
    for bad in (dg.kl([0.5, 0.5], [0.5, 0.5]), None, dg.wasserstein(dg.Gaussian(0.0, 1.0), dg.Gaussian(1.0, 1.0))):
        with pytest.raises(InvalidInput, match=r"^bracket"):
            displacement(bad, 0.5)
