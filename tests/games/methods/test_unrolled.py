"""Unrolling damps the rotation of xy by the known eigenvalues."""

from __future__ import annotations

import cmath
import math

import numpy as np
import pytest
import torch
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


def test_a_scaling_scales_the_direction_as_a_whole():
    game, start = dg.games.dirac_gan(), (torch.tensor([0.7]).double(), torch.tensor([-0.4]).double())
    plain, scaled = (
        dg.methods.Unrolled(step=0.1, unroll=2, inner_step=0.1),
        dg.methods.Unrolled(step=0.1, unroll=2, inner_step=0.1, scaling=dg.methods.Adam(beta1=0.5)),
    )
    ends = []
    for method in (plain, scaled):
        x, y, _ = method.step(game, *start, method.init(game, *start), lambda: None)
        ends.append((float(x - start[0]), float(y - start[1])))
    # the first direction of Adam is the sign of the gradient
    assert ends[1] == pytest.approx([math.copysign(0.1, one) for one in ends[0]], rel=1e-6)
