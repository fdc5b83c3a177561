"""Distances keep their digits wherever the points are."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from dualgap.networks.apart import apart


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 40), m=st.integers(1, 40), d=st.integers(1, 5))
def test_they_are_the_norms_of_the_differences(seed, n, m, d):
    rng = torch.Generator().manual_seed(seed)
    x, y = (torch.randn(2, k, d, generator=rng, dtype=torch.float64) for k in (n, m))
    norms = torch.linalg.vector_norm(x[..., :, None, :] - y[..., None, :, :], dim=-1)
    # d squares, their sum and a root: each rounds once
    assert torch.allclose(apart(x, y), norms, rtol=(d + 3) * 2.0**-53, atol=0)


@pytest.mark.parametrize("n", [2, 100])  # the product form begins at 26 points where torch chooses
def test_points_far_from_the_origin_are_as_far_apart_as_near_it(n):
    far = torch.full((n, 2), 2.0**12)
    assert (apart(far, far) == 0).all()
    assert (apart(far, far + 2.0**-8) == 2.0**-8 * 2**0.5).all()
    product = torch.cdist(far, far + 2.0**-8, compute_mode="use_mm_for_euclid_dist")
    assert not torch.allclose(product, torch.full_like(product, 2.0**-8 * 2**0.5), rtol=0.1)


def test_a_gradient_passes_through():
    x, y = torch.tensor([[3.0, 4.0]], requires_grad=True), torch.zeros(1, 2)
    (slope,) = torch.autograd.grad(apart(x, y).sum(), x)
    assert torch.allclose(slope, x / 5)
