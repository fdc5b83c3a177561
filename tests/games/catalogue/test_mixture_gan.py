"""The mixture GAN: its integrals, its equilibria, and the modes that it misses."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.games import linearise

TRIANGLE = [[-1.0, -0.5], [1.0, -0.3], [0.2, 1.2]]


def exact_mean(points, game, y):
    """E f_y under a mixture of Gaussians about the points, in closed form: a bump convolved with a Gaussian."""
    d, total = points.shape[1], game.width**2 + game.spread**2
    squared = ((points[:, None, :] - game.centres.numpy()) ** 2).sum(-1)
    return ((game.width**2 / total) ** (d / 2) * np.exp(-squared / (2 * total)) @ y).mean()


@pytest.mark.parametrize("modes", [[-1.0, 1.0], TRIANGLE])
def test_the_value_of_a_wasserstein_critic_is_the_closed_form(modes):
    game = dg.games.mixture_gan(modes, objective=dg.duals.KantorovichRubinstein(), r1=0.0)
    rng = np.random.default_rng(0)
    x, y = (rng.normal(size=size) for size in game.sizes)
    found = float(-game.loss_y(torch.as_tensor(x), torch.as_tensor(y), None))
    true = exact_mean(game.modes.numpy(), game, y) - exact_mean(x.reshape(game.modes.shape), game, y)
    # nine nodes integrate a bump twice as wide as the noise to better than 1e-8
    assert found == pytest.approx(true, abs=1e-8)


def test_the_penalty_is_the_mean_squared_slope_of_the_critic():
    plain, penalised = (dg.games.mixture_gan(TRIANGLE, r1=r1) for r1 in (0.0, 2.0))
    rng = np.random.default_rng(1)
    x, y = (torch.as_tensor(rng.normal(size=size)) for size in plain.sizes)
    noise, weights = plain.noise
    points = (plain.modes[:, None, :] + noise).reshape(-1, 2).requires_grad_()
    bumps = torch.exp(-((points[:, None, :] - plain.centres) ** 2).sum(-1) / (2 * plain.width**2))
    slopes = torch.autograd.grad((bumps @ y).sum(), points)[0]
    expected = float((weights * (slopes**2).sum(-1)).sum())  # r1 / 2 times it, with r1 = 2
    assert float(penalised.loss_y(x, y, None) - plain.loss_y(x, y, None)) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("modes", [[-1.0, 1.0], TRIANGLE])
@pytest.mark.parametrize("saturating", [True, False])
def test_the_equilibrium_is_isolated_and_any_order_of_the_modes_is_one(modes, saturating):
    game = dg.games.mixture_gan(modes, saturating=saturating)
    found = linearise(game, dg.methods.SimultaneousGDA(step=1.0))
    assert np.abs(1 - found.eigenvalues).min() > 1e-2
    other = game.modes.flip(0).reshape(-1), torch.zeros(game.sizes[1], dtype=torch.float64)
    assert max(float(part.abs().max()) for part in game.field(*other)) < 1e-15


def test_the_value_at_the_equilibrium_is_that_of_equal_laws():
    game = dg.games.mixture_gan([-1.0, 1.0])
    assert float(game.loss_y(*game.equilibrium, None)) == pytest.approx(2 * math.log(2), rel=1e-14)


def test_components_find_the_modes_when_apart_and_stay_together_when_together():
    game = dg.games.mixture_gan([-1.0, 1.0], r1=0.3)
    method = dg.methods.AlternatingGDA(step=0.5)
    starts = np.array([[-0.4, 0.7], [0.3, 0.3]]), np.zeros((2, 2))
    run = dg.simulate(game, method, start=starts, steps=600)
    assert np.abs(np.sort(run.x[-1, 0]) - [-1, 1]).max() < 1e-3
    assert np.abs(run.x[:, 1, 0] - run.x[:, 1, 1]).max() < 1e-9, "by symmetry, equal components never part"


@pytest.mark.parametrize(
    ("arguments", "options", "name"),
    [
        (([[[0.0]]],), {}, "modes"),
        (([float("nan")],), {}, "modes"),
        (([0.0],), {"centres": [[0.0, 1.0]]}, "centres"),
        (([0.0],), {"spread": 0.0}, "spread"),
        (([0.0],), {"width": -1.0}, "width"),
        (([0.0],), {"r1": -1.0}, "r1"),
        (([0.0],), {"objective": "js"}, "objective"),
        (([0.0],), {"saturating": 1}, "saturating"),
    ],
)
def test_bad_input_is_named(arguments, options, name):
    with pytest.raises(InvalidInput, match=f"^{name} must"):
        dg.games.mixture_gan(*arguments, **options)
