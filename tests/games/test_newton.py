"""Newton's method finds zeros of the natural residual from many starts at once, quadratically, and gives up cleanly."""

from __future__ import annotations

import torch

import dualgap as dg
from dualgap.games import Box
from dualgap.games.newton import newton


def test_a_linear_field_is_solved_in_a_few_steps_from_anywhere():
    game = dg.games.random_quadratic(3, 2, seed=0)
    starts = torch.randn(7, 5, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    x, y, residuals = newton(game, starts[:, :3], starts[:, 3:], steps=12)
    assert float(residuals.max()) < 1e-12
    assert float(torch.cat([x, y], -1).abs().max()) < 1e-11


def test_the_digits_double_in_each_step_near_a_zero():
    game = dg.games.forsaken()
    near = torch.tensor([[0.0781]], dtype=torch.float64), torch.tensor([[0.4120]], dtype=torch.float64)
    errors = [float(newton(game, *near, steps=steps)[2]) for steps in (0, 1, 2)]
    assert errors[1] < 10 * errors[0] ** 2
    assert errors[2] < 1e-15


def test_projected_zeros_are_found_on_the_border():
    class Pushed(dg.games.ZeroSum):
        sizes, sets = (1, 1), (Box(-1, 1), Box(-1, 1))

        def payoff(self, x, y, sample):
            return (2 * x + x * y - y**2).sum(-1)

    x, y, residuals = newton(Pushed(), torch.zeros(1, 1).double(), torch.zeros(1, 1).double(), steps=20)
    assert (x.item(), y.item(), residuals.item()) == (-1.0, -0.5, 0.0)


def test_where_there_is_no_zero_the_residual_says_so_and_nothing_is_nan():
    game = dg.games.Payoff(lambda x, y: (torch.exp(x) - y**2).sum(-1), sizes=(1, 1))
    x, y, residuals = newton(game, torch.ones(1, 1).double(), torch.ones(1, 1).double(), steps=5)
    assert torch.isfinite(torch.cat([x, y], -1)).all()
    assert float(residuals) > 0
