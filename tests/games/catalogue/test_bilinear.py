"""x' A y."""

from __future__ import annotations

import numpy as np
import pytest
import torch

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
