"""Linear functions on balls and boxes: the bound is above every point and meets the furthest one."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from dualgap.training.robust import furthest
from dualgap.training.robust.region import Region, rounding_of

ORDERS = [1.0, 2.0, math.inf]


def problem(seed, n=3, rows=4, d=5):
    stream = torch.Generator().manual_seed(seed)
    centre = torch.rand(n, d, generator=stream, dtype=torch.float64)
    functions = torch.randn(n, rows, d, generator=stream, dtype=torch.float64)
    radius = torch.rand(n, generator=stream, dtype=torch.float64)
    return centre, functions, radius


@pytest.mark.parametrize("order", ORDERS)
@given(seed=st.integers(0, 10**6), boxed=st.booleans())
def test_the_bound_is_the_value_at_the_furthest_point(order, seed, boxed):
    centre, functions, radius = problem(seed)
    box = (0.0, 1.0) if boxed else None
    bound = Region(centre, radius, order, box).largest(functions)
    for k in range(functions.shape[1]):
        attained = (functions[:, k] * furthest(functions[:, k], centre, radius=radius, order=order, box=box)).sum(-1)
        assert bool((bound[:, k] >= attained - 1e-15).all())
        # strong duality of the two constraints, up to the rounding that is added
        torch.testing.assert_close(bound[:, k], attained, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("order", [1.0, math.inf])
@given(seed=st.integers(0, 10**6))
def test_the_bound_is_above_the_exact_rational_value(order, seed):
    centre, functions, radius = problem(seed, n=1, rows=1, d=4)
    bound = Region(centre, radius, order, None).largest(functions)
    a, x = ([Fraction(float(v)) for v in part.flatten()] for part in (functions, centre))
    dual = max(abs(v) for v in a) if order == 1 else sum(abs(v) for v in a)
    assert Fraction(float(bound)) >= sum(u * v for u, v in zip(a, x, strict=True)) + Fraction(float(radius)) * dual


def test_the_hull_contains_the_ball_and_is_a_point_where_the_radius_is_zero():
    centre = torch.tensor([[0.1, 0.9], [0.1, 0.9]], dtype=torch.float64)
    low, high = Region(centre, torch.tensor([0.2, 0.0], dtype=torch.float64), 2.0, (0.0, 1.0)).hull()
    assert bool((low[0] <= centre[0].clamp_min(0.2) - 0.2).all())
    assert float(high[0, 1]) == 1.0
    assert torch.equal(low[1], centre[1])
    assert torch.equal(high[1], centre[1])


def test_the_rounding_of_a_sum_grows_with_its_terms():
    assert rounding_of(1000) > 1000 * 2.0**-53
    assert rounding_of(1) < 1e-14
