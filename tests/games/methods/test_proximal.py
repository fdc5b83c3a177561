"""The proximal point method: its rate, its implicit equation, and the repellers that it attracts to."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import dualgap as dg
from dualgap.errors import InvalidInput

XY = dg.games.bilinear([[1.0]])


@given(st.floats(0.05, 5))
def test_on_xy_the_rate_is_one_over_the_root_of_one_plus_the_squared_step(h):
    assert abs(dg.predict_rate(XY, dg.methods.ProximalPoint(step=h)) - 1 / math.sqrt(1 + h * h)) < 1e-12


@given(st.floats(-2, 2), st.floats(-2, 2))
def test_the_step_ends_where_its_own_field_leads_back(theta, psi):
    game, h = dg.games.dirac_gan(), 0.5
    x, y = torch.tensor([theta], dtype=torch.float64), torch.tensor([psi], dtype=torch.float64)
    new_x, new_y, _ = dg.methods.ProximalPoint(step=h, inner_steps=8).step(game, x, y, {}, lambda: None)
    field = game.field(new_x, new_y)
    assert abs(float(new_x + h * field[0] - x)) < 1e-12
    assert abs(float(new_y + h * field[1] - y)) < 1e-12


def test_a_large_step_attracts_to_a_repeller():
    game = dg.games.quadratic([[-3.0]], [[0.0]], [[-3.0]])
    assert dg.predict_rate(game, dg.methods.ProximalPoint(step=1.0)) == pytest.approx(0.5)


def test_inner_steps_are_counted():
    with pytest.raises(InvalidInput, match=r"^inner_steps must be at least 1"):
        dg.methods.ProximalPoint(step=0.1, inner_steps=0)
