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


@pytest.mark.parametrize("beta", [0.99, 0.9, 0.5])
def test_simultaneous_descent_with_rmsprop_takes_the_path_of_torchs_rmsprop(beta):
    method = dg.methods.SimultaneousGDA(step=0.02, scaling=dg.methods.RMSProp(beta=beta))
    run = dg.simulate(GAME, method, start=START, steps=50)
    x, y = (part.clone().requires_grad_() for part in START)
    optimisers = [torch.optim.RMSprop([part], lr=0.02, alpha=beta) for part in (x, y)]
    for _ in range(50):
        (x.grad,) = torch.autograd.grad(GAME.loss_x(x, y, None), x)
        (y.grad,) = torch.autograd.grad(GAME.loss_y(x, y, None), y)
        for optimiser in optimisers:
            optimiser.step()
    assert torch.allclose(run.x[-1], x.detach(), rtol=0, atol=1e-12)
    assert torch.allclose(run.y[-1], y.detach(), rtol=0, atol=1e-12)


@pytest.mark.parametrize("method", ["ExtraGradient", "OptimisticGDA", "PastExtraGradient", "AlternatingGDA"])
def test_the_memory_of_adam_is_advanced_once_a_step_by_every_method(method):
    made = getattr(dg.methods, method)(step=0.1, scaling=dg.methods.Adam())
    run = dg.simulate(GAME, made, start=START, steps=7)
    assert (float(run.state["x.seen"]), float(run.state["y.seen"])) == (7, 7)


def test_each_player_may_have_a_scaling_of_its_own():
    method = dg.methods.SimultaneousGDA(step=0.1, scaling_y=dg.methods.Adam())
    run = dg.simulate(GAME, method, start=START, steps=1)
    plain = dg.simulate(GAME, dg.methods.SimultaneousGDA(step=0.1), start=START, steps=1)
    assert torch.equal(run.x, plain.x)
    # the first direction of Adam is the sign
    assert (run.y[1] - run.y[0]).abs().tolist() == pytest.approx([0.1, 0.1], rel=1e-6)


@pytest.mark.parametrize("scaling", [dg.methods.Adam(), dg.methods.RMSProp()])
@pytest.mark.parametrize(
    "method", ["SimultaneousGDA", "AlternatingGDA", "ExtraGradient", "OptimisticGDA", "PastExtraGradient"]
)
def test_coordinates_of_a_simplex_are_not_rescaled(method, scaling):
    game = dg.games.matrix_game([[1.0, -1.0], [-1.0, 1.0]])
    with pytest.raises(InvalidInput, match=r"^scaling_x must not rescale coordinates of a strategy from Simplex"):
        dg.simulate(
            game, getattr(dg.methods, method)(step=0.1, scaling=scaling), start=([0.5, 0.5], [0.5, 0.5]), steps=1
        )


def test_on_a_box_adam_stands_still_at_the_equilibrium_on_its_boundary():
    box = dg.games.Box(-1.0, 1.0)

    class Tilted(dg.games.ZeroSum):
        sizes, sets = (2, 2), (box, box)

        def payoff(self, x, y, sample):
            return (x * torch.tensor([3.0, -0.1], dtype=x.dtype)).sum(-1) + 0.5 * (x * y).sum(-1) - (y**2).sum(-1)

    method = dg.methods.ExtraGradient(step=0.02, scaling=dg.methods.Adam(beta1=0.5, beta2=0.9))
    run = dg.simulate(Tilted(), method, start=([0.0, 0.0], [0.0, 0.0]), steps=2000)
    # y = x / 4; x_0 = -1 as its loss falls with slope 3 + y_0 / 2; x_1: -0.1 + y_1 / 2 = 0 needs x_1 = 0.8
    assert run.x[-1, 0].item() == -1.0
    assert run.x[-1, 1].item() == pytest.approx(0.8, abs=0.05)


def test_what_is_no_scaling_is_named():
    with pytest.raises(InvalidInput, match=r"^scaling must be a scaling such as"):
        dg.methods.ExtraGradient(step=0.1, scaling=dg.methods.Adam)


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


def test_one_half_for_one_player_alone_has_the_known_rate_and_for_both_it_fails_at_large_steps():
    def rate(h, **momentum):
        return dg.predict_rate(XY, dg.methods.AlternatingGDA(step=h, **momentum))

    half = dg.methods.Momentum(-0.5)
    for h in (0.05, 0.2, 0.5, 0.8, 0.99):
        bound = max(0.5, 1 - h * h / 16)
        assert rate(h, scaling_x=half) <= bound + 1e-12
        assert rate(h, scaling_y=half) <= bound + 1e-12
        assert (rate(h, scaling=half) <= bound) == (h < 0.94)
    assert rate(1.0, scaling=half) == pytest.approx(1, abs=1e-7)


def test_simultaneous_heavy_ball_diverges_for_every_momentum():
    for beta in (-0.9, -0.5, -0.1, 0.1, 0.5, 0.9):
        for h in (0.01, 0.1, 0.5, 1.0):
            assert dg.predict_rate(XY, dg.methods.SimultaneousGDA(step=h, scaling=dg.methods.Momentum(beta))) > 1


@pytest.mark.parametrize("beta", [1.0, -1.0, float("nan"), "0.5"])
def test_momentum_lies_between_minus_one_and_one(beta):
    with pytest.raises(InvalidInput, match=r"^beta must"):
        dg.methods.Momentum(beta)
