"""The proximal point method: its rate, its implicit equation, and the repellers that it attracts to."""

from __future__ import annotations

import math

import numpy as np
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


def test_a_step_without_an_implicit_point_diverges_as_data():
    repeller = dg.games.quadratic([[-1.0]], [[0.0]], [[-1.0]])  # z' = z + z'
    run = dg.simulate(repeller, dg.methods.ProximalPoint(step=1.0), start=([0.5], [0.5]), steps=3)
    assert run.status is dg.games.Status.DIVERGED


def test_the_fixed_point_solves_the_same_equation_by_gradients_alone():
    game, h = dg.games.dirac_gan(), 0.5
    newton = dg.methods.ProximalPoint(step=h, inner_steps=8)
    fixed = dg.methods.ProximalPoint(step=h, inner="fixed point", inner_steps=30)
    assert newton.second_order
    assert not fixed.second_order
    assert fixed.gradient_calls(game) == 60
    runs = [dg.simulate(game, method, start=([0.7], [-0.4]), steps=20) for method in (newton, fixed)]
    # the gradients of the game change by at most 1/2 + 1/4 a unit: the error falls by 0.4 an inner step
    assert torch.allclose(runs[0].x, runs[1].x, rtol=0, atol=1e-11)


def test_two_steps_of_the_fixed_point_are_extragradient():
    game = dg.games.dirac_gan()
    methods = dg.methods.ProximalPoint(step=0.4, inner="fixed point", inner_steps=2), dg.methods.ExtraGradient(step=0.4)
    runs = [dg.simulate(game, method, start=([0.7], [-0.4]), steps=20) for method in methods]
    assert torch.equal(runs[0].x, runs[1].x)


SETS = [dg.games.Box(-1.0, 0.5), dg.games.Ball(0.8), dg.games.Simplex()]


@pytest.mark.parametrize("one", SETS)
@pytest.mark.parametrize(("inner", "steps"), [("newton", 12), ("fixed point", 60)])
def test_with_sets_the_step_is_the_projection_of_its_own_implicit_step(one, inner, steps):
    rng = np.random.default_rng(0)
    for _ in range(20):
        matrix = rng.normal(size=(3, 3))
        game = dg.games.bilinear(matrix / np.linalg.norm(matrix, 2), set_x=one, set_y=one)
        x, y = (one.project(torch.as_tensor(rng.normal(size=3))) for _ in range(2))
        method = dg.methods.ProximalPoint(step=0.6, inner=inner, inner_steps=steps)
        new_x, new_y, _ = method.step(game, x, y, {}, lambda: None)
        grad_x, grad_y = game.field(new_x, new_y)
        # the fixed point contracts by 0.6 an inner step: 0.6^60 = 5e-14
        assert torch.allclose(new_x, one.project(x - 0.6 * grad_x), rtol=0, atol=1e-12)
        assert torch.allclose(new_y, one.project(y - 0.6 * grad_y), rtol=0, atol=1e-12)


def test_what_is_no_inner_solver_is_named():
    with pytest.raises(InvalidInput, match=r"^inner must be one of 'newton', 'fixed point'"):
        dg.methods.ProximalPoint(step=0.1, inner="bisection")


def test_inner_steps_are_counted():
    with pytest.raises(InvalidInput, match=r"^inner_steps must be at least 1"):
        dg.methods.ProximalPoint(step=0.1, inner_steps=0)
