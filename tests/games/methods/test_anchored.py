"""Anchored extragradient keeps its bounds on the field, and they are nearly attained."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import dualgap as dg
from dualgap.errors import InvalidInput

XY = dg.games.bilinear([[1.0]])


def norms(schedule, step, steps=400, sigma=1.0):
    """|F|^2 at every step, in units of L^2 D^2 with L = 1."""
    game = dg.games.bilinear([[sigma]])
    lipschitz = 1.0 if schedule == "varying" else None
    method = dg.methods.AnchoredExtraGradient(step=step, schedule=schedule, lipschitz=lipschitz)
    run = dg.simulate(game, method, start=(1.0, 1.0), steps=steps)
    return sigma**2 * (run.x**2 + run.y**2)[:, 0].numpy() / 2


@pytest.mark.parametrize("sigma", [1.0, 0.3, 0.1])
def test_the_constant_schedule_keeps_its_bound(sigma):
    scaled = norms("constant", 1 / 8, sigma=sigma) * (np.arange(401) + 1) ** 2
    assert (scaled <= 260).all()
    # the constant 4 / step^2 = 256 is approached by slow modes, on which the first rotation does not die out
    assert scaled.max() <= 256
    assert sigma > 0.1 or scaled.max() > 245


def test_the_constant_schedule_settles_at_one_over_the_squared_step():
    k = np.arange(1001)
    # once the rotation has died the anchor balances the field: F = (z_0 - z) / (step k)
    assert (norms("constant", 1 / 8, 1000) * k**2)[-1] == pytest.approx(64, rel=0.01)


def test_the_fast_schedule_keeps_its_bound_and_attains_it():
    k = np.arange(1, 401)
    ratio = norms("fast", 1.0)[1:] * k**2 / 4
    assert (ratio <= 1 + 1e-12).all()
    assert ratio.max() > 0.9


@pytest.mark.parametrize("sigma", [1.0, 0.3, 0.1])
def test_the_varying_schedule_keeps_its_bound(sigma):
    k = np.arange(401)
    assert (norms("varying", 0.618, sigma=sigma) * (k + 1) * (k + 2) <= 27).all()


def test_the_varying_steps_fall_by_the_recursion_to_a_positive_limit():
    method = dg.methods.AnchoredExtraGradient(step_x=0.3, step_y=0.2, schedule="varying", lipschitz=2.0)
    run = dg.simulate(XY, method, start=(1.0, 1.0), steps=30)
    for name, size in (("size.x", 0.3), ("size.y", 0.2)):
        for k in range(30):
            # the published form: a_{k+1} = a_k / (1 - a_k^2 L^2) (1 - (k+2)^2 / ((k+1)(k+3)) a_k^2 L^2)
            square = size**2 * 4
            size = size / (1 - square) * (1 - (k + 2) ** 2 / ((k + 1) * (k + 3)) * square)
        assert float(run.state[name]) == pytest.approx(size, rel=1e-13)
        assert size > 0.1


@pytest.mark.parametrize(
    ("schedule", "step", "constant"), [("constant", 1 / 8, 260), ("varying", 0.618, 27), ("fast", 1.0, 4)]
)
def test_the_bounds_hold_on_a_nonlinear_monotone_field(schedule, step, constant):
    """f = sum log cosh(x) / 2 + x'Ay - log cosh(y) / 2 with |A| = 1/2: the field is monotone with L = 1."""

    class Soft(dg.games.ZeroSum):
        sizes = (2, 2)

        def payoff(self, x, y, sample):
            matrix = torch.tensor([[0.3, 0.4], [-0.4, 0.3]], dtype=torch.float64)
            bend = torch.log(torch.cosh(x)).sum(-1) - torch.log(torch.cosh(y)).sum(-1)
            return bend / 2 + ((x @ matrix) * y).sum(-1)

    start = [3.0, -2.0], [1.0, 4.0]
    method = dg.methods.AnchoredExtraGradient(
        step=step, schedule=schedule, lipschitz=1.0 if schedule == "varying" else None
    )
    run = dg.simulate(Soft(), method, start=start, steps=300)
    grad_x, grad_y = Soft().field(run.x, run.y)
    squares = ((grad_x**2).sum(-1) + (grad_y**2).sum(-1)).numpy()
    k, distance = np.arange(301), 9 + 4 + 1 + 16
    scale = {"constant": (k + 1.0) ** 2, "varying": (k + 1.0) * (k + 2), "fast": k**2.0}[schedule]
    assert (squares * scale <= constant * distance).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"schedule": "slow"}, "schedule must be one of 'constant', 'varying', 'fast'"),
        ({"schedule": "varying"}, "lipschitz must be given"),
        ({"lipschitz": 1.0}, "lipschitz must be given .* for no other"),
        ({"schedule": "varying", "lipschitz": -1.0}, "lipschitz must be above 0"),
        ({"schedule": "varying", "lipschitz": 7.5}, "step must be below"),
        ({"sample": "both"}, "sample must be one of"),
    ],
)
def test_bad_options_are_named(options, message):
    with pytest.raises(InvalidInput, match=f"^{message}"):
        dg.methods.AnchoredExtraGradient(step=0.1, **options)
