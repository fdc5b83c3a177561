"""x' A y."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import dualgap as dg
from dualgap.errors import InvalidInput


def test_the_payoff_is_x_a_y():
    rng = np.random.default_rng(0)
    a, x, y = rng.normal(size=(3, 2)), rng.normal(size=(5, 3)), rng.normal(size=(5, 2))
    found = dg.games.bilinear(a).payoff(torch.as_tensor(x), torch.as_tensor(y), None)
    assert np.allclose(found, np.einsum("ki,ij,kj->k", x, a, y), rtol=1e-14, atol=1e-15)  # sums of six products


def test_the_origin_is_an_equilibrium_and_zero_y_one_is_not():
    game = dg.games.bilinear([[2.0]])
    assert all(bool((part == 0).all()) for part in game.field(*game.equilibrium))
    # at (0, 1) the first player gains by moving: (0, y) solves min max but is no Nash equilibrium unless y = 0
    point = torch.zeros(1, dtype=torch.float64), torch.ones(1, dtype=torch.float64)
    assert game.field(*point)[0] != 0


@pytest.mark.parametrize("matrix", ["a", [[float("nan")]], [], [1.0], [[[1.0]]], [[1.0], [1.0, 2.0]], None, [[True]]])
def test_a_matrix_is_a_finite_array_with_two_axes(matrix):
    with pytest.raises(InvalidInput, match=r"^matrix must"):
        dg.games.bilinear(matrix)


def test_the_product_is_the_game_of_the_matrix_one():
    assert dg.games.xy().matrix.tolist() == [[1.0]]
    assert dg.games.xy(bound=2).sets == (dg.games.Box(-2.0, 2.0), dg.games.Box(-2.0, 2.0))


@pytest.mark.parametrize("bound", [0.0, -1.0, float("nan"), "a"])
def test_a_bound_is_positive(bound):
    with pytest.raises(InvalidInput, match=r"^bound must"):
        dg.games.xy(bound=bound)


@given(values=st.lists(st.floats(0, 10), min_size=1, max_size=4), extra=st.integers(0, 2), seed=st.integers(0, 100))
def test_the_singular_values_are_those_that_were_chosen(values, extra, seed):
    game = dg.games.bilinear_with_singular_values(values, size=len(values) + extra, seed=seed)
    found = np.linalg.svd(game.matrix.numpy(), compute_uv=False)
    assert np.allclose(found, sorted(values + [0.0] * extra, reverse=True), atol=1e-13)  # of 10, a few roundings


def test_the_directions_are_drawn_by_the_seed():
    first, again, other = (dg.games.bilinear_with_singular_values([2.0, 1.0], seed=seed).matrix for seed in (0, 0, 1))
    assert torch.equal(first, again)
    assert not torch.allclose(first, other)


@pytest.mark.parametrize(
    ("values", "options", "name"),
    [
        ([-1.0], {}, "values"),
        ([[1.0]], {}, "values"),
        ([1.0, 2.0], {"size": 1}, "size"),
        ([1.0], {"seed": -1}, "seed"),
    ],
)
def test_what_is_no_spectrum_is_refused(values, options, name):
    with pytest.raises(InvalidInput, match=f"^{name} must"):
        dg.games.bilinear_with_singular_values(values, **{"seed": 0, **options})
