"""Unrolling damps the rotation of xy by the known eigenvalues."""

from __future__ import annotations

import cmath

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.games import linearise

XY = dg.games.bilinear([[1.0]])


@given(st.integers(1, 8), st.floats(0.02, 0.4))
def test_the_flow_on_xy_has_the_known_eigenvalues(unroll, inner):
    eta, damping = 1e-3, unroll * inner
    found = linearise(XY, dg.methods.Unrolled(step=eta, unroll=unroll, inner_step=inner)).eigenvalues
    root = cmath.sqrt(damping**2 - 1)
    expected = 1 - eta * np.array([damping + root, damping - root])
    # near K s = 1 the two meet and split by the root of rounding
    assert min(np.abs(found - expected).max(), np.abs(found[::-1] - expected).max()) < 1e-7


@pytest.mark.parametrize("option", [{"unroll": 0, "inner_step": 0.1}, {"unroll": 2, "inner_step": -0.1}])
def test_bad_options_are_named(option):
    with pytest.raises(InvalidInput, match=r"^(unroll|inner_step) must"):
        dg.methods.Unrolled(step=0.1, **option)
