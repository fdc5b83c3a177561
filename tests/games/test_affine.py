"""Whether a step is affine is read off its operations: never claimed of one that is not."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import dualgap as dg
from dualgap.games.affine import affine_step, is_affine, rescaled, step_shapes
from dualgap.games.methods.method import Method

methods = dg.methods
GENERATOR = torch.Generator().manual_seed(0)
MATRIX = torch.randn(3, 3, generator=GENERATOR, dtype=torch.float64)
Z = torch.randn(5, 3, generator=GENERATOR, dtype=torch.float64)

AFFINE = {
    "a matrix": lambda z: z @ MATRIX,
    "a matrix from the left": lambda z: (MATRIX @ z.mT).mT,
    "a solve": lambda z: torch.linalg.solve(MATRIX, z.mT).mT,
    "a constant": lambda z: z * 0 + MATRIX[0].exp(),
    "parts": lambda z: torch.cat([z[..., 1:] / 3, z[..., :1].expand(5, 2).sum(-1, keepdim=True)], -1),
    "a mean of two points": lambda z: z.lerp(MATRIX[0], 0.3),
    "a gradient of a quadratic": lambda z: torch.func.vjp(lambda u: u @ MATRIX, z)[1](z)[0],
    "a product with what the values do not enter": lambda z: z * torch.ones_like(z).cumsum(-1),
    "one player's step": lambda z: torch.addcmul(z, torch.tensor(0.3, dtype=torch.float64), z @ MATRIX, value=-1),
}
NOT_AFFINE = {
    "a square": lambda z: z * z,
    "a power": lambda z: z**2,
    "a cut": lambda z: z.clamp(-1, 1),
    "an absolute value": torch.abs,
    "a quotient": lambda z: MATRIX[0] / z,
    "a product through a view": lambda z: z[..., :1] * z[..., 1:],
    "a matrix of itself": lambda z: z @ z.mT,
    "a system of itself": lambda z: torch.linalg.solve(z[:3], MATRIX),
    "a branch": lambda z: z if z.sum() > 0 else -z,
    "a number read": lambda z: z * float(z[0, 0]),
    "a choice": lambda z: torch.where(z > 0, z, 2 * z),
    "in place": lambda z: z.clone().mul_(z),
    "out of sight": lambda z: torch.sort(z).values,
    "rounding": lambda z: z.to(torch.int64).to(torch.float64),
    "a floor": lambda z: torch.div(z, 2, rounding_mode="floor"),
    "an unknown weight": lambda z: MATRIX[0].lerp(MATRIX[1], z),
}


@pytest.mark.parametrize("name", AFFINE)
def test_what_is_affine_by_its_operations_is_seen_to_be(name):
    assert is_affine(AFFINE[name], Z)


@pytest.mark.parametrize("name", NOT_AFFINE)
def test_what_is_not_affine_is_never_said_to_be(name):
    assert not is_affine(NOT_AFFINE[name], Z)


def test_a_watched_function_is_run_as_it_is():
    seen = []
    assert is_affine(lambda z: seen.append(z @ MATRIX), Z)
    assert torch.equal(seen[0], Z @ MATRIX)


GAME = dg.games.quadratic([[1.0, 0.2], [0.2, 0.5]], [[2.0], [-1.0]], [[0.7]])
LINEAR = [
    methods.SimultaneousGDA(step=0.1),
    methods.AlternatingGDA(step_x=0.1, step_y=0.2, first="y", steps_y=2),
    methods.ExtraGradient(step=0.1),
    methods.PastExtraGradient(step=0.1),
    methods.OptimisticGDA(step=0.1),
    methods.ProximalPoint(step=0.1),
    methods.PrimalDualHybridGradient(step=0.1),
    methods.ConsensusOptimization(step=0.1, weight=0.5),
    methods.SymplecticGradientAdjustment(step=0.1, weight=0.5),
    methods.CompetitiveGradientDescent(step=0.1),
    methods.HamiltonianDescent(step=0.1),
    methods.FollowTheRidge(step=0.1),
    methods.Slingshot(step=0.1),
    methods.Lookahead(method=methods.OptimisticGDA(step=0.1), period=3, alpha=0.5),
]


def state_of(game, method):
    x, y = (torch.zeros(size, dtype=torch.float64) for size in game.sizes)
    return x, y, method.init(game, x, y)


@pytest.mark.parametrize("method", LINEAR, ids=lambda method: type(method).__name__)
def test_the_map_of_a_linear_method_is_its_own_linearisation(method):
    found = affine_step(GAME, method, *state_of(GAME, method))
    assert found is not None
    assert not found.offset.any()
    # another way to the same Jacobian: reverse differentiation of the step, exact up to rounding
    np.testing.assert_allclose(found.matrix, dg.games.linearise(GAME, method).jacobian, rtol=0, atol=1e-13)


@pytest.mark.parametrize(
    "method",
    [
        methods.SimultaneousGDA(step=0.1, scaling=methods.Adam()),
        methods.AnchoredExtraGradient(step=0.1),
        methods.Halpern(method=methods.ProximalPoint(step=0.1)),
    ],
    ids=lambda method: type(method).__name__,
)
def test_a_method_that_counts_its_steps_has_no_one_map(method):
    assert affine_step(GAME, method, *state_of(GAME, method)) is None


@pytest.mark.parametrize(
    "game",
    [
        dg.games.bilinear([[1.0]], set_x=dg.games.Box(-1.0, 1.0)),
        dg.games.matrix_game([[1.0, 0.0], [0.0, 1.0]]),
        dg.games.dirac_gan(),
        dg.games.Payoff(lambda x, y: (x * y).sum(-1), sizes=(1, 1)),
    ],
    ids=lambda game: type(game).__name__,
)
def test_a_game_that_projects_or_does_not_say_that_its_field_is_affine_has_none(game):
    method = methods.ExtraGradient(step=0.1)
    assert affine_step(game, method, *state_of(game, method)) is None


class Sly(Method):
    """A step that is not linear by operations that nothing watches."""

    def gradient_calls(self, game):
        return 0

    def step(self, game, x, y, state, draw):
        return x / 2 + torch.from_numpy(np.sin(x.numpy())), y / 2, state


def test_a_step_that_hides_what_it_does_is_found_out_by_points_that_nothing_was_fitted_on():
    xy = dg.games.bilinear([[1.0]])
    one = torch.ones(1, dtype=torch.float64)
    assert affine_step(xy, Sly(), one, one, {}) is None


@given(st.floats(0.01, 2))
def test_a_field_with_a_constant_has_an_offset(c):
    class Shifted(dg.games.ZeroSum):
        sizes, affine = (1, 1), True

        def payoff(self, x, y, sample):
            return ((x - c) * y).sum(-1)

        def field(self, x, y, sample=None):
            return y, c - x

    found = affine_step(
        Shifted(), methods.SimultaneousGDA(step=0.5), *state_of(Shifted(), methods.SimultaneousGDA(step=0.5))
    )
    assert found is not None
    np.testing.assert_allclose(found.matrix, [[1.0, -0.5], [0.5, 1.0]], rtol=0, atol=1e-15)
    np.testing.assert_allclose(found.offset, [0.0, -0.5 * c], rtol=1e-15)


def test_a_map_for_each_step_size_of_a_method_within_another():
    sizes = torch.tensor([[0.1], [0.3]], dtype=torch.float64)
    method = methods.Lookahead(method=methods.ExtraGradient(step=sizes), period=2, alpha=0.5)
    assert set(map(tuple, step_shapes(method))) == {(2, 1)}
    x = torch.ones(2, 4, 1, dtype=torch.float64)
    found = affine_step(dg.games.bilinear([[1.0]]), method, x, x, {})
    assert found is not None
    assert found.matrix.shape == (2, 1, 2, 2)
    for k, size in enumerate(sizes.flatten().tolist()):
        one = np.array([[1 - size**2, -size], [size, 1 - size**2]])
        np.testing.assert_allclose(found.matrix[k, 0], 0.5 * np.eye(2) + 0.5 * one @ one, rtol=0, atol=1e-15)


def test_a_rescaled_method_takes_steps_of_another_size():
    method = methods.Lookahead(method=methods.ExtraGradient(step=0.2), period=2, alpha=0.5)
    half = rescaled(method, torch.tensor(0.5, dtype=torch.float64))
    xy, one = dg.games.bilinear([[1.0]]), torch.ones(1, dtype=torch.float64)
    expected = methods.Lookahead(method=methods.ExtraGradient(step=0.1), period=2, alpha=0.5)
    for found, wanted in zip(
        half.step(xy, one, one, {}, lambda: None)[:2], expected.step(xy, one, one, {}, lambda: None)[:2], strict=True
    ):
        assert torch.equal(found, wanted)
    assert method.method.step_x == 0.2
