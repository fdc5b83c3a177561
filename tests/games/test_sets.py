"""Projections are nearest points, and support functions are maxima."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.games.exact import rationals

SETS = [dg.games.Simplex(), dg.games.Box(-1.0, 2.0), dg.games.Ball(1.5)]
VECTORS = st.lists(st.floats(-5, 5), min_size=3, max_size=3).map(np.array)


def members(one, rng, number=400):
    """Points of a set, its corners among them."""
    if isinstance(one, dg.games.Simplex):
        return np.vstack([rng.dirichlet(np.ones(3) / 2, number), np.eye(3)])
    if isinstance(one, dg.games.Box):
        corners = np.array(np.meshgrid(*[[one.low, one.high]] * 3)).reshape(3, -1).T
        return np.vstack([rng.uniform(one.low, one.high, (number, 3)), corners])
    raw = rng.normal(size=(number, 3))
    return one.radius * raw / np.linalg.norm(raw, axis=1, keepdims=True)


@pytest.mark.parametrize("one", SETS)
@given(point=VECTORS)
def test_the_projection_is_in_the_set_and_makes_an_obtuse_angle_with_every_member(one, point):
    nearest = one.project(torch.as_tensor(point)).numpy()
    assert one.distance(torch.as_tensor(nearest)) < 1e-14
    # the variational inequality <point - nearest, member - nearest> <= 0 says that it is the nearest
    inner = (members(one, np.random.default_rng(0)) - nearest) @ (point - nearest)
    assert inner.max() < 1e-12  # products of numbers below 10


@pytest.mark.parametrize("one", SETS)
@given(direction=VECTORS)
def test_the_support_function_is_the_largest_inner_product(one, direction):
    reached = (members(one, np.random.default_rng(1), 4000) @ direction).max()
    below, above = one.support(rationals(direction))
    assert below <= above <= below + 1e-14 * (1 + abs(below))
    assert reached <= above + 1e-12
    # corners are among the members; a dense sample of the sphere misses the ball's maximum by a few percent
    assert reached >= below - 0.1 * np.linalg.norm(direction) - 1e-12


@pytest.mark.parametrize("one", SETS)
@given(direction=VECTORS)
def test_the_lowest_point_attains_the_support_of_the_opposite_direction(one, direction):
    lowest = one.lowest(torch.as_tensor(direction)).numpy()
    assert one.distance(torch.as_tensor(lowest)) < 1e-14
    below, above = one.support(rationals(-direction))
    assert (
        below - 1e-14 <= -lowest @ direction <= above + 1e-14 * (1 + abs(above))
    )  # a product of three numbers below 10


def test_lowest_points_are_found_copy_by_copy_and_for_the_smallest_directions():
    directions = torch.randn(7, 3, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    for one in SETS:
        assert torch.equal(one.lowest(directions)[4], one.lowest(directions[4]))
    ball = dg.games.Ball(2.0)
    assert ball.lowest(torch.tensor([3e-200, 4e-200], dtype=torch.float64)).tolist() == pytest.approx([-1.2, -1.6])
    assert ball.lowest(torch.zeros(2, dtype=torch.float64)).tolist() == [0, 0]


def test_free_space_has_no_lowest_point():
    with pytest.raises(InvalidInput, match=r"^game must have bounded sets"):
        dg.games.FreeSpace().lowest(torch.ones(2))


def test_free_space_is_unbounded_in_every_direction_but_none():
    assert dg.games.FreeSpace().support(rationals(np.array([1e-300])))[0] == math.inf
    assert dg.games.FreeSpace().support(rationals(np.zeros(3))) == (0, 0)


@given(VECTORS)
def test_the_support_of_a_ball_is_its_radius_times_the_norm_to_the_last_bit(direction):
    below, above = dg.games.Ball(1.5).support(rationals(direction))
    with mpmath.workdps(60):
        exact = mpmath.sqrt(mpmath.fsum(mpmath.mpf(float(one)) ** 2 for one in direction)) * 1.5
        assert below <= exact <= above


def test_projections_act_copy_by_copy():
    points = torch.randn(7, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    for one in SETS:
        assert torch.equal(one.project(points)[4], one.project(points[4]))


@pytest.mark.parametrize(("low", "high"), [(1.0, 1.0), (2.0, 1.0), (float("nan"), 1.0), (0.0, "1"), (0.0, math.inf)])
def test_a_box_has_its_low_below_its_high(low, high):
    with pytest.raises(InvalidInput, match=r"^(low|high) must"):
        dg.games.Box(low, high)


@pytest.mark.parametrize("radius", [0.0, -1.0, float("nan")])
def test_a_ball_has_a_positive_radius(radius):
    with pytest.raises(InvalidInput, match=r"^radius must"):
        dg.games.Ball(radius)
