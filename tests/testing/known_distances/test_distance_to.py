"""Distances of arrays and of tensors are the same, and exact near a centre."""

from __future__ import annotations

import math

import numpy as np
import torch

from dualgap.testing.known_distances.distance_to import norms, pairwise


def test_both_kinds_agree_with_the_definition():
    rng = np.random.default_rng(0)
    points, centres = rng.normal(size=(7, 3)), rng.normal(size=(4, 3))
    expected = [[math.dist(x, c) for c in centres] for x in points]
    assert np.allclose(pairwise(points, centres), expected, rtol=1e-15)
    assert np.allclose(pairwise(torch.as_tensor(points), centres).numpy(), expected, rtol=1e-15)
    assert np.allclose(norms(torch.as_tensor(points)).numpy(), norms(points), rtol=1e-15)


def test_no_digit_is_lost_near_a_centre_far_from_the_origin():
    centre = np.full((1, 2), 1e6)
    point = centre + [3 * 2.0**-20, 4 * 2.0**-20]
    for points in (point, torch.as_tensor(point)):
        assert float(pairwise(points, centre)[0, 0]) == 5 * 2.0**-20


def test_the_gradient_at_a_centre_is_finite():
    points = torch.zeros(2, 3, dtype=torch.float64, requires_grad=True)
    (norms(points).sum() + pairwise(points, np.zeros((1, 3))).sum()).backward()
    assert points.grad is not None
    assert bool(points.grad.isfinite().all())
