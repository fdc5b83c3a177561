"""The soft minimum of cones is 1-Lipschitz, feels every cone, and becomes the hard one."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from dualgap.duals.soft_cones import FEW_DIMENSIONS, SHRINK, SoftCones, starting_weights
from dualgap.games import Streams
from dualgap.networks import Cones


@given(st.integers(0, 1000), st.floats(0.01, 10), st.sampled_from([1, -1]))
def test_it_is_1_lipschitz_at_every_temperature(seed, temperature, sign):
    cones = Cones(3, 5, sign=sign)
    weights = cones.initial(Streams(seed))
    points = Streams(seed, purpose=1).normal(30, 3)
    scores = SoftCones(cones, temperature)(weights, points)[:, 0]
    apart = torch.cdist(points, points) + 1e-9  # distances are rounded
    assert bool(((scores[:, None] - scores).abs() <= apart * (1 + 1e-9) + 1e-6).all())


@given(st.integers(0, 1000), st.sampled_from([1, -1]))
def test_it_becomes_the_hard_minimum(seed, sign):
    cones = Cones(3, 5, sign=sign)
    weights, points = cones.initial(Streams(seed)), Streams(seed, purpose=1).normal(30, 3)
    temperature = 1e-3
    off = (SoftCones(cones, temperature)(weights, points) - cones(weights, points)).abs().max()
    assert float(off) <= temperature * np.log(5) + 1e-4  # the soft minimum of k numbers is off by tau ln k at most


@given(st.integers(0, 1000), st.sampled_from([1e-3, 1e-2, 1.0]), st.sampled_from([1, -1]))
def test_it_and_its_gradient_are_those_of_the_plain_formula(seed, temperature, sign):
    cones = Cones(3, 5, sign=sign)
    weights = cones.initial(Streams(seed)).requires_grad_()
    points = Streams(seed, purpose=1).normal(30, 3)
    centres, heights = weights.split([15, 5])
    apart = torch.linalg.vector_norm(points[:, None] - centres.unflatten(-1, (5, 3)), dim=-1)
    plain = -sign * temperature * torch.logsumexp(-(apart + heights) / temperature, -1)
    found = SoftCones(cones, temperature)(weights, points)[:, 0]
    slope, expected = (torch.autograd.grad((one * points[:, 0]).sum(), weights)[0] for one in (found, plain))
    # the product of matrices leaves squares off by some 1e-15, shares by that over the temperature
    torch.testing.assert_close(found, plain, rtol=0, atol=1e-11)
    torch.testing.assert_close(slope, expected, rtol=0, atol=1e-8)


@pytest.mark.parametrize("temperature", [3e-4, 1e-3])
def test_far_cones_leave_no_subnormal_numbers(temperature):
    points, cones = Streams(0, dtype=torch.float32).normal(64, 32), Cones(32, 16)
    weights = cones.initial(Streams(1, dtype=torch.float32)).requires_grad_()
    (slope,) = torch.autograd.grad(SoftCones(cones, temperature)(weights, points).mean(), weights)
    assert not bool(((slope != 0) & (slope.abs() < torch.finfo(torch.float32).tiny)).any())


def test_every_cone_feels_every_point():
    cones = Cones(1, 3)
    weights = cones.weights([[0.0], [5.0], [9.0]], [0.0, 0.0, 0.0]).double().requires_grad_()
    at = torch.tensor([[1.0]], dtype=torch.float64)
    (soft,) = torch.autograd.grad(SoftCones(cones, 5.0)(weights, at).sum(), weights)
    (hard,) = torch.autograd.grad(cones(weights, at).sum(), weights)
    assert bool((soft.abs() > 1e-3).all())
    assert int((hard != 0).sum()) == 2


def test_cones_start_at_points_in_few_dimensions_and_near_the_middle_in_many():
    for d, scale in ((FEW_DIMENSIONS, 1.0), (FEW_DIMENSIONS + 1, SHRINK)):
        points = Streams(0, dtype=torch.float32).normal(9, d)
        streams = Streams([1], dtype=torch.float32)
        centres = starting_weights(Cones(d, 4), streams, points, points)[0, : 4 * d].reshape(4, d)
        assert float(torch.cdist(centres, scale * points).min(1).values.max()) < 1e-3
