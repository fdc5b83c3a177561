"""Critics are 1-Lipschitz, recomputed by other code to the same numbers, and their slopes are those of finite differences."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from dualgap.errors import CertificateError
from dualgap.transport.extension import Extension
from dualgap.transport.profile import best_profile

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(80, 3)), RNG.normal(size=(60, 3)) * 1.5 + 0.3
FLAT = np.linalg.qr(RNG.normal(size=(3, 3)))[0][:2] * (1 - 1e-12)
CRITICS = [
    Extension(RNG.normal(size=(20, 3)), RNG.normal(size=20), "euclidean"),
    Extension(RNG.normal(size=(20, 3)), RNG.normal(size=20), "cityblock", sign=-1),
    Extension(RNG.normal(size=(20, 2)), RNG.normal(size=20), "euclidean", FLAT),
    best_profile(X, Y, "euclidean", centre=np.zeros(3)),
    best_profile(X, Y, "cityblock", centre=np.ones(3)),
    best_profile(X, Y, "euclidean", axes=FLAT, centre=np.ones(3)),
    best_profile(X, Y, "euclidean", axes=FLAT[:1]),
]


@pytest.mark.parametrize("critic", CRITICS)
def test_it_is_1_lipschitz_and_the_same_when_recomputed(critic):
    points = RNG.normal(size=(100, 3)) * 3
    scores = critic(points)
    apart = np.linalg.norm(points[:, None] - points, ord=1 if critic.ground == "cityblock" else 2, axis=2)
    assert (np.abs(scores[:, None] - scores) <= apart * (1 + 1e-12)).all()
    assert np.allclose(critic.recomputed(points), scores, atol=1e-12)


@pytest.mark.parametrize("critic", CRITICS)
def test_its_gradient_is_that_of_finite_differences(critic):
    points = RNG.normal(size=(30, 3))
    step = 1e-7
    differences = [(critic(points + step * e) - critic(points - step * e)) / (2 * step) for e in np.eye(3)]
    # a kink between the two points of a difference is met with a chance of about 1e-6
    assert np.allclose(critic.gradient(points), np.stack(differences, 1), atol=1e-5)
    tensor = torch.as_tensor(points).requires_grad_()
    scores = critic(tensor)
    assert np.allclose(scores.detach().numpy(), critic(points))
    (slope,) = torch.autograd.grad(scores.sum(), tensor)
    assert np.allclose(slope.numpy(), critic.gradient(points))


def test_axes_that_stretch_prove_nothing():
    wide = Extension(np.zeros((1, 1)), np.zeros(1), "euclidean", np.array([[1.1, 0.0]]))
    with pytest.raises(CertificateError, match="operator norm"):
        wide.recomputed(np.zeros((2, 2)))
