"""Networks as lists of layers: the same function, in float64, or refused."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from dualgap.errors import InvalidInput
from dualgap.training.robust import perceptron
from dualgap.training.robust.layers import Affine, Rectifier, forward, relu_layers


class Residual(nn.Sequential):
    def forward(self, input):
        return input + super().forward(input)


class Doubled(nn.Linear):
    def forward(self, input):
        return 2 * super().forward(input)


class Flipped(nn.Conv2d):
    def _conv_forward(self, input, weight, bias):
        return super()._conv_forward(-input, weight, bias)


class Called(nn.ReLU):
    def __call__(self, input):
        return input


class Named(nn.Linear):
    """A subclass that computes what its class does."""


def assigned():
    layer = nn.Linear(2, 2)
    layer.forward = lambda input: -input
    return layer


def convolutional():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return nn.Sequential(
            nn.Conv2d(2, 3, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Identity(),
            nn.Sequential(nn.Conv2d(3, 4, (1, 2), groups=1, bias=False), nn.ReLU()),
            nn.Flatten(),
            nn.Linear(4 * 3 * 2, 3),
        ).double()


def test_a_convolutional_network_is_the_same_function_of_rows():
    model = convolutional()
    inputs = torch.randn(7, 2, 5, 6, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    layers = relu_layers(model, (2, 5, 6))
    with torch.no_grad():
        # sums of some thirty products in another order
        torch.testing.assert_close(forward(layers, inputs.flatten(1)), model(inputs), rtol=1e-13, atol=1e-13)


def test_float32_weights_are_the_same_numbers_in_float64():
    model = perceptron((3, 4, 2), seed=0)
    layers = relu_layers(model, (3,))
    assert isinstance(layers[0], Affine)
    assert isinstance(layers[1], Rectifier)
    assert torch.equal(layers[0].weight.float(), model[0].weight)
    assert layers[0].weight.dtype == torch.float64


def test_dropout_counts_where_it_does_nothing():
    model = nn.Sequential(nn.Linear(2, 2), nn.Dropout())
    assert len(relu_layers(model.eval(), (2,))) == 1
    with pytest.raises(InvalidInput, match=r"^model must be made of .* got Dropout"):
        relu_layers(model.train(), (2,))


@pytest.mark.parametrize(
    ("model", "shape", "words"),
    [
        (nn.Tanh(), (2,), "model must be made of Linear, .* got Tanh"),
        (nn.Linear(3, 2), (2,), "model must take samples of shape"),
        (nn.Linear(3, 2), (2, 3), "model must be made of .* got Linear on samples of shape"),
        (nn.Conv2d(2, 2, 1), (1, 2, 2), "model must take samples of shape"),
        (nn.Conv2d(1, 2, 1), (1, 2, 2), "model must return one row of classes"),
        (nn.Conv2d(1, 64, 3, padding=1), (1, 64, 64), "model must be small"),
        (lambda x: x, (2,), "model must be a torch.nn.Module"),
    ],
)
def test_what_cannot_be_read_is_refused(model, shape, words):
    with pytest.raises(InvalidInput, match=f"^{words}"):
        relu_layers(model, shape)


def test_weights_that_are_not_finite_are_refused():
    model = nn.Linear(1, 1)
    with torch.no_grad():
        model.weight.fill_(torch.nan)
    with pytest.raises(InvalidInput, match=r"^model must have finite weights"):
        relu_layers(model, (1,))


@pytest.mark.parametrize(
    ("model", "shape"),
    [
        (Residual(nn.Linear(2, 2)), (2,)),
        (nn.Sequential(Residual(nn.Linear(2, 2)), nn.ReLU()), (2,)),
        (nn.Sequential(Doubled(2, 2)), (2,)),
        (nn.Sequential(Flipped(1, 2, 1), nn.Flatten()), (1, 1, 1)),
        (nn.Sequential(nn.Linear(2, 2), Called()), (2,)),
        (nn.Sequential(assigned()), (2,)),
    ],
)
def test_a_module_with_a_forward_of_its_own_is_refused(model, shape):
    with pytest.raises(InvalidInput, match=r"^model must be made of .* with a forward of its own; write") as caught:
        relu_layers(model, shape)
    assert caught.value.argument == "model"


@pytest.mark.parametrize("register", ["register_forward_hook", "register_forward_pre_hook"])
@pytest.mark.parametrize("where", ["model", "container", "linear", "rectifier"])
def test_a_module_with_a_forward_hook_is_refused(register, where):
    model = nn.Sequential(nn.Sequential(nn.Linear(2, 2), nn.ReLU()), nn.Linear(2, 2))
    module = {"model": model, "container": model[0], "linear": model[0][0], "rectifier": model[0][1]}[where]
    handle = getattr(module, register)(lambda *_: None)
    with pytest.raises(InvalidInput, match=r"^model must have no forward hooks .*; remove it") as caught:
        relu_layers(model, (2,))
    assert caught.value.argument == "model"
    handle.remove()
    assert len(relu_layers(model, (2,))) == 3


def test_parametrised_layers_and_subclasses_that_change_nothing_are_read():
    model = nn.Sequential(nn.utils.parametrizations.weight_norm(nn.Linear(2, 3)), nn.ReLU(), Named(3, 2)).double()
    inputs = torch.randn(5, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    with torch.no_grad():
        # sums of three products in another order
        torch.testing.assert_close(forward(relu_layers(model, (2,)), inputs), model(inputs), rtol=1e-13, atol=1e-13)
