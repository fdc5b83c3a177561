"""Adam as a component agrees with torch's optimiser, and its memory is advanced once a step."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.games import linearise

XY = dg.games.bilinear([[1.0]])

GAME = dg.games.quadratic([[1.0, 0.2], [0.2, 2.0]], [[1.0, 0.0], [0.5, 1.0]], [[0.5, 0.0], [0.0, 1.0]])
START = (torch.tensor([1.0, -2.0], dtype=torch.float64), torch.tensor([0.5, 1.5], dtype=torch.float64))


@pytest.mark.parametrize("betas", [(0.9, 0.999), (0.0, 0.9), (0.5, 0.99)])
def test_simultaneous_descent_with_adam_takes_the_path_of_torchs_adam(betas):
    method = dg.methods.SimultaneousGDA(step=0.05, scaling=dg.methods.Adam(*betas))
    run = dg.simulate(GAME, method, start=START, steps=50)
    x, y = (part.clone().requires_grad_() for part in START)
    optimisers = [torch.optim.Adam([part], lr=0.05, betas=betas) for part in (x, y)]
    for _ in range(50):
        (grad_x,) = torch.autograd.grad(GAME.loss_x(x, y, None), x)
        (grad_y,) = torch.autograd.grad(GAME.loss_y(x, y, None), y)
        x.grad, y.grad = grad_x, grad_y
        for optimiser in optimisers:
            optimiser.step()
    # the same arithmetic in another order: a few roundings a step
    assert torch.allclose(run.x[-1], x.detach(), rtol=0, atol=1e-12)
    assert torch.allclose(run.y[-1], y.detach(), rtol=0, atol=1e-12)


def test_extragradient_advances_the_memory_once_a_step_with_the_second_gradient():
    adam = dg.methods.Adam()
    method = dg.methods.ExtraGradient(step=0.1, scaling=adam)
    _x, _y, state = method.step(GAME, *START, method.init(GAME, *START), lambda: None)
    assert (state["x.seen"], state["y.seen"]) == (1, 1)
    ahead = dg.methods.SimultaneousGDA(step=0.1, scaling=adam)
    half = ahead.step(GAME, *START, ahead.init(GAME, *START), lambda: None)[:2]
    expected = 0.1 * GAME.field(*half)[0]
    assert torch.allclose(state["x.first"], expected, rtol=1e-12)


@pytest.mark.parametrize(
    "arguments", [{"beta1": 1.0}, {"beta1": -0.1}, {"beta2": float("nan")}, {"epsilon": 0.0}, {"beta2": "a"}]
)
def test_bad_parameters_are_named(arguments):
    with pytest.raises(InvalidInput, match=f"^{next(iter(arguments))} must"):
        dg.methods.Adam(**arguments)


@given(st.floats(-0.9, 0.9).filter(lambda beta: abs(beta) > 0.01), st.floats(0.05, 1.5))
def test_the_eigenvalues_of_the_alternating_heavy_ball_solve_the_known_quartic(beta, h):
    method = dg.methods.AlternatingGDA(step=h, scaling=dg.methods.Momentum(beta))
    for value in linearise(XY, method).eigenvalues:
        residual = (value - 1) ** 2 * (value - beta) ** 2 + h * h * value**3
        assert abs(residual) < 1e-9  # a root of a quartic with coefficients near 1, up to its condition


def test_negative_momentum_makes_alternating_converge_below_its_limit_and_positive_never():
    def rate(beta, h):
        return dg.predict_rate(XY, dg.methods.AlternatingGDA(step=h, scaling=dg.methods.Momentum(beta)))

    for beta in (-0.2, -0.5, -0.8):
        limit = 2 * (1 + beta)
        assert rate(beta, limit - 1e-4) < 1 < rate(beta, limit + 1e-4)
    assert all(rate(beta, h) > 1 for beta in (0.2, 0.5, 0.8) for h in (0.05, 0.5, 1.0))


def test_simultaneous_heavy_ball_diverges_for_every_momentum():
    for beta in (-0.9, -0.5, -0.1, 0.1, 0.5, 0.9):
        for h in (0.01, 0.1, 0.5, 1.0):
            assert dg.predict_rate(XY, dg.methods.SimultaneousGDA(step=h, scaling=dg.methods.Momentum(beta))) > 1


@pytest.mark.parametrize("beta", [1.0, -1.0, float("nan"), "0.5"])
def test_momentum_lies_between_minus_one_and_one(beta):
    with pytest.raises(InvalidInput, match=r"^beta must"):
        dg.methods.Momentum(beta)
