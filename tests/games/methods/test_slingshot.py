"""Signed steps: a pair is exactly a shrinking."""

from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st

import dualgap as dg

XY = dg.games.bilinear([[1.0]])


def test_each_player_steps_against_its_own_interest_once():
    h = 0.3
    start = tuple(torch.tensor([value], dtype=torch.float64) for value in (0.7, -0.4))
    game = dg.games.dirac_gan()
    grad_x, grad_y = game.field(*start)
    x, y = start[0] - h * grad_x, start[1] + h * grad_y
    grad_x, grad_y = game.field(x, y)
    run = dg.simulate(game, dg.methods.Slingshot(step=h), start=start, steps=1)
    assert torch.allclose(run.x[-1], x + h * grad_x, rtol=0, atol=1e-15)
    assert torch.allclose(run.y[-1], y - h * grad_y, rtol=0, atol=1e-15)


@given(st.floats(-3, 3), st.floats(-3, 3), st.floats(0.05, 0.95))
def test_a_pair_on_xy_multiplies_both_players_by_one_minus_the_squared_step(x, y, h):
    run = dg.simulate(XY, dg.methods.Slingshot(step=h), start=(x, y), steps=1)
    # the products of numbers below 6: a few roundings
    assert abs(run.x[-1].item() - (1 - h * h) * x) < 4e-15
    assert abs(run.y[-1].item() - (1 - h * h) * y) < 4e-15
