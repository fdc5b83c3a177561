"""A fitted critic is a function of points in the units of the data."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import dualgap as dg
from dualgap.duals import FittedCritic
from dualgap.duals.fitted_critic import certified_scale
from dualgap.errors import CertificateError, InvalidInput
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


@pytest.mark.parametrize("layer", ["bjorck", "cayley", "aol", "sll"])
def test_a_lipschitz_network_is_recomputed_with_its_norms_and_a_larger_scale_is_found(layer):
    network = dg.networks.LipschitzMLP((2, 8, 8, 1), layer=layer)
    weights = 3 * network.initial(Streams(1))
    scale = certified_scale(network, weights, 3.0)
    assert 2.9 < scale <= 3.0
    sound, wide = (
        FittedCritic(network=network, weights=weights, centre=np.zeros(2), radius=3.0, scale=one)
        for one in (scale, 1.01 * 3.0)
    )
    assert np.allclose(sound.recomputed(POINTS), sound(POINTS), atol=1e-12)
    with pytest.raises(CertificateError, match=r"Lipschitz constant of up to 1\.01"):
        wide.recomputed(POINTS)


def test_a_network_of_unknown_slope_proves_nothing_of_a_distance():
    assert certified_scale(NETWORK, WEIGHTS, 3.0) == 3.0
    with pytest.raises(CertificateError, match="Lipschitz constant of up to"):
        CRITIC.recomputed(POINTS)
