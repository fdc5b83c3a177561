from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualgap.divergences.flats import flat_of, in_common_unit, intrinsic_dimension, require_full_dimension
from dualgap.errors import InvalidInput

RNG = np.random.default_rng(0)


@given(st.integers(1, 4), st.integers(0, 3), st.integers(0, 10**6))
def test_the_flat_of_draws_has_their_dimension_in_any_direction_and_holds_them(r, more, seed):
    rng = np.random.default_rng(seed)
    rotation = np.linalg.qr(rng.normal(size=(r + more, r + more)))[0][:r]
    points = rng.normal(size=(30, r)) @ rotation + rng.normal(size=r + more)
    flat = flat_of(points)
    assert flat.dimension == r
    assert flat.contains(points)
    if more:
        assert not flat.contains(points + flat.normals[:, 0])


@given(st.floats(-300, 300), st.integers(0, 10**6))
def test_the_common_unit_is_a_power_of_two_and_brings_any_scale_to_about_one(exponent, seed):
    x, y = np.random.default_rng(seed).normal(size=(2, 20, 2)) * 10.0**exponent
    a, b = in_common_unit(x, y)
    assert 0.5 <= np.ptp(np.concatenate([a, b]), axis=0).max() <= 1
    ratio = (x / a)[x != 0]
    assert (ratio == ratio[0]).all()
    assert math.frexp(ratio[0])[0] == 0.5


def test_ranges_beyond_float64_and_constants_are_no_exception():
    a, b = in_common_unit(np.array([[-1.7e308]]), np.array([[1.7e308]]))
    assert b - a == pytest.approx(0.79, abs=0.3)
    same, _ = in_common_unit(np.ones((3, 1)), np.ones((2, 1)))
    assert not same.any()


def test_the_local_dimension_of_known_sets_is_found():
    angle = RNG.uniform(0, 2 * math.pi, 2000)
    sphere = RNG.normal(size=(2000, 3))
    sphere /= np.linalg.norm(sphere, axis=1, keepdims=True)
    for points, dimension in (
        (np.column_stack([np.cos(angle), np.sin(angle)]), 1),
        (sphere, 2),
        (RNG.normal(size=(2000, 3)), 3),
    ):
        estimate, draws = intrinsic_dimension(points)
        assert abs(estimate - dimension) < 5 * dimension / math.sqrt(draws)  # five standard errors, at a fixed seed


def test_a_circle_in_the_plane_is_refused_and_a_cloud_is_not():
    angle = RNG.uniform(0, 2 * math.pi, 300)
    circle = np.column_stack([np.cos(angle), np.sin(angle)])
    with pytest.raises(InvalidInput, match=r"p must have a density on the 2 dimensions .* locally .*dimension="):
        require_full_dimension(circle, "p", flat_of(circle))
    for d in range(1, 11):
        cloud = RNG.normal(size=(100, d))
        require_full_dimension(cloud, "p", flat_of(cloud))


def test_a_constant_coordinate_becomes_zero_whatever_its_size():
    x = np.column_stack([np.arange(8.0), np.full(8, 1e300)])
    for draws in in_common_unit(x, x + [0.5, 0.0]):
        assert (np.abs(draws) <= 1).all()
        assert not draws[:, 1].any()
