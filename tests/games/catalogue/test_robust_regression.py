"""Robust regression: the adversary moves the targets along the residual, and least squares stays the answer."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import dualgap as dg
from dualgap.errors import InvalidInput


def problem(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 4))
    rows = n + int(rng.integers(0, 4))
    return rng.normal(size=(rows, n)), rng.normal(size=rows)


@given(st.integers(0, 10**6), st.floats(1.1, 10))
def test_the_equilibrium_is_least_squares_and_its_residual(seed, penalty):
    a, b = problem(seed)
    game = dg.games.robust_regression(a, b, penalty=penalty)
    x, y = (part.numpy() for part in game.equilibrium)
    assert np.allclose(x, np.linalg.lstsq(a, b)[0], rtol=1e-9, atol=1e-9)  # two solvers, condition up to a few hundred
    # the stationarity of y, written out: (lambda - 1) y = lambda b - A x
    assert np.allclose((penalty - 1) * y, penalty * b - a @ x, atol=1e-9)


@given(st.integers(0, 10**6), st.floats(1.1, 10))
def test_the_best_reply_scales_the_loss_of_least_squares(seed, penalty):
    a, b = problem(seed)
    game = dg.games.robust_regression(a, b, penalty=penalty)
    x = np.random.default_rng(seed + 1).normal(size=a.shape[1])
    y = (penalty * b - a @ x) / (penalty - 1)
    found = float(game.payoff(torch.as_tensor(x), torch.as_tensor(y), None))
    squares = float(((a @ x - b) ** 2).sum())
    assert found == pytest.approx(penalty / (penalty - 1) * squares / 2, rel=1e-9)


def test_descent_ascent_fits_the_line():
    game = dg.games.examples()["robust-regression"].make()
    run = dg.simulate(game, dg.methods.SimultaneousGDA(step=0.1), start=([0.0, 0.0], [0.0, 0.0, 0.0]), steps=400)
    assert np.allclose(run.x[-1], [2 / 3, 1 / 2], atol=1e-9)  # the slope of 0, 1, 1 at -1, 0, 1


@pytest.mark.parametrize(
    ("arguments", "options", "name"),
    [
        (([1.0], [1.0]), {}, "design"),
        (([[1.0], [1.0]], [1.0]), {}, "targets"),
        (([[1.0, 2.0], [2.0, 4.0]], [1.0, 1.0]), {}, "design"),
        (([[1.0]], [float("nan")]), {}, "targets"),
        (([[1.0]], [1.0]), {"penalty": 1.0}, "penalty"),
    ],
)
def test_bad_input_is_named(arguments, options, name):
    with pytest.raises(InvalidInput, match=f"^{name} must"):
        dg.games.robust_regression(*arguments, **options)
