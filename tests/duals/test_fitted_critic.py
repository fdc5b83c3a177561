"""A fitted critic is a function of points in the units of the data."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import dualgap as dg
from dualgap.duals import FittedCritic
from dualgap.errors import InvalidInput
from dualgap.games import Streams

NETWORK = dg.networks.MLP((2, 8, 1), activation="tanh")
WEIGHTS = NETWORK.initial(Streams(0))
CRITIC = FittedCritic(network=NETWORK, weights=WEIGHTS, centre=np.array([1.0, -2.0]), radius=3.0, scale=3.0)
POINTS = np.random.default_rng(0).normal(size=(5, 2))


def test_it_centres_and_scales_what_the_network_sees_and_says():
    expected = 3.0 * NETWORK(WEIGHTS, torch.as_tensor((POINTS - [1.0, -2.0]) / 3.0))[:, 0]
    found = CRITIC(POINTS)
    assert isinstance(found, np.ndarray)
    assert np.allclose(found, expected.numpy(), rtol=1e-14)


def test_scaling_both_by_the_same_number_keeps_the_slope_of_the_network():
    points = torch.as_tensor(POINTS).requires_grad_()
    (slope,) = torch.autograd.grad(CRITIC(points).sum(), points)
    inputs = ((torch.as_tensor(POINTS) - torch.tensor([1.0, -2.0])) / 3.0).detach().requires_grad_()
    (expected,) = torch.autograd.grad(NETWORK(WEIGHTS, inputs).sum(), inputs)
    assert torch.allclose(slope, expected, rtol=1e-12)


def test_points_of_another_dimension_are_named():
    with pytest.raises(InvalidInput, match=r"^critic and points must have the same dimension, got 2 and 3"):
        CRITIC(np.zeros((1, 3)))
    with pytest.raises(InvalidInput, match=r"^points must be finite"):
        CRITIC([[np.nan, 0.0]])
