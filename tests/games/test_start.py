"""What a run starts from: each thing that does not fit has an error of its own."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.games.start import check_start, starting_players
from dualgap.games.streams import Streams

XY = dg.games.bilinear([[1.0]])


def test_players_step_sizes_and_those_of_a_method_within_another_broadcast():
    inner = dg.methods.ExtraGradient(step_x=torch.full((3, 1, 1), 0.1), step_y=0.2)
    method = dg.methods.Lookahead(method=inner, period=2, alpha=0.5)
    x, y = starting_players(XY, method, (np.ones((4, 1)), np.ones((5, 1, 1))))
    assert x.shape == y.shape == (3, 5, 4, 1)
    with pytest.raises(
        InvalidInput, match=r"^start must have leading axes that broadcast, got \(2, 1\) and \(1,\) with step sizes"
    ):
        starting_players(XY, dg.methods.ExtraGradient(step=torch.ones(3)), (np.ones((2, 1)), 1.0))


def test_a_number_takes_the_precision_of_the_tensor_beside_it():
    x, y = starting_players(XY, None, (torch.ones(1), 2.0))
    assert x.dtype == y.dtype == torch.float32
    x, y = starting_players(XY, None, (1, np.ones(1, dtype=np.float32)))
    assert x.dtype == y.dtype == torch.float64


def test_players_of_two_precisions_are_refused():
    with pytest.raises(InvalidInput, match=r"^start must have both players of one dtype"):
        starting_players(XY, None, (torch.ones(1), torch.ones(1, dtype=torch.float64)))


def check(game, x, y, seeds=0):
    players = starting_players(game, None, (x, y))
    return check_start(game, *players, Streams(seeds), seeds)


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda x, y: (x.log() * y).sum(-1), "gradients are finite"),
        (lambda x, y: (x * y).sum(-1) + torch.tensor(-1.0).log(), "losses are finite; loss_x is nan"),
        (lambda x, y: torch.where(x > 0, x * y, torch.inf).sum(-1), "losses are finite; loss_x is inf"),
    ],
    ids=["gradient", "constant", "flat"],
)
def test_a_game_that_is_not_finite_at_the_start_is_refused(function, words):
    with pytest.raises(InvalidInput, match=f"^start must be where the game's {words}"):
        check(dg.games.Payoff(function, sizes=(1, 1)), -1.0, 1.0)


def test_the_loss_of_the_other_player_is_looked_at_too():
    class Pair(dg.games.Game):
        sizes = (1, 1)

        def loss_x(self, x, y, sample):
            return (x * y).sum(-1)

        def loss_y(self, x, y, sample):
            return -(x * y).sum(-1) + torch.inf

    with pytest.raises(InvalidInput, match=r"^start must be where the game's losses are finite; loss_y is inf"):
        check(Pair(), 1.0, 1.0)


def test_a_loss_that_mixes_the_copies_is_refused():
    game = dg.games.Payoff(lambda x, y: (x * y).mean(), sizes=(1, 1))
    with pytest.raises(InvalidInput, match=r"^game must have a loss_x for each copy, of shape \(7,\), got \(\)"):
        check(game, np.ones((7, 1)), 1.0)


def test_a_start_outside_of_its_set_is_refused():
    with pytest.raises(InvalidInput, match=r"^start must have y in its set Simplex\(\), it is 0.707 outside"):
        check(dg.games.matching_pennies(), [0.5, 0.5], [1.0, 1.0])


def test_seeds_are_one_for_each_copy():
    with pytest.raises(InvalidInput, match=r"^seeds must be one for each copy"):
        check(dg.games.finite_sum(2), np.ones((3, 2)), np.ones((3, 2)), seeds=[0, 1])


def test_it_says_whether_the_game_is_deterministic():
    assert check(XY, 1.0, 1.0)
    assert not check(dg.games.finite_sum(2), np.ones(2), np.ones(2))
