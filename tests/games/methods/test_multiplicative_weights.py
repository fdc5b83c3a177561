"""Multiplicative weights: the weights spiral outwards, their averages converge, and the optimistic ones come in."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import dualgap as dg
from dualgap.errors import InvalidInput

PENNIES = dg.games.matrix_game([[1.0, -1.0], [-1.0, 1.0]])
ROCK_PAPER_SCISSORS = dg.games.matrix_game([[0.0, -1.0, 1.0], [1.0, 0.0, -1.0], [-1.0, 1.0, 0.0]])
INSIDE = st.lists(st.integers(1, 20), min_size=2, max_size=2).map(lambda n: [one / sum(n) for one in n])


def entropy_to_the_equilibrium(game, run):
    """The sum of both players' relative entropies from the equilibrium to the path."""
    total = 0.0
    for path, target in zip((run.x, run.y), game.equilibrium, strict=True):
        total = total + torch.special.xlogy(target, target / path).sum(-1)
    return total


@given(INSIDE, INSIDE, st.floats(0.01, 0.5))
def test_the_relative_entropy_to_an_interior_equilibrium_rises_at_every_step(x, y, h):
    run = dg.simulate(PENNIES, dg.methods.MultiplicativeWeights(step=h), start=(x, y), steps=20)
    rises = entropy_to_the_equilibrium(PENNIES, run).diff()
    off_centre = abs(x[0] - 0.5) + abs(y[0] - 0.5) > 0
    # with h and the offset at least 0.01 and 1/40 a rise is at least 1e-8; a sum of logarithms rounds to 1e-15
    assert bool((rises > 0).all()) == off_centre


def test_it_also_rises_around_the_centre_of_rock_paper_scissors():
    run = dg.simulate(
        ROCK_PAPER_SCISSORS,
        dg.methods.MultiplicativeWeights(step=0.1),
        start=([0.5, 0.3, 0.2], [0.2, 0.5, 0.3]),
        steps=200,
    )
    assert bool((entropy_to_the_equilibrium(ROCK_PAPER_SCISSORS, run).diff() > 0).all())


def test_the_rise_over_a_fixed_time_falls_with_the_step_so_that_the_replicator_flow_conserves_it():
    rises = []
    for k in (1, 2, 4):
        method = dg.methods.MultiplicativeWeights(step=0.02 / k)
        run = dg.simulate(PENNIES, method, start=([0.7, 0.3], [0.6, 0.4]), steps=200 * k)
        entropy = entropy_to_the_equilibrium(PENNIES, run)
        rises.append(float(entropy[-1] - entropy[0]))
    # of first order in the step: halved with it, up to the second order
    assert rises[0] / rises[1] == pytest.approx(2, rel=0.03)
    assert rises[1] / rises[2] == pytest.approx(2, rel=0.015)


@given(st.integers(2, 6), st.integers(2, 6), st.floats(0.02, 1.0), st.integers(0, 10**6))
def test_the_gap_of_the_averages_is_below_the_bound_of_regret(n, m, h, seed):
    matrix = np.random.default_rng(seed).uniform(-1, 1, (n, m))
    steps = 50
    method = dg.methods.Averaged(method=dg.methods.MultiplicativeWeights(step=h))
    run = dg.simulate(
        dg.games.matrix_game(matrix), method, start=(np.full(n, 1 / n), np.full(m, 1 / m)), steps=steps, path=False
    )
    x, y = run.x[-1], run.y[-1]
    gap = (matrix.T @ x).max() - (matrix @ y).min()
    spread = matrix.max() - matrix.min()
    # Hedge: regret <= ln n / h + h T spread^2 / 8 for each player
    assert gap <= (math.log(n) + math.log(m)) / (h * steps) + h * spread**2 / 4 + 1e-12


def test_the_step_is_the_formula():
    x, y = np.array([0.2, 0.3, 0.5]), np.array([0.6, 0.1, 0.3])
    run = dg.simulate(
        ROCK_PAPER_SCISSORS, dg.methods.MultiplicativeWeights(step_x=0.4, step_y=0.7), start=(x, y), steps=1
    )
    matrix = ROCK_PAPER_SCISSORS.matrix.numpy()
    new_x, new_y = x * np.exp(-0.4 * matrix @ y), y * np.exp(0.7 * matrix.T @ x)
    np.testing.assert_allclose(run.x[-1], new_x / new_x.sum(), rtol=1e-14)
    np.testing.assert_allclose(run.y[-1], new_y / new_y.sum(), rtol=1e-14)


def test_the_first_optimistic_step_is_the_plain_one():
    start = {"start": ([0.7, 0.3], [0.6, 0.4]), "steps": 1}
    plain = dg.simulate(PENNIES, dg.methods.MultiplicativeWeights(step=0.3), **start)
    optimistic = dg.simulate(PENNIES, dg.methods.MultiplicativeWeights(step=0.3, optimistic=True), **start)
    assert torch.equal(plain.x, optimistic.x)
    assert torch.equal(plain.y, optimistic.y)


@pytest.mark.parametrize("game", [PENNIES, ROCK_PAPER_SCISSORS])
def test_the_optimistic_weights_converge_at_their_predicted_rate(game):
    method = dg.methods.MultiplicativeWeights(step=0.2, optimistic=True)
    n = game.sizes[0]
    start = torch.arange(1, n + 1, dtype=torch.float64)
    run = dg.simulate(game, method, start=(start / start.sum(), start.flip(0) / start.sum()), steps=800)
    predicted = dg.predict_rate(game, method)
    assert predicted < 1
    near = (run.x - game.equilibrium[0]).norm(dim=-1)
    assert float(near[-1]) < float(near[0]) * predicted**800 * 50  # a constant of the eigenvectors, and a turn


def test_an_equilibrium_on_the_boundary_attracts_or_repels_as_its_losses_say():
    # the second moves of both players are dominated by 1: their weights shrink by e^{-h} a step
    game = dg.games.matrix_game([[0.0, -1.0], [1.0, 0.0]])
    assert dg.predict_rate(game, dg.methods.MultiplicativeWeights(step=0.3)) == pytest.approx(math.exp(-0.3))


def test_a_set_that_is_no_simplex_is_named():
    game = dg.games.bilinear([[1.0]])
    with pytest.raises(InvalidInput, match=r"^game must have two simplices .* x is taken from FreeSpace"):
        dg.simulate(game, dg.methods.MultiplicativeWeights(step=0.1), start=(1.0, 1.0), steps=1)
    with pytest.raises(InvalidInput, match=r"^optimistic must be True or False"):
        dg.methods.MultiplicativeWeights(step=0.1, optimistic="yes")
