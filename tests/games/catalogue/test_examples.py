"""Every game of the catalogue is what the rest of the library takes a game to be."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
import torch

import dualgap as dg
from dualgap.games import catalogue, examples

NAMES = list(examples())
# what a general constructor makes is in the list under the names of its special cases
GENERAL = {"Example", "bilinear", "examples", "matrix_game", "quadratic"}


def points(game, count=5, scale=0.7):
    rng = np.random.default_rng(1)
    x, y = (torch.as_tensor(rng.normal(size=(count, size), scale=scale)) for size in game.sizes)
    return game.project_x(x), game.project_y(y)


def test_every_function_of_the_catalogue_is_among_the_examples():
    made = inspect.getsource(inspect.getmodule(examples))
    functions = {name for name in catalogue.__all__ if inspect.isfunction(getattr(catalogue, name))} - GENERAL
    assert {name for name in functions if f"{name}(" not in made and f"make={name}," not in made} == set()


@pytest.mark.parametrize("name", NAMES)
def test_a_start_is_in_the_sets_and_can_be_played_from(name):
    example = examples()[name]
    run = dg.simulate(example.make(), dg.methods.ExtraGradient(step=example.step), start=example.start, steps=20)
    assert run.status is not dg.games.Status.DIVERGED


@pytest.mark.parametrize("name", NAMES)
def test_nobody_moves_at_the_equilibrium(name):
    game = examples()[name].make()
    if game.equilibrium is None:
        assert name == "dirac-wgan-gp"
        return
    x, y = game.equilibrium
    assert x.dtype == y.dtype == torch.float64
    along_x, along_y = game.field(x, y)
    # the natural residual: how far a unit step moves; equilibria are solved for to 1e-14 or by linear programming to 1e-9
    moved = torch.cat([game.project_x(x - along_x) - x, game.project_y(y - along_y) - y])
    assert float(moved.norm()) < 1e-9


@pytest.mark.parametrize("name", NAMES)
def test_copies_do_not_know_of_each_other(name):
    game = examples()[name].make()
    x, y = points(game)
    for loss in (game.loss_x, game.loss_y):
        together = loss(x, y, None)
        alone = torch.stack([loss(one, other, None) for one, other in zip(x, y, strict=True)])
        assert together.shape == (5,)
        assert torch.allclose(together, alone, rtol=1e-13, atol=1e-14)  # sums in another order


@pytest.mark.parametrize("name", NAMES)
def test_the_field_is_the_gradient_by_finite_differences(name):
    game = examples()[name].make()
    x, y = points(game, count=1)
    x, y = x[0], y[0]
    h = 1e-6
    for player, loss, gradient in (("x", game.loss_x, game.grad_x(x, y)), ("y", game.loss_y, game.grad_y(x, y))):
        for i in range(len(gradient)):
            bump = torch.zeros_like(gradient)
            bump[i] = h
            ends = [loss(x + s * bump, y, None) if player == "x" else loss(x, y + s * bump, None) for s in (1, -1)]
            # rounding 1e-16 / h and curvature h²
            assert float((ends[0] - ends[1]) / (2 * h)) == pytest.approx(float(gradient[i]), abs=1e-8)


@pytest.mark.parametrize("name", NAMES)
def test_float32_players_stay_float32(name):
    game = examples()[name].make()
    x, y = (part.to(torch.float32) for part in points(game))
    assert {part.dtype for part in (*game.field(x, y), game.loss_x(x, y, None))} == {torch.float32}


@pytest.mark.parametrize("name", NAMES)
def test_an_example_says_what_it_is(name):
    example = examples()[name]
    assert example.title
    assert example.formula
    assert example.about.endswith(".")
    assert [len(part) for part in example.start] == list(example.make().sizes)
