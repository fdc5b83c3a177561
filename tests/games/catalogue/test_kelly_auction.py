"""The Kelly auction: its equilibrium is a pair of best replies."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

import dualgap as dg
from dualgap.errors import InvalidInput

VALUES = st.floats(0.2, 5)


def best_reply(value, other, reserve, budget):
    """By golden section, which knows nothing of the formula; the loss is convex in the own bid."""
    found = minimize_scalar(
        lambda bid: bid - value * bid / (reserve + bid + other), bounds=(0, budget), options={"xatol": 1e-10}
    )
    ends = {0.0: 0.0, float(found.x): float(found.fun)}
    return min(ends, key=lambda bid: ends[bid])


@given(VALUES, VALUES, st.floats(0.1, 2))
def test_each_bid_is_the_best_reply_to_the_other(a, b, reserve):
    game = dg.games.kelly_auction(value_x=a, value_y=b, reserve=reserve, budget=10.0)
    x, y = (float(bid) for bid in game.equilibrium)
    # a minimum is known to the root of the rounding of the loss
    assert x == pytest.approx(best_reply(a, y, reserve, 10.0), abs=1e-6)
    assert y == pytest.approx(best_reply(b, x, reserve, 10.0), abs=1e-6)


def test_a_bidder_who_values_it_less_than_the_others_bid_stays_out():
    game = dg.games.kelly_auction(value_x=4.0, value_y=0.5, reserve=0.25, budget=2.0)
    assert [float(bid) for bid in game.equilibrium] == [0.75, 0.0]  # sqrt(4 / 4) - 1/4
    nobody = dg.games.kelly_auction(value_x=0.4, value_y=0.3, reserve=0.5)
    assert [float(bid) for bid in nobody.equilibrium] == [0.0, 0.0]


def test_descent_finds_the_equilibrium_from_everywhere():
    game = dg.games.kelly_auction()
    grid = np.stack(np.meshgrid(*[np.linspace(0, 2, 5)] * 2), -1).reshape(-1, 2)
    # the curvature at a bid of 0 is L = 21, where 2 / L is the largest stable step
    run = dg.simulate(game, dg.methods.SimultaneousGDA(step=0.1), start=(grid[:, :1], grid[:, 1:]), steps=400)
    for found, wanted in zip((run.x[-1], run.y[-1]), game.equilibrium, strict=True):
        assert np.abs(found - wanted.numpy()).max() < 1e-9


def test_equal_bidders_make_a_strictly_monotone_field():
    game = dg.games.kelly_auction(value_x=2.0, value_y=2.0)
    bids = torch.as_tensor(np.random.default_rng(0).uniform(0, 2, (200, 2, 2)))
    first, second = (torch.cat(game.field(part[:, :1], part[:, 1:]), -1) for part in bids.unbind(1))
    assert bool((((first - second) * (bids[:, 0] - bids[:, 1])).sum(-1) > 0).all())


@pytest.mark.parametrize("name", ["value_x", "value_y", "reserve", "budget"])
@pytest.mark.parametrize("value", [0.0, -1.0, float("nan"), "a"])
def test_values_and_money_are_positive(name, value):
    with pytest.raises(InvalidInput, match=f"^{name} must"):
        dg.games.kelly_auction(**{name: value})


def test_a_budget_below_the_equilibrium_is_refused():
    with pytest.raises(InvalidInput, match=r"^budget must be at least the largest bid at the equilibrium, 0\.477"):
        dg.games.kelly_auction(budget=0.3)
