"""Logistic regressions as critics."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from dualgap.duals.log_ratio import log_ratios_of
from dualgap.errors import CertificateError
from dualgap.measures import Samples
from dualgap.transport.splits import split_draws

RNG = np.random.default_rng(0)
SPLIT = split_draws(Samples(RNG.normal(size=(4000, 2)) + [1.0, 0.0]), Samples(RNG.normal(size=(4000, 2))), 0)


def test_of_two_normal_laws_they_are_the_logarithm_of_the_ratio():
    points = RNG.normal(size=(200, 2))
    for critic in log_ratios_of(SPLIT):
        # 2,000 draws of each: coefficients are off by about 0.05
        assert np.abs(critic(points) - (points[:, 0] - 0.5)).max() < 0.8


def test_they_have_gradients_and_no_claim_to_a_distance():
    points = RNG.normal(size=(20, 2))
    for critic in log_ratios_of(SPLIT):
        tensor = torch.as_tensor(points).requires_grad_()
        (slope,) = torch.autograd.grad(critic(tensor).sum(), tensor)
        assert np.allclose(slope.numpy(), critic.gradient(points))
        step = 1e-3
        exact = (critic(points + [step, 0]) - critic(points - [step, 0])) / (2 * step)
        assert np.allclose(slope.numpy()[:, 0], exact, atol=1e-6)
        with pytest.raises(CertificateError, match="1-Lipschitz"):
            critic.recomputed(points)


def test_features_need_draws():
    few = split_draws(Samples(RNG.normal(size=(40, 8))), Samples(RNG.normal(size=(40, 8))), 0)
    assert len(log_ratios_of(few)) == 1
