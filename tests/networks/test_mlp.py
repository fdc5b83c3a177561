"""The perceptron of flat weights is torch's, copy by copy."""

from __future__ import annotations

import itertools

import pytest
import torch
from hypothesis import given
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
