"""Optimistic descent: its rate in both regimes, its first step, and its kinship with past-extragradient."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import dualgap as dg
from dualgap.games import linearise

XY = dg.games.bilinear([[1.0]])


@given(st.floats(0.02, 0.95))
def test_on_xy_the_rate_has_the_known_two_regimes(h):
    if abs(h - 0.5) < 1e-3:
        return  # a defective eigenvalue: the root of rounding
    if h <= 0.5:
        expected = math.sqrt((1 + math.sqrt(1 - 4 * h * h)) / 2)
    else:
        expected = math.sqrt(1 + (2 * h + math.sqrt(4 * h * h - 1)) ** 2) / 2
    # near a = 1/2 two eigenvalues approach and lose half of the digits
    assert abs(dg.predict_rate(XY, dg.methods.OptimisticGDA(step=h)) - expected) < 1e-9


def test_the_limit_on_xy_is_one_over_the_root_of_three_and_at_one_half_it_is_defective():
    limit = 1 / math.sqrt(3)
    assert dg.predict_rate(XY, dg.methods.OptimisticGDA(step=limit - 1e-6)) < 1
    assert dg.predict_rate(XY, dg.methods.OptimisticGDA(step=limit + 1e-6)) > 1
    assert linearise(XY, dg.methods.OptimisticGDA(step=0.5)).defective


class PlusSign(dg.methods.Method):
    """Forward-reflected-backward with a plus where there is a minus: z - 2 h F(z) - h F(z_past)."""

    def __init__(self, step):
        self.step_x = self.step_y = step

    def gradient_calls(self, game):
        return 2

    def init(self, game, x, y, draw=None):
        past_x, past_y = game.field(x, y)
        return {"past.x": past_x, "past.y": past_y}

    def step(self, game, x, y, state, draw):
        h, (grad_x, grad_y) = self.step_x, game.field(x, y)
        new_x, new_y = x - h * (2 * grad_x + state["past.x"]), y - h * (2 * grad_y + state["past.y"])
        return new_x, new_y, {"past.x": grad_x, "past.y": grad_y}


def test_with_a_plus_for_the_minus_it_would_be_unstable_at_every_step():
    for h in (0.001, 0.01, 0.1, 0.3, 0.5, 1.0):
        assert dg.predict_rate(XY, PlusSign(h)) > 1
    assert all(dg.predict_rate(XY, dg.methods.OptimisticGDA(step=h)) < 1 for h in (0.001, 0.01, 0.1, 0.3, 0.5))


def test_a_past_gradient_of_zero_would_make_the_first_step_twice_too_long():
    start = tuple(torch.tensor([value], dtype=torch.float64) for value in (1.0, 2.0))
    zeros = {"past.x": torch.zeros(1).double(), "past.y": torch.zeros(1).double()}
    method = dg.methods.OptimisticGDA(step=0.3)
    wrong, right = (method.step(XY, *start, state, lambda: None)[0] for state in (zeros, method.init(XY, *start)))
    assert float(wrong - start[0]) == pytest.approx(2 * float(right - start[0]))


def test_the_first_step_is_plain_descent():
    start = {"start": (1.0, 2.0), "steps": 1}
    plain = dg.simulate(XY, dg.methods.SimultaneousGDA(step=0.3), **start)
    optimistic = dg.simulate(XY, dg.methods.OptimisticGDA(step=0.3), **start)
    assert optimistic.x[-1] == plain.x[-1]
    assert optimistic.y[-1] == plain.y[-1]


def test_the_points_that_past_extragradient_looks_at_are_the_optimistic_path():
    game, h = dg.games.dirac_gan(), 0.4
    start = (torch.tensor([0.7], dtype=torch.float64), torch.tensor([-0.4], dtype=torch.float64))
    past = dg.methods.PastExtraGradient(step=h)
    x, y, state = *start, past.init(game, *start)
    looked = []
    for _ in range(30):
        looked.append((x - h * state["past.x"], y - h * state["past.y"]))
        x, y, state = past.step(game, x, y, state, lambda: None)
    # z_bar_{t+1} = z_bar_t - 2 h F(z_bar_t) + h F(z_bar_{t-1}), from the field that was found at the start
    method = dg.methods.OptimisticGDA(step=h)
    own_x, own_y = looked[0]
    state = {"past.x": game.field(*start)[0], "past.y": game.field(*start)[1]}
    for expected_x, expected_y in looked[1:]:
        own_x, own_y, state = method.step(game, own_x, own_y, state, lambda: None)
        assert torch.allclose(own_x, expected_x, atol=1e-14)
        assert torch.allclose(own_y, expected_y, atol=1e-14)
