"""Frank-Wolfe: fictitious play is one of its schedules, and its own gap is the duality gap."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import dualgap as dg
from dualgap.errors import InvalidInput


def fictitious_play(matrix, row, column, rounds):
    """Both players best reply to the other's counts of moves, all at once."""
    rows, columns = np.zeros(matrix.shape[0]), np.zeros(matrix.shape[1])
    path = []
    for _ in range(rounds):
        rows[row] += 1
        columns[column] += 1
        path.append((rows / rows.sum(), columns / columns.sum()))
        row, column = int((matrix @ columns).argmin()), int((rows @ matrix).argmax())
    return path


@given(st.integers(2, 6), st.integers(2, 6), st.integers(0, 10**6))
def test_the_schedule_of_fictitious_play_counts_best_replies(n, m, seed):
    matrix = np.random.default_rng(seed).normal(size=(n, m))  # no ties
    run = dg.simulate(
        dg.games.matrix_game(matrix), dg.methods.FrankWolfe(), start=(np.eye(n)[0], np.eye(m)[0]), steps=40
    )
    for k, (x, y) in enumerate(fictitious_play(matrix, 0, 0, 41)):
        # 40 convex combinations, each rounded once
        np.testing.assert_allclose(run.x[k], x, atol=1e-14)
        np.testing.assert_allclose(run.y[k], y, atol=1e-14)


@given(st.integers(2, 5), st.integers(2, 5), st.integers(0, 10**6))
def test_what_the_replies_gain_is_the_duality_gap_of_a_matrix_game(n, m, seed):
    rng = np.random.default_rng(seed)
    game = dg.games.matrix_game(rng.normal(size=(n, m)))
    x, y = torch.as_tensor(rng.dirichlet(np.ones(n))), torch.as_tensor(rng.dirichlet(np.ones(m)))
    field = game.field(x, y)
    gain = sum(
        float(along @ (player - one.lowest(along))) for along, player, one in zip(field, (x, y), game.sets, strict=True)
    )
    assert gain == pytest.approx(float(dg.duality_gap(game, x, y).value), abs=1e-13)


def test_fictitious_play_converges_to_the_value():
    game = dg.games.matrix_game([[0.0, -1.0, 2.0], [1.0, 0.0, -1.0], [-2.0, 1.0, 0.0]])
    run = dg.simulate(game, dg.methods.FrankWolfe(), start=([1.0, 0, 0], [1.0, 0, 0]), steps=4000, path=False)
    first, last = (float(dg.duality_gap(game, run.x[k], run.y[k]).value) for k in (0, -1))
    assert last < 0.05 < first


@pytest.mark.parametrize("one", [dg.games.Box(-1.0, 2.0), dg.games.Ball(1.5)])
def test_on_a_strongly_convex_concave_game_it_comes_near_the_equilibrium(one):
    class Pull(dg.games.ZeroSum):
        sizes, sets = (2, 2), (one, one)

        def payoff(self, x, y, sample):
            return ((x - 0.3) ** 2).sum(-1) + 0.2 * (x * y).sum(-1) - ((y - 0.1) ** 2).sum(-1)

    # 2 (x - 0.3) + 0.2 y = 0 and 0.2 x - 2 (y - 0.1) = 0
    x, y = np.linalg.solve([[2, 0.2], [0.2, -2]], [0.6, -0.2])
    method = dg.methods.FrankWolfe(schedule="classic")
    run = dg.simulate(Pull(), method, start=([1.0, -0.5], [0.0, 0.4]), steps=4000, path=False)
    assert abs(run.x[-1].numpy() - x).max() < 0.02
    assert abs(run.y[-1].numpy() - y).max() < 0.02


def test_the_classic_schedule_forgets_the_start_and_a_constant_one_stays_in_the_set():
    game = dg.games.matrix_game([[1.0, -1.0], [-1.0, 1.0]])
    run = dg.simulate(game, dg.methods.FrankWolfe(schedule="classic"), start=([0.3, 0.7], [0.2, 0.8]), steps=1)
    assert sorted(run.x[-1].tolist()) == sorted(run.y[-1].tolist()) == [0.0, 1.0]
    run = dg.simulate(game, dg.methods.FrankWolfe(step=0.25), start=([0.3, 0.7], [0.2, 0.8]), steps=50)
    assert bool((run.x >= 0).all())
    assert torch.allclose(run.x.sum(-1), torch.ones(51, dtype=torch.float64), atol=1e-14)


def test_a_set_without_a_lowest_point_is_named():
    with pytest.raises(InvalidInput, match=r"^game must have bounded sets .* FreeSpace"):
        dg.simulate(dg.games.bilinear([[1.0]]), dg.methods.FrankWolfe(), start=(1.0, 1.0), steps=1)


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"step": 1.5}, "step"),
        ({"step": 0.0}, "step"),
        ({"step": float("nan")}, "step"),
        ({"step": torch.tensor([0.5, 1.5])}, "step"),
        ({"step_x": 0.5}, "step"),
        ({"schedule": "slow"}, "schedule"),
    ],
)
def test_bad_options_are_named(options, name):
    with pytest.raises(InvalidInput, match=f"^{name} must"):
        dg.methods.FrankWolfe(**options)
