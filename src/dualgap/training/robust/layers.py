"""A ReLU network as the list of its layers in float64, in which its weights are exact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias, final

import torch
from torch import Tensor
from torch.nn.functional import conv2d

from dualgap.errors import InvalidInput

__all__ = ["Affine", "Layer", "Rectifier", "forward", "relu_layers"]

#: The modules that are read, as a message lists them.
READ = "Linear, Conv2d with zero padding, ReLU, Flatten, Identity, Dropout in evaluation mode, and Sequential of these"
#: Their classes; a subclass is read where what a call of it runs is the class's own, as it is for parametrised layers.
READ_CLASSES: tuple[type[torch.nn.Module], ...] = (
    torch.nn.Sequential,
    torch.nn.Linear,
    torch.nn.Conv2d,
    torch.nn.ReLU,
    torch.nn.Flatten,
    torch.nn.Identity,
    torch.nn.Dropout,
)
#: What a call of a module runs.
CALLED = ("__call__", "_call_impl", "forward", "_conv_forward")
#: A convolution is written as a dense matrix of at most this many numbers.
LARGEST_MATRIX = 2**24


@final
@dataclass(frozen=True, eq=False)
class Affine:
    """h -> W h + b, with a (out, in) float64 matrix and an (out,) float64 vector."""

    weight: Tensor
    bias: Tensor


@final
@dataclass(frozen=True)
class Rectifier:
    """h -> max(h, 0), coordinate by coordinate."""


Layer: TypeAlias = Affine | Rectifier


def relu_layers(model: Any, shape: tuple[int, ...]) -> tuple[Layer, ...]:
    """The layers of a network of affine maps and rectifiers, for samples of a shape.

    Parameters
    ----------
    model : torch.nn.Module
        A Sequential of Linear, Conv2d, ReLU, Flatten and Identity layers, nested as one likes.
    shape : tuple of int
        Of one sample.

    Returns
    -------
    tuple of Affine and Rectifier
        On the CPU, in float64: float32 weights are the same numbers there.

    Raises
    ------
    InvalidInput
        For any other layer, one whose forward is overridden or has hooks, weights that are not finite, or a layer that
        does not fit the one before it.

    Examples
    --------
    >>> model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(4, 3), torch.nn.ReLU(), torch.nn.Linear(3, 2))
    >>> [type(layer).__name__ for layer in relu_layers(model, (1, 2, 2))]
    ['Affine', 'Rectifier', 'Affine']
    """
    if not isinstance(model, torch.nn.Module):
        raise InvalidInput(f"model must be a torch.nn.Module, got {type(model).__name__}", argument="model")
    layers: list[Layer] = []
    shape = _read(model, tuple(shape), layers)
    if len(shape) != 1:
        raise InvalidInput(f"model must return one row of classes a sample, got {shape} a sample", argument="model")
    return tuple(layers)


def forward(layers: tuple[Layer, ...], rows: Tensor) -> Tensor:
    """The outputs (n, classes) at samples (n, d), in float64.

    Examples
    --------
    >>> forward((Affine(torch.tensor([[2.0]]), torch.tensor([-1.0])), Rectifier()), torch.tensor([[3.0], [0.0]])).tolist()
    [[5.0], [0.0]]
    """
    for layer in layers:
        rows = rows @ layer.weight.T + layer.bias if isinstance(layer, Affine) else rows.clamp_min(0)
    return rows


def _read(module: torch.nn.Module, shape: tuple[int, ...], layers: list[Layer]) -> tuple[int, ...]:
    """Append what a module does to samples of a shape; the shape after it."""
    _computes_what_its_class_says(module)
    match module:
        case torch.nn.Sequential():
            for part in module:
                shape = _read(part, shape, layers)
            return shape
        case torch.nn.Linear() if len(shape) == 1:
            _fits(module, shape == (module.in_features,), shape)
            layers.append(_affine(module.weight, module.bias))
            return (module.out_features,)
        case torch.nn.Conv2d() if len(shape) == 3 and module.padding_mode == "zeros":
            _fits(module, shape[0] == module.in_channels, shape)
            layer, shape = _convolution(module, shape)
            layers.append(layer)
            return shape
        case torch.nn.ReLU():
            layers.append(Rectifier())
            return shape
        case torch.nn.Flatten() if module.start_dim == 1 and module.end_dim in (-1, len(shape)):
            size = 1
            for length in shape:
                size *= length
            return (size,)
        case torch.nn.Identity():
            return shape
        case torch.nn.Dropout() if not module.training:
            return shape
    raise InvalidInput(
        f"model must be made of {READ} for a certificate, got {type(module).__name__} on samples of shape {shape}",
        argument="model",
    )


def _computes_what_its_class_says(module: torch.nn.Module) -> None:
    """Refuse a module of a class that is read where calling it does something else than that class does."""
    for known in READ_CLASSES:
        if not isinstance(module, known):
            continue
        same = all(getattr(type(module), name, None) is getattr(known, name, None) for name in CALLED)
        if not same or any(name in vars(module) for name in CALLED):
            raise InvalidInput(
                f"model must be made of {READ} for a certificate, each with the forward of torch.nn, "
                f"got {type(module).__name__} with a forward of its own; write what it adds as layers",
                argument="model",
            )
        if module._forward_hooks or module._forward_pre_hooks:
            raise InvalidInput(
                f"model must have no forward hooks for a certificate, got {type(module).__name__} with one; remove it, "
                "and use torch.nn.utils.parametrizations for what changes weights",
                argument="model",
            )


def _fits(module: torch.nn.Module, fits: bool, shape: tuple[int, ...]) -> None:
    if not fits:
        raise InvalidInput(f"model must take samples of shape {shape}, its {module} does not", argument="model")


def _affine(weight: Tensor, bias: Tensor | None) -> Affine:
    matrix = weight.detach().cpu().double()
    vector = torch.zeros(len(matrix), dtype=torch.float64) if bias is None else bias.detach().cpu().double()
    if not (bool(torch.isfinite(matrix).all()) and bool(torch.isfinite(vector).all())):
        raise InvalidInput("model must have finite weights, got nan or infinity", argument="model")
    return Affine(matrix, vector)


def _convolution(module: torch.nn.Conv2d, shape: tuple[int, ...]) -> tuple[Affine, tuple[int, ...]]:
    """The matrix of a convolution: its columns are the images of the unit samples, in which every sum has one term."""
    size = shape[0] * shape[1] * shape[2]
    kernel = module.weight.detach().cpu().double()
    options: Any = {
        "stride": module.stride,
        "padding": module.padding,
        "dilation": module.dilation,
        "groups": module.groups,
    }
    with torch.no_grad():
        after = tuple(conv2d(torch.zeros(1, *shape, dtype=torch.float64), kernel, **options).shape[1:])
        if size * after[0] * after[1] * after[2] > LARGEST_MATRIX:
            raise InvalidInput(
                f"model must be small for a certificate: its {module} is a matrix of more than {LARGEST_MATRIX} numbers",
                argument="model",
            )
        columns = conv2d(torch.eye(size, dtype=torch.float64).view(size, *shape), kernel, **options)
    plain = _affine(columns.reshape(size, -1).T, None)
    if module.bias is None:
        return plain, after
    bias = module.bias.detach().cpu().double().repeat_interleave(after[1] * after[2])
    return _affine(plain.weight, bias), after
