"""A grouped convolution is each copy's own convolution."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.games import Streams
from dualgap.networks import ConvolutionalCritic, ConvolutionalGenerator
from dualgap.networks.convolutional import convolve

GENERATOR = ConvolutionalGenerator(latent=3, channels=(6, 4), side=8, colours=2)
CRITIC = ConvolutionalCritic(channels=(4, 6), side=8, colours=2)


@pytest.mark.parametrize("stride", [1, 2])
def test_copies_are_convolved_with_kernels_of_their_own(stride):
    streams = Streams([0, 1, 2])
    images, kernels, bias = streams.normal(4, 2, 6, 6), streams.normal(5, 2, 3, 3), streams.normal(5)
    found = convolve(images, kernels, bias, stride=stride)
    for k in range(3):
        alone = functional.conv2d(images[k], kernels[k], bias[k], stride=stride, padding=1)
        assert torch.allclose(found[k], alone, rtol=1e-10, atol=1e-12)
        assert torch.allclose(convolve(images[k], kernels[k], bias[k], stride=stride), alone, rtol=1e-10, atol=1e-12)


def test_the_critic_is_the_modules_that_one_would_write():
    weights, images = CRITIC.initial(Streams(0)), Streams(1).normal(5, 128)
    first, b1, second, b2, vector, bias = weights.split([4 * 2 * 9, 4, 6 * 4 * 9, 6, 24, 1])
    hidden = functional.leaky_relu(
        functional.conv2d(images.reshape(5, 2, 8, 8), first.reshape(4, 2, 3, 3), b1, stride=2, padding=1), 0.2
    )
    hidden = functional.leaky_relu(functional.conv2d(hidden, second.reshape(6, 4, 3, 3), b2, stride=2, padding=1), 0.2)
    assert torch.allclose(CRITIC(weights, images)[:, 0], hidden.reshape(5, 24) @ vector + bias, rtol=1e-10)


def test_the_generator_makes_pictures_in_the_cube():
    weights, latent = GENERATOR.initial(Streams([0, 1])), Streams([0, 1], purpose=2).normal(5, 3)
    pictures = GENERATOR(weights, latent)
    assert pictures.shape == (2, 5, 128)
    assert float(pictures.abs().max()) < 1
    assert torch.allclose(pictures[1], GENERATOR(weights[1], latent[1]), rtol=1e-10)


@pytest.mark.parametrize(("network", "dimension"), [(GENERATOR, 3), (CRITIC, 128)])
def test_a_copys_gradient_in_an_ensemble_is_its_own(network, dimension):
    weights, points = network.initial(Streams([0, 1])), Streams([0, 1], purpose=2).normal(4, dimension)
    together = torch.func.grad(lambda w: network(w, points).square().sum())(weights)
    for k in range(2):
        alone = torch.func.grad(lambda w, k=k: network(w, points[k]).square().sum())(weights[k])
        assert torch.allclose(together[k], alone, rtol=1e-9, atol=1e-12)


def test_a_gan_of_pictures_trains():
    gan = dg.training.AdversarialGame(
        generator=ConvolutionalGenerator(latent=4, channels=(8, 4), side=8),
        critic=ConvolutionalCritic(channels=(4, 8), side=8),
        objective=dg.duals.JensenShannon(),
        data=dg.training.digits_source(),
        latent=4,
        batch_size=16,
        saturating=False,
        regulariser=dg.duals.R1(0.1),
    )
    method = dg.methods.AlternatingGDA(step=1e-3, first="y", scaling=dg.methods.Adam(beta1=0.0))
    run = dg.training.train(gan, method, seeds=[0, 1], steps=4, observe=dg.training.Evaluation(points=20))
    assert torch.isfinite(run.x).all()
    assert run.metrics["dual"].shape == (5, 2)


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: ConvolutionalCritic(channels=(4, 4), side=6), "side"),
        (lambda: ConvolutionalGenerator(latent=2, channels=(4, 4), side=7), "side"),
        (lambda: ConvolutionalGenerator(latent=0, channels=(4,), side=4), "latent"),
        (lambda: ConvolutionalGenerator(latent=2, channels=(), side=4), "channels"),
        (lambda: ConvolutionalGenerator(latent=2, channels=(0,), side=4), "channels"),
        (lambda: ConvolutionalCritic(channels="4", side=4), "channels"),
        (lambda: ConvolutionalCritic(channels=(4,), side=4, colours=0), "colours"),
    ],
)
def test_bad_shapes_are_named(make, name):
    with pytest.raises(InvalidInput, match=f"^{name} must"):
        make()


def test_weights_and_points_of_another_size_are_named():
    with pytest.raises(InvalidInput, match=r"^weights must"):
        CRITIC(torch.zeros(3), torch.zeros(2, 128))
    with pytest.raises(InvalidInput, match=r"^points must"):
        GENERATOR(torch.zeros(GENERATOR.size), torch.zeros(2, 5))
