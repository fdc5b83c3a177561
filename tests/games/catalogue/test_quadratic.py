"""Quadratic games."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

import dualgap as dg
from dualgap.errors import InvalidInput


def test_the_field_is_the_linear_one():
    rng = np.random.default_rng(1)
    p, q = np.cov(rng.normal(size=(2, 9))), np.cov(rng.normal(size=(3, 9)))
    a, x, y = rng.normal(size=(2, 3)), rng.normal(size=2), rng.normal(size=3)
    grad_x, grad_y = dg.games.quadratic(p, a, q).field(torch.as_tensor(x), torch.as_tensor(y))
    assert np.allclose(grad_x, p @ x + a @ y, rtol=1e-13)  # sums of five products
    assert np.allclose(grad_y, q @ y - a.T @ x, rtol=1e-13)


@given(mu=st.floats(0.1, 1), sigma=st.floats(0.1, 2), h=st.floats(0.01, 0.2))
def test_the_best_and_the_alternating_rates_of_the_scalar_game(mu, sigma, h):
    game = dg.games.quadratic([[mu]], [[sigma]], [[mu]])
    simultaneous = dg.predict_rate(game, dg.methods.SimultaneousGDA(step=h))
    assert abs(simultaneous - math.hypot(1 - h * mu, h * sigma)) < 1e-12
    if (h * sigma) ** 2 < 4 * (1 - h * mu) * 0.99:
        # a^2 < 4 (1 - eta mu): a complex pair of modulus 1 - eta mu
        assert abs(dg.predict_rate(game, dg.methods.AlternatingGDA(step=h)) - (1 - h * mu)) < 1e-9


@pytest.mark.parametrize(
    ("matrices", "name"),
    [
        (([[1.0, 0.0]], [[1.0]], [[1.0]]), "p"),
        (([[1.0]], [[1.0]], [[1.0, 0.0], [0.0, 1.0]]), "q"),
        (([[1.0, 2.0], [0.0, 1.0]], [[1.0], [1.0]], [[1.0]]), "p"),
        (([[1.0]], [1.0], [[1.0]]), "a"),
        (([[float("inf")]], [[1.0]], [[1.0]]), "p"),
        (([[1.0]], [["a"]], [[1.0]]), "a"),
    ],
)
def test_bad_matrices_are_named(matrices, name):
    with pytest.raises(InvalidInput, match=f"^{name} must"):
        dg.games.quadratic(*matrices)


@given(mu=st.floats(0.1, 2), sigma=st.floats(0.1, 3))
def test_simultaneous_updates_at_their_best_step_are_slower_by_the_square(mu, sigma):
    game = dg.games.scalar_quadratic(monotonicity=mu, coupling=sigma)
    best = minimize_scalar(
        lambda h: dg.predict_rate(game, dg.methods.SimultaneousGDA(step=h)), bounds=(1e-4, 2 / mu), method="bounded"
    )
    # a minimum is flat: its value is known to the square of what the argument is
    assert best.fun**2 == pytest.approx(sigma**2 / (mu**2 + sigma**2), rel=1e-6)


@given(mu=st.floats(0.1, 2), omega=st.floats(0, 3), size=st.integers(1, 3), seed=st.integers(0, 100))
def test_the_bound_of_descent_is_attained_by_a_rotation(mu, omega, size, seed):
    game = dg.games.rotation(size, monotonicity=mu, speed=omega)
    step = mu / (mu**2 + omega**2)
    x, y = (torch.as_tensor(part) for part in np.random.default_rng(seed).normal(size=(2, size)))
    new_x, new_y, _ = dg.methods.SimultaneousGDA(step=step).step(game, x, y, {}, lambda: None)
    ratio = float(((new_x**2).sum() + (new_y**2).sum()) / ((x**2).sum() + (y**2).sum()))
    kappa = game.constants.lipschitz / game.constants.monotonicity
    assert ratio == pytest.approx(1 - 1 / kappa**2, abs=1e-12)


@given(st.integers(1, 4), st.integers(1, 4), st.floats(0, 2), st.integers(0, 1000))
def test_a_drawn_game_is_as_monotone_as_it_says(n, m, mu, seed):
    game = dg.games.random_quadratic(n, m, monotonicity=mu, seed=seed)
    assert game.constants.monotonicity >= mu - 1e-12
    assert game.sizes == (n, m)


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: dg.games.scalar_quadratic(monotonicity=float("nan"), coupling=1.0), "monotonicity"),
        (lambda: dg.games.scalar_quadratic(monotonicity=1.0, coupling="a"), "coupling"),
        (lambda: dg.games.rotation(0, monotonicity=1.0, speed=1.0), "size"),
        (lambda: dg.games.rotation(1, monotonicity=1.0, speed=float("inf")), "speed"),
        (lambda: dg.games.random_quadratic(2, 0, seed=0), "m"),
        (lambda: dg.games.random_quadratic(2, 2, monotonicity=-0.1, seed=0), "monotonicity"),
        (lambda: dg.games.random_quadratic(2, 2, seed="a"), "seed"),
    ],
)
def test_bad_numbers_are_named(make, name):
    with pytest.raises(InvalidInput, match=f"^{name} must"):
        make()
