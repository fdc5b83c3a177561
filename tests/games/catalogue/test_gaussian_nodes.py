"""The Gauss rule has the moments of the normal law."""

from __future__ import annotations

import math

import pytest
import torch

from dualgap.games.catalogue.gaussian_nodes import gaussian_nodes


@pytest.mark.parametrize("count", [1, 2, 9, 32])
def test_moments_up_to_the_degree_of_the_rule_are_those_of_the_normal_law(count):
    nodes, weights = gaussian_nodes(count)
    for k in range(0, min(2 * count, 20)):
        true = 0 if k % 2 else math.prod(range(1, k, 2))
        size = float((weights * nodes.abs() ** k).sum())
        assert float((weights * nodes**k).sum()) == pytest.approx(true, abs=1e-12 * max(size, 1))


def test_two_axes_are_independent():
    nodes, weights = gaussian_nodes(5, 2)
    assert nodes.shape == (25, 2)
    assert float(weights.sum()) == pytest.approx(1, abs=1e-14)
    second = torch.einsum("k,ki,kj->ij", weights, nodes, nodes)
    assert torch.allclose(second, torch.eye(2, dtype=torch.float64), atol=1e-13)
