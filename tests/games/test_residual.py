"""The natural residual and the Frank-Wolfe gap: zero exactly at critical points, and the duality gap where it is bilinear."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.games import Ball, Box, frank_wolfe_gap, natural_residual

SEEDS = st.integers(0, 10**6)


@given(SEEDS)
def test_on_free_sets_it_is_the_norm_of_the_field(seed):
    game, rng = dg.games.random_quadratic(3, 2, seed=seed), np.random.default_rng(seed)
    x, y = rng.normal(size=(4, 3)), rng.normal(size=(4, 2))
    p, a, q = (part.numpy() for part in (game.p, game.a, game.q))
    expected = np.hypot(np.linalg.norm(x @ p + y @ a.T, axis=1), np.linalg.norm(y @ q - x @ a, axis=1))
    found = natural_residual(game, x, y)
    assert isinstance(found, np.ndarray)
    assert np.allclose(found, expected, rtol=1e-12)
    assert natural_residual(game, x[0], y[0], step=0.1) == pytest.approx(expected[0])


@given(SEEDS)
def test_the_frank_wolfe_gap_is_the_duality_gap_of_a_bilinear_game(seed):
    rng = np.random.default_rng(seed)
    a = rng.normal(size=(4, 3))
    x, y = rng.dirichlet(np.ones(4)), rng.dirichlet(np.ones(3))
    sets = [(None, None), (Ball(1.5), Box(-1, 2))]
    games = [dg.games.matrix_game(a), dg.games.bilinear(a, set_x=sets[1][0], set_y=sets[1][1])]
    for game in games:
        gap = dg.duality_gap(game, x, y)
        # products of floats round, the exact gap does not
        assert frank_wolfe_gap(game, x, y) == pytest.approx(gap.value, abs=1e-13)


@given(SEEDS)
def test_the_frank_wolfe_gap_bounds_the_duality_gap_of_a_convex_concave_game(seed):
    rng = np.random.default_rng(seed)

    class Boxed(dg.games.ZeroSum):
        sizes, sets = (2, 2), (Box(-1, 1), Box(-1, 1))
        a = torch.as_tensor(rng.normal(size=(2, 2)))

        def payoff(self, x, y, sample):
            return (x**4).sum(-1) + (x @ self.a * y).sum(-1) - (y**2).sum(-1)

    game, x, y = Boxed(), rng.uniform(-1, 1, 2), rng.uniform(-1, 1, 2)
    a = game.a.numpy()
    box = [(-1, 1)] * 2
    best_y = -minimize(lambda z: -((x**4).sum() + x @ a @ z - z @ z), np.zeros(2), bounds=box).fun
    best_x = minimize(lambda z: (z**4).sum() + z @ a @ y - y @ y, np.zeros(2), bounds=box).fun
    assert frank_wolfe_gap(game, x, y) >= best_y - best_x - 1e-8  # the reach of L-BFGS-B


@given(SEEDS)
def test_both_vanish_at_the_equilibrium_and_nowhere_near_it(seed):
    game = dg.games.random_matrix_game(4, 3, seed=seed)
    x, y = game.equilibrium
    # the linear program ends within 1e-9 of feasibility and optimality
    assert natural_residual(game, x, y) < 1e-7
    assert frank_wolfe_gap(game, x, y) < 1e-7
    worst = np.eye(4)[int((game.matrix @ y).argmax())]
    if frank_wolfe_gap(game, worst, y) > 1e-6:
        assert natural_residual(game, worst, y) > 0


def test_a_torch_batch_gives_torch():
    found = natural_residual(dg.games.xy(), torch.tensor([[3.0], [0.0]]), torch.tensor([[4.0], [2.0]]))
    assert found.tolist() == [5.0, 2.0]


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: natural_residual("xy", 0.0, 0.0), "game"),
        (lambda: natural_residual(dg.games.xy(), [0.0, 1.0], 0.0), "x"),
        (lambda: natural_residual(dg.games.xy(), 0.0, "a"), "y"),
        (lambda: natural_residual(dg.games.xy(), 0.0, 0.0, step=0.0), "step"),
        (lambda: natural_residual(dg.games.finite_sum(3), np.zeros(3), np.zeros(3)), "game"),
        (lambda: frank_wolfe_gap(dg.games.xy(), 0.0, 0.0), "game"),
    ],
)
def test_bad_input_is_named(call, name):
    with pytest.raises(InvalidInput, match=f"^{name} must"):
        call()
