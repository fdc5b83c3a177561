"""The directions that a set and a gradient leave open, and the second derivatives along them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dualgap as dg
from dualgap.games import Ball, Box, FreeSpace, Simplex
from dualgap.games.curvature import curvatures, local_form, open_directions


@given(st.integers(2, 6), st.integers(0, 10**6))
def test_the_open_directions_of_a_simplex_keep_the_sum_and_the_empty_entries(n, seed):
    rng = np.random.default_rng(seed)
    point = np.zeros(n)
    used = rng.choice(n, size=rng.integers(1, n + 1), replace=False)
    point[used] = rng.dirichlet(np.ones(len(used)))
    slope = np.where(point > 0, 1.0, 2.0)  # the empty entries cost more
    face = open_directions(Simplex(), point, slope)
    assert face.certain
    assert face.basis.shape == (n, len(used) - 1)
    assert np.allclose(face.basis.T @ face.basis, np.eye(len(used) - 1), atol=1e-12)
    assert np.abs(face.basis.sum(0)).max(initial=0.0) < 1e-12
    assert not face.basis[point == 0].any()
    # where an empty entry costs nothing, second derivatives do not decide
    if len(used) < n:
        assert not open_directions(Simplex(), point, np.ones(n)).certain


def test_a_box_holds_the_entries_that_the_slope_pushes_outwards():
    face = open_directions(Box(-1, 1), np.array([-1.0, 1.0, 0.0]), np.array([1.0, -1.0, 0.0]))
    assert face.basis.tolist() == [[0.0], [0.0], [1.0]]
    assert face.certain
    assert not open_directions(Box(-1, 1), np.array([-1.0]), np.array([0.0])).certain


def test_the_border_of_a_ball_bends_by_the_slope_over_the_radius():
    face = open_directions(Ball(2.0), np.array([0.0, -2.0]), np.array([0.0, 3.0]))
    assert np.allclose(np.abs(face.basis), [[1.0], [0.0]])
    assert face.bend == 1.5
    inner = open_directions(Ball(2.0), np.array([0.0, 1.0]), np.array([0.0, 0.0]))
    assert (inner.basis.shape, inner.bend, inner.certain) == ((2, 2), 0.0, True)


def test_a_set_of_the_users_own_is_not_decided():
    class Line(dg.games.StrategySet):
        def project(self, point):
            return point

        def support(self, direction):
            return 0.0, 0.0

    assert not open_directions(Line(), np.zeros(2), np.zeros(2)).certain
    assert open_directions(FreeSpace(), np.zeros(2), np.zeros(2)).certain


@given(st.integers(0, 10**6))
def test_the_blocks_of_a_quadratic_game_are_its_matrices(seed):
    game = dg.games.random_quadratic(3, 2, seed=seed)
    p, a, q = (part.numpy() for part in (game.p, game.a, game.q))
    form = local_form(game, np.zeros(3), np.zeros(2))
    assert np.allclose(form.own_x, p, atol=1e-14)
    assert np.allclose(form.own_y, q, atol=1e-14)
    assert np.allclose(form.schur, p + a @ np.linalg.solve(q, a.T), atol=1e-12)
    least_x, least_y, norm = curvatures(game, np.ones(3), np.ones(2))
    assert (least_x, least_y) == pytest.approx((np.linalg.eigvalsh(p)[0], np.linalg.eigvalsh(q)[0]))
    assert norm == pytest.approx(game.constants.lipschitz)


def test_on_a_simplex_curvature_across_it_does_not_count():
    class Across(dg.games.ZeroSum):
        """-(x_1 + x_2)² is constant on the simplex; x_1² is convex on it."""

        sizes, sets = (2, 1), (Simplex(), FreeSpace())

        def payoff(self, x, y, sample):
            return x[..., 0] ** 2 - x.sum(-1) ** 2 - (y**2).sum(-1)

    assert curvatures(Across(), np.array([0.5, 0.5]), np.zeros(1))[0] == pytest.approx(1.0)
