"""A finite sum: the samples are unbiased, and whether extragradient converges depends on how it draws them."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.games import Streams


def factor(terms, step, sample):
    """E ||z'||² / ||z||² of a step of extragradient, over all equally likely draws."""
    game = dg.games.finite_sum(terms)
    method = dg.methods.ExtraGradient(step=step, sample=sample)
    rng = np.random.default_rng(0)
    x, y = (torch.as_tensor(rng.normal(size=terms)) for _ in range(2))
    squares = []
    for drawn in itertools.product(range(terms), repeat=2):
        left = iter(drawn)
        new_x, new_y, _ = method.step(game, x, y, method.init(game, x, y), lambda left=left: torch.tensor([next(left)]))
        squares.append(float((new_x**2).sum() + (new_y**2).sum()))
    return np.mean(squares) / float((x**2).sum() + (y**2).sum())


@given(st.integers(1, 5), st.floats(0.05, 0.95))
def test_independent_samples_make_extragradient_diverge_and_the_same_one_converge(n, h):
    # a mean of at most 25 squares: a few roundings
    assert factor(n, h, "independent") == pytest.approx(1 + h**2 / n * (1 - 2 / n + h**2 / n), rel=1e-13)
    assert factor(n, h, "same") == pytest.approx(1 - (h**2 - h**4) / n, rel=1e-13)


def test_the_mean_over_the_samples_is_the_game():
    game = dg.games.finite_sum(4)
    rng = np.random.default_rng(1)
    x, y = (torch.as_tensor(rng.normal(size=(3, 4))) for _ in range(2))
    one_each = torch.stack([game.payoff(x, y, torch.tensor([i])) for i in range(4)])
    assert torch.allclose(one_each.mean(0), game.payoff(x, y, None), rtol=1e-14, atol=1e-15)


def test_a_batch_has_its_size_and_every_copy_its_own():
    game = dg.games.finite_sum(5, batch=3)
    assert game.draw(Streams(0)).shape == (3,)
    together, alone = game.draw(Streams([3, 4])), game.draw(Streams(4))
    assert bool((together[1] == alone).all())
    x = torch.ones(2, 5, dtype=torch.float64)
    assert game.payoff(x, 2 * x, together).tolist() == [2.0, 2.0]


@pytest.mark.parametrize(("arguments", "options", "name"), [((0,), {}, "terms"), ((2,), {"batch": 1.5}, "batch")])
def test_bad_input_is_named(arguments, options, name):
    with pytest.raises(InvalidInput, match=f"^{name} must"):
        dg.games.finite_sum(*arguments, **options)
