"""Equilibria from many starts: all of the known ones, each once, the same for the same seed."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.games import Box, equilibria, local_constants


def wells(x, y):
    """Three critical points: x³ - x + y = 0 and y = x / 2."""
    return (x**4 / 4 - x**2 / 2 + x * y - y**2).sum(-1)


WELLS = dg.games.Payoff(wells, sizes=(1, 1))


def test_all_critical_points_of_a_double_well_are_found_once_with_their_kind():
    found = equilibria(WELLS)
    expected = np.array([0.0, -np.sqrt(0.5), np.sqrt(0.5)])
    assert np.allclose([one.x.item() for one in found], expected, atol=1e-12)
    assert np.allclose([one.y.item() for one in found], expected / 2, atol=1e-12)
    assert all(one.residual < 1e-12 for one in found)
    # at 0 the payoff bends by -1 in x and by -1 + 1/2 where y answers; at the others by 1/2
    assert [one.classification.nash for one in found] == [False, True, True]
    assert [one.classification.minimax for one in found] == [False, True, True]
    assert "strict Nash: yes" in repr(found[1])


def test_the_same_seed_gives_the_same_and_starts_can_be_given():
    first, again = equilibria(WELLS, seed=3), equilibria(WELLS, seed=3)
    assert all(np.array_equal(a.x, b.x) for a, b in zip(first, again, strict=True))
    (near,) = equilibria(WELLS, starts=([[0.8]], [[0.4]]))
    assert abs(near.x.item() - np.sqrt(0.5)) < 1e-12


def test_forsaken_has_its_known_equilibrium():
    (found,) = equilibria(dg.games.forsaken(), scale=0.5)
    assert abs(found.x.item() - 0.0780) < 5e-5
    assert abs(found.y.item() - 0.4119) < 5e-5


@given(st.integers(0, 10**6))
@settings(max_examples=10)
def test_a_strongly_monotone_game_has_one(seed):
    game = dg.games.random_quadratic(3, 2, seed=seed)
    (found,) = equilibria(game, starts=8)
    assert max(np.abs(found.x).max(), np.abs(found.y).max()) < 1e-9
    assert found.classification.strict_nash


def test_matrix_games_are_solved_by_linear_programming():
    game = dg.games.rock_paper_scissors()
    (found,) = equilibria(game)
    assert np.allclose(found.x, 1 / 3, atol=1e-9)
    assert found.classification.nash
    # Newton's method on the projected field alone gets no nearer
    assert dg.duality_gap(game, found.x, found.y).upper < 1e-9


def test_on_a_box_an_equilibrium_may_lie_on_the_border():
    class Pushed(dg.games.ZeroSum):
        sizes, sets = (1, 1), (Box(-1, 1), Box(-1, 1))

        def payoff(self, x, y, sample):
            return (2 * x + x * y - y**2).sum(-1)

    (found,) = equilibria(Pushed())
    assert (found.x.item(), found.y.item()) == pytest.approx((-1.0, -0.5))
    assert found.classification.strict_nash


def test_a_continuum_is_sampled_and_says_that_its_points_are_not_isolated():
    # every (0, y) with y_1 = y_2 is critical for f = x (y_1 - y_2)
    found = equilibria(dg.games.bilinear([[1.0, -1.0]]), starts=5)
    assert len(found) > 1
    assert all(one.classification.isolated is None for one in found)
    assert equilibria(WELLS)[0].classification.isolated is True


def test_a_game_without_a_critical_point_has_none():
    game = dg.games.Payoff(lambda x, y: (x + x * 0 - y**2).sum(-1), sizes=(1, 1))
    assert equilibria(game, starts=4) == ()


def test_a_field_that_dies_out_at_infinity_has_no_critical_point_there():
    # the gradient e^x falls below every tolerance, and Newton's steps stay one long
    game = dg.games.Payoff(lambda x, y: (torch.exp(x) - y**2 / 2).sum(-1), sizes=(1, 1))
    assert equilibria(game, starts=8) == ()


@given(st.integers(0, 10**6))
@settings(max_examples=20)
def test_local_constants_of_a_linear_field_are_its_constants_and_bound_its_changes(seed):
    rng = np.random.default_rng(seed)
    game = dg.games.random_quadratic(2, 3, seed=seed)
    found = local_constants(game)
    assert found.lipschitz == pytest.approx(game.constants.lipschitz, rel=1e-12)
    assert found.monotonicity == pytest.approx(game.constants.monotonicity, rel=1e-9)
    jacobian = np.block([[game.p.numpy(), game.a.numpy()], [-game.a.numpy().T, game.q.numpy()]])
    for move in rng.normal(size=(20, 5)):
        assert np.linalg.norm(jacobian @ move) <= found.lipschitz * np.linalg.norm(move) * (1 + 1e-12)
        assert move @ jacobian @ move >= found.monotonicity * move @ move * (1 - 1e-9)


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: equilibria("xy"), "game"),
        (lambda: equilibria(WELLS, starts=0), "starts"),
        (lambda: equilibria(WELLS, starts=([[0.0]],)), "starts"),
        (lambda: equilibria(WELLS, starts=([[0.0, 1.0]], [[0.0]])), "starts"),
        (lambda: equilibria(WELLS, starts=([[0.0], [1.0]], [[0.0]])), "starts"),
        (lambda: equilibria(WELLS, scale=0.0), "scale"),
        (lambda: equilibria(WELLS, tolerance=float("nan")), "tolerance"),
        (lambda: local_constants(WELLS), "at"),
    ],
)
def test_bad_input_is_named(call, name):
    with pytest.raises(InvalidInput, match=f"^{name} must"):
        call()
