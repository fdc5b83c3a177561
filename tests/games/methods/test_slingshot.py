"""Signed steps: a pair is exactly a shrinking."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

import dualgap as dg

XY = dg.games.bilinear([[1.0]])


@given(st.floats(-3, 3), st.floats(-3, 3), st.floats(0.05, 0.95))
def test_a_pair_on_xy_multiplies_both_players_by_one_minus_the_squared_step(x, y, h):
    run = dg.simulate(XY, dg.methods.Slingshot(step=h), start=(x, y), steps=1)
    # the products of numbers below 6: a few roundings
    assert abs(run.x[-1].item() - (1 - h * h) * x) < 4e-15
    assert abs(run.y[-1].item() - (1 - h * h) * y) < 4e-15
