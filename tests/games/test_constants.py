"""The constants of every game of the catalogue, against its Jacobian."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from dualgap.games import Constants, examples

KNOWN = {name: example for name, example in examples().items() if example.make().constants is not None}
# a spectral norm of up to ten rows carries a few roundings
ROUNDING = 1e-12


def jacobians(game, scale, count=40):
    """Of the field, at points of the sets that are drawn on a scale; (count, k, k)."""
    rng = np.random.default_rng(0)
    n = game.sizes[0]
    z = torch.as_tensor(rng.standard_normal((count, sum(game.sizes)))) * scale
    z = torch.cat([game.project_x(z[:, :n]), game.project_y(z[:, n:])], -1)
    return torch.func.vmap(torch.func.jacrev(lambda one: torch.cat(game.field(one[:n], one[n:]))))(z).numpy()


def extremes(game, scale):
    """The largest norm and the least eigenvalue of the symmetric part."""
    found = jacobians(game, scale)
    symmetric = (found + found.transpose(0, 2, 1)) / 2
    return np.linalg.norm(found, 2, axis=(1, 2)).max(), np.linalg.eigvalsh(symmetric)[:, 0].min()


@pytest.mark.parametrize("name", KNOWN)
@pytest.mark.parametrize("scale", [0.1, 1.0, 10.0])
def test_the_jacobian_is_nowhere_larger_nor_less_monotone(name, scale):
    game = KNOWN[name].make()
    norm, least = extremes(game, scale)
    if game.constants.lipschitz is not None:
        assert norm <= game.constants.lipschitz * (1 + ROUNDING)
    if game.constants.monotonicity is not None:
        assert least >= game.constants.monotonicity - ROUNDING * norm


@pytest.mark.parametrize("name", [name for name, example in KNOWN.items() if example.make().affine])
def test_the_constants_of_an_affine_field_are_attained(name):
    game = KNOWN[name].make()
    norm, least = extremes(game, 1.0)
    assert norm == pytest.approx(game.constants.lipschitz, rel=ROUNDING)
    assert least == pytest.approx(game.constants.monotonicity, abs=ROUNDING * norm)


def test_a_constant_that_is_infinite_is_exceeded_by_any_number():
    for name, example in KNOWN.items():
        game = example.make()
        if game.constants.lipschitz == math.inf and name != "dirac-wgan-gp":  # whose field jumps, and is flat elsewhere
            # along the axes: the GAN's curvature is where one player is at 0
            axis = torch.stack([torch.full((1,), 1e3, dtype=torch.float64), torch.zeros(1, dtype=torch.float64)])
            norms = [
                torch.linalg.matrix_norm(
                    torch.func.jacrev(lambda z, game=game: torch.cat(game.field(z[:1], z[1:])))(pair.flatten()), 2
                )
                for pair in (axis, axis.flip(0))
            ]
            assert max(norms) > 1e5, name


def test_the_field_of_the_gradient_penalty_jumps():
    game = examples()["dirac-wgan-gp"].make()
    tiny = torch.tensor([1e-12], dtype=torch.float64)
    below, above = (float(game.grad_y(torch.zeros_like(tiny), y)) for y in (-tiny, tiny))
    assert abs(below - above) == pytest.approx(0.6)  # 2 lambda g
    assert below > above, "and downwards, so that it is not monotone either"


def test_a_wrong_constant_is_noticed():
    game = examples()["rotation"].make()
    norm, least = extremes(game, 1.0)
    assert norm > game.constants.lipschitz * 0.99
    assert least < game.constants.monotonicity * 1.01


def test_constants_of_a_matrix_are_its_norm_and_the_least_eigenvalue_of_its_symmetric_part():
    found = Constants.of_linear_field([[3.0, 4.0], [-4.0, 3.0]])
    assert found.lipschitz == pytest.approx(5.0, rel=ROUNDING)
    assert found.monotonicity == pytest.approx(3.0, rel=ROUNDING)


@pytest.mark.parametrize("name", [name for name, example in KNOWN.items() if example.make().affine])
def test_a_field_that_is_called_affine_has_one_jacobian(name):
    found = jacobians(KNOWN[name].make(), 3.0)
    assert np.abs(found - found[0]).max() <= ROUNDING * np.abs(found).max()
