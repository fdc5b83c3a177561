"""The perceptron of flat weights is torch's, copy by copy."""

from __future__ import annotations

import itertools

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.games import Streams


def as_module(network, weights, activation):
    """The same perceptron, built from torch's layers."""
    layers, at = [], 0
    widths = network.widths
    for i, (fan_in, fan_out) in enumerate(itertools.pairwise(widths)):
        linear = torch.nn.Linear(fan_in, fan_out, dtype=torch.float64, device="meta").to_empty(device="cpu")
        with torch.no_grad():
            linear.weight.copy_(weights[at : at + fan_in * fan_out].reshape(fan_in, fan_out).T)
            linear.bias.copy_(weights[at + fan_in * fan_out : at + (fan_in + 1) * fan_out])
        at += (fan_in + 1) * fan_out
        layers += [linear] if i == len(widths) - 2 else [linear, activation]
    assert at == network.size
    return torch.nn.Sequential(*layers)


@pytest.mark.parametrize(
    ("name", "activation"),
    [
        ("relu", torch.nn.ReLU()),
        ("leaky_relu", torch.nn.LeakyReLU(0.2)),
        ("softplus", torch.nn.Softplus()),
        ("tanh", torch.nn.Tanh()),
    ],
)
@given(widths=st.lists(st.integers(1, 6), min_size=2, max_size=4), seed=st.integers(0, 100))
def test_an_ensemble_is_so_many_modules_of_torch(name, activation, widths, seed):
    network = dg.networks.MLP(widths, activation=name)
    weights = network.initial(Streams([seed, seed + 1]))
    points = Streams([seed, seed + 1], purpose=9).normal(7, widths[0])
    together = network(weights, points)
    for k in range(2):
        expected = as_module(network, weights[k], activation)(points[k])
        assert torch.allclose(
            together[k], expected, rtol=1e-12, atol=1e-13
        )  # sums of at most seven products, two layers
        assert torch.allclose(network(weights[k], points[k]), expected, rtol=1e-12, atol=1e-13)


def test_initial_weights_keep_the_size_of_a_signal():
    network = dg.networks.MLP((64, 256, 256, 256, 1))
    outputs = network(network.initial(Streams(range(50))), Streams(range(50), purpose=5).normal(20, 64))
    assert 0.3 < float(outputs.var()) < 3


@pytest.mark.parametrize("widths", [(), (2,), "2,1", (2, 0), (2, 1.5), (True, 1), 3, None])
def test_widths_are_at_least_two_whole_numbers(widths):
    with pytest.raises(InvalidInput, match=r"^widths must"):
        dg.networks.MLP(widths)


def test_inputs_of_another_size_are_named():
    network = dg.networks.MLP((2, 3, 1))
    with pytest.raises(InvalidInput, match=r"^activation must be one of"):
        dg.networks.MLP((2, 1), activation="gelu")
    with pytest.raises(InvalidInput, match=r"^weights must have 13 numbers"):
        network(torch.zeros(12), torch.zeros(1, 2))
    with pytest.raises(InvalidInput, match=r"^points must have dimension 2"):
        network(torch.zeros(13), torch.zeros(1, 3))


@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "softplus", "tanh"])
@settings(max_examples=25)
@given(spectral=st.booleans(), seed=st.integers(0, 500), exponent=st.integers(-20, 20))
def test_no_slope_is_above_the_bound_and_none_above_one_with_spectral_normalisation(
    activation, spectral, seed, exponent
):
    network = dg.networks.MLP((3, 6, 6, 2), activation=activation, spectral=spectral)
    scale = 10.0**exponent
    weights = scale * Streams(seed).normal(network.size)
    points = max(1.0, scale) * Streams(seed, purpose=1).normal(6, 3)
    bound = float(network.lipschitz_bound(weights))
    assert network.lipschitz is spectral
    assert not spectral or bound <= 1 + 1e-9
    for point in points:
        jacobian = torch.func.jacrev(lambda x: network(weights, x[None])[0])(point)
        assert float(torch.linalg.matrix_norm(jacobian, 2)) <= bound
    values = network(weights, points)
    for i, j in itertools.combinations(range(6), 2):
        # biases of any size are added and subtracted again
        rounding = 1e-14 * bound * float(weights.abs().max() + points.abs().max())
        assert (
            float((values[i] - values[j]).norm())
            <= bound * (1 + 1e-6) * float((points[i] - points[j]).norm()) + rounding
        )


def test_the_bound_of_a_linear_network_is_its_slope():
    network = dg.networks.MLP((3, 2))
    weights = network.initial(Streams([0, 1]))
    exact = torch.linalg.matrix_norm(weights[:, :6].unflatten(-1, (3, 2)), 2)
    assert torch.allclose(network.lipschitz_bound(weights), exact, rtol=1e-12)


def test_spectral_normalisation_loses_little_of_the_slope():
    network = dg.networks.MLP((64, 64), spectral=True)
    orthogonal = torch.linalg.qr(Streams(0).normal(64, 64)).Q
    weights = torch.cat([orthogonal.flatten(), torch.zeros(64, dtype=torch.float64)])
    assert 0.995 <= float(network.lipschitz_bound(weights)) <= 1 + 1e-9  # the worst case: 64 equal singular values


def test_spectral_normalisation_can_be_differentiated_even_at_zero():
    network = dg.networks.MLP((3, 4, 1), activation="tanh", spectral=True)
    weights = network.initial(Streams(0)).requires_grad_()
    points = Streams(1).normal(4, 3).requires_grad_()
    assert torch.autograd.gradcheck(network, (weights, points))
    gradient = torch.func.grad(lambda w: network(w, points).sum())(torch.zeros_like(weights))
    assert bool(gradient.isfinite().all())


@pytest.mark.parametrize("spectral", [1, "yes", None])
def test_spectral_is_true_or_false(spectral):
    with pytest.raises(InvalidInput, match=r"^spectral must be True or False"):
        dg.networks.MLP((2, 1), spectral=spectral)
