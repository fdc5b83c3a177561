"""Matrix games: the linear program finds an equilibrium, and the value is the minimax value."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dualgap as dg
from dualgap.errors import InvalidInput

MATRICES = st.integers(0, 10**6).map(
    lambda seed: np.random.default_rng(seed).normal(size=np.random.default_rng(seed).integers(1, 6, 2))
)


@given(MATRICES)
def test_no_move_gains_against_the_equilibrium(matrix):
    game = dg.games.matrix_game(matrix)
    x, y = (part.numpy() for part in game.equilibrium)
    assert x.min() >= 0
    assert abs(x.sum() - 1) < 1e-12
    # HiGHS solves to 1e-7 by default and in practice to a few roundings on such small programs
    assert (matrix.T @ x).max() <= game.value + 1e-8
    assert (matrix @ y).min() >= game.value - 1e-8


def test_rock_paper_scissors_is_fair_and_uniform():
    game = dg.games.matrix_game([[0.0, 1.0, -1.0], [-1.0, 0.0, 1.0], [1.0, -1.0, 0.0]])
    assert np.allclose(game.equilibrium[0], 1 / 3)
    assert abs(game.value) < 1e-12


def test_two_by_two_games_have_the_textbook_value():
    # without a saddle point the value is (ad - bc) / (a + d - b - c)
    assert abs(dg.games.matrix_game([[3.0, -1.0], [-2.0, 4.0]]).value - (12 - 2) / (3 + 4 + 1 + 2)) < 1e-12


def test_play_stays_on_the_simplex():
    run = dg.simulate(
        dg.games.matrix_game([[1.0, -1.0], [-1.0, 1.0]]),
        dg.methods.ExtraGradient(step=0.4),
        start=([0.9, 0.1], [0.2, 0.8]),
        steps=300,
    )
    assert float(run.x.min()) >= 0
    assert abs(run.x.sum(-1) - 1).max() < 1e-12
    assert float(run.measured_rate()) == pytest.approx((1 - 0.64 + 0.4096) ** 0.5, abs=1e-6)  # a = 2 * 0.4 on the line


@pytest.mark.parametrize("matrix", ["a", [1.0], [[float("nan")]], [], [[1.0], [1.0, 2.0]]])
def test_a_matrix_is_a_finite_array_with_two_axes(matrix):
    with pytest.raises(InvalidInput, match=r"^matrix must"):
        dg.games.matrix_game(matrix)


def test_the_classics_are_fair():
    for game in (dg.games.matching_pennies(), dg.games.rock_paper_scissors()):
        assert abs(game.value) < 1e-12
        assert float(dg.duality_gap(game, *game.equilibrium)) < 1e-12


@given(st.integers(1, 5), st.integers(1, 5), st.integers(0, 1000))
def test_the_equilibrium_of_a_drawn_game_has_no_gap(n, m, seed):
    game = dg.games.random_matrix_game(n, m, seed=seed)
    assert game.sizes == (n, m)
    assert float(game.matrix.abs().max()) <= 1
    assert float(dg.duality_gap(game, *game.equilibrium)) < 1e-8  # HiGHS, as above


@pytest.mark.parametrize(("arguments", "name"), [((0, 1), "n"), ((1, 1.5), "m")])
def test_the_sizes_of_a_drawn_game_are_whole_numbers(arguments, name):
    with pytest.raises(InvalidInput, match=f"^{name} must"):
        dg.games.random_matrix_game(*arguments, seed=0)
