"""The primal-dual method: its rate on xy, and its stability up to the root of 4/3."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dualgap as dg
from dualgap.errors import InvalidInput

XY = dg.games.bilinear([[1.0]])


@given(st.floats(0.05, 0.95))
def test_on_xy_the_rate_is_the_root_of_one_minus_the_squared_step(h):
    assert abs(dg.predict_rate(XY, dg.methods.PrimalDualHybridGradient(step=h)) - math.sqrt(1 - h * h)) < 1e-12


def test_it_is_stable_up_to_the_root_of_four_thirds():
    limit = math.sqrt(4 / 3)
    assert dg.predict_rate(XY, dg.methods.PrimalDualHybridGradient(step=limit - 1e-6)) < 1
    assert dg.predict_rate(XY, dg.methods.PrimalDualHybridGradient(step=limit + 1e-6)) > 1


@given(st.floats(0.05, 1.1))
def test_which_player_moves_first_does_not_change_the_rate_on_xy(h):
    rates = [dg.predict_rate(XY, dg.methods.PrimalDualHybridGradient(step=h, first=first)) for first in "xy"]
    assert rates[0] == pytest.approx(rates[1], abs=1e-9)


def test_two_singular_values_cannot_both_arrive_at_once():
    game = dg.games.bilinear([[1.0, 0.0], [0.0, 0.5]])
    rate = dg.predict_rate(game, dg.methods.PrimalDualHybridGradient(step=1.0))
    assert rate == pytest.approx(math.sqrt(1 - 0.25), abs=1e-7)  # the other eigenvalue, 0, is defective


def test_the_player_that_moves_first_is_named():
    with pytest.raises(InvalidInput, match=r"^first must be one of 'x', 'y'"):
        dg.methods.PrimalDualHybridGradient(step=0.1, first="both")


def test_at_step_one_it_arrives():
    run = dg.simulate(XY, dg.methods.PrimalDualHybridGradient(step=1.0), start=(0.7, -0.3), steps=20)
    assert float(run.measured_rate()) == 0
