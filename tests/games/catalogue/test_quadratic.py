"""Quadratic games."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

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
