"""Convolutional networks as functions of one vector of weights: an ensemble is a grouped convolution."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, final

import torch
from torch import Tensor
from torch.nn import functional

from dualgap.errors import InvalidInput
from dualgap.games.streams import Streams
from dualgap.networks.network import Network
from dualgap.validation import count

__all__ = ["ConvolutionalCritic", "ConvolutionalGenerator", "convolve"]

#: Side of every kernel.
KERNEL = 3
SLOPE = 0.2


def convolve(images: Tensor, kernels: Tensor, bias: Tensor, *, stride: int = 1) -> Tensor:
    """Convolution with zero padding, the leading axes being copies with kernels of their own.

    Parameters
    ----------
    images : (..., B, c, H, W) tensor
    kernels : (..., o, c, 3, 3) tensor
    bias : (..., o) tensor
    stride : int

    Returns
    -------
    (..., B, o, H', W') tensor
        H' = ceil(H / stride).

    Examples
    --------
    >>> convolve(torch.ones(7, 1, 1, 4, 4), torch.ones(7, 2, 1, 3, 3), torch.zeros(7, 2), stride=2).shape
    torch.Size([7, 1, 2, 2, 2])
    """
    lead = images.shape[:-4]
    batch, channels = images.shape[-4:-2]
    copies = math.prod(lead)
    # copies go beside each other along the channels, and a group belongs to each
    flat = images.reshape(copies, batch, *images.shape[-3:]).transpose(0, 1)
    flat = flat.reshape(batch, copies * channels, *images.shape[-2:])
    outputs = kernels.shape[-4]
    found = functional.conv2d(
        flat,
        kernels.reshape(copies * outputs, channels, KERNEL, KERNEL),
        bias.reshape(copies * outputs),
        stride=stride,
        padding=KERNEL // 2,
        groups=copies,
    )
    found = found.reshape(batch, copies, outputs, *found.shape[-2:]).transpose(0, 1)
    return found.reshape(*lead, *found.shape[1:])


@final
@dataclass(frozen=True)
class ConvolutionalGenerator(Network):
    """Latent vectors to images: an affine map to small feature maps, then doublings of the side, each with a convolution.

    .. math:: z \\mapsto \\sigma(z W + b) \\in \\mathbb{R}^{c_0 \\times s/2^L \\times s/2^L}, \\qquad
              h_{l+1} = \\sigma(K_l * \\mathrm{up}_2(h_l)), \\qquad \\tanh(K_L * h_L)

    Parameters
    ----------
    latent : int
    channels : sequence of int
        Of the feature maps, the smallest side first: L + 1 numbers for L doublings.
    side : int
        Of the image, in pixels; a multiple of 2^L.
    colours : int
        Of the image.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> generator = ConvolutionalGenerator(latent=8, channels=(16, 8), side=8)
    >>> generator.outputs, generator(generator.initial(dg.games.Streams([0, 1])), torch.zeros(2, 5, 8).double()).shape
    (64, torch.Size([2, 5, 64]))

    Reference: radford2016
    """

    latent: int
    channels: Sequence[int]
    side: int
    colours: int = 1

    def __post_init__(self) -> None:
        count(self.latent, "latent")
        _check_maps(self)

    @property
    def inputs(self) -> int:
        """The latent dimension."""
        return self.latent

    @property
    def outputs(self) -> int:
        """Numbers of an image: colour by colour, row by row, in (-1, 1)."""
        return self.colours * self.side**2

    @property
    def _first(self) -> tuple[int, int]:
        return self.channels[0], self.side // 2 ** (len(self.channels) - 1)

    @property
    def _kernels(self) -> list[tuple[int, int]]:
        widths = [*self.channels, self.colours]
        return list(pairwise(widths))

    @property
    def size(self) -> int:
        """The number of weights and biases."""
        channels, side = self._first
        return (self.latent + 1) * channels * side**2 + _size(self._kernels)

    def initial(self, streams: Streams) -> Tensor:
        """Normal weights of variance 2 / fan-in (1 / fan-in before the output), biases 0."""
        channels, side = self._first
        units = channels * side**2
        matrix = streams.normal(self.latent * units) * math.sqrt(2 / self.latent)
        return torch.cat([matrix, torch.zeros_like(matrix[..., :units]), _initial(self._kernels, streams)], -1)

    def __call__(self, weights: Tensor, points: Tensor) -> Tensor:
        """Images (..., B, colours side^2) of latent points (..., B, latent)."""
        self._require_sizes(weights, points)
        channels, side = self._first
        units = channels * side**2
        matrix, bias, rest = weights.split([self.latent * units, units, _size(self._kernels)], -1)
        hidden = points @ matrix.unflatten(-1, (self.latent, units)) + bias[..., None, :]
        hidden = functional.leaky_relu(hidden, SLOPE).unflatten(-1, (channels, side, side))
        layers = _unpacked(rest, self._kernels)
        for kernels, offsets in layers[:-1]:
            doubled = hidden.repeat_interleave(2, -1).repeat_interleave(2, -2)
            hidden = functional.leaky_relu(convolve(doubled, kernels, offsets), SLOPE)
        return torch.tanh(convolve(hidden, *layers[-1])).flatten(-3)


@final
@dataclass(frozen=True)
class ConvolutionalCritic(Network):
    """Images to a score: convolutions that halve the side, then an affine map.

    .. math:: h_{l+1} = \\sigma(K_l *_{\\downarrow 2} h_l), \\qquad f = \\langle w, h_L \\rangle + b

    Parameters
    ----------
    channels : sequence of int
        Of the feature maps, the largest side first: one number for each halving, at least one.
    side : int
        Of the image, in pixels; a multiple of 2^L.
    colours : int
        Of the image.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> critic = ConvolutionalCritic(channels=(8, 16), side=8)
    >>> critic(critic.initial(dg.games.Streams([0, 1])), torch.zeros(2, 5, 64).double()).shape
    torch.Size([2, 5, 1])

    Reference: radford2016
    """

    channels: Sequence[int]
    side: int
    colours: int = 1

    def __post_init__(self) -> None:
        _check_maps(self, halvings=1)

    @property
    def inputs(self) -> int:
        """Numbers of an image."""
        return self.colours * self.side**2

    @property
    def outputs(self) -> int:
        """1."""
        return 1

    @property
    def _kernels(self) -> list[tuple[int, int]]:
        widths = [self.colours, *self.channels]
        return list(pairwise(widths))

    @property
    def _features(self) -> int:
        return self.channels[-1] * (self.side // 2 ** len(self.channels)) ** 2

    @property
    def size(self) -> int:
        """The number of weights and biases."""
        return _size(self._kernels) + self._features + 1

    def initial(self, streams: Streams) -> Tensor:
        """Normal weights of variance 2 / fan-in (1 / fan-in before the output), biases 0."""
        kernels = _initial(self._kernels, streams, last_gain=2.0)
        vector = streams.normal(self._features) / math.sqrt(self._features)
        return torch.cat([kernels, vector, torch.zeros_like(vector[..., :1])], -1)

    def __call__(self, weights: Tensor, points: Tensor) -> Tensor:
        """The scores (..., B, 1) of images (..., B, colours side^2)."""
        self._require_sizes(weights, points)
        rest, vector, bias = weights.split([_size(self._kernels), self._features, 1], -1)
        hidden = points.unflatten(-1, (self.colours, self.side, self.side))
        for kernels, offsets in _unpacked(rest, self._kernels):
            hidden = functional.leaky_relu(convolve(hidden, kernels, offsets, stride=2), SLOPE)
        return hidden.flatten(-3) @ vector[..., None] + bias[..., None, :]


def _check_maps(network: Any, *, halvings: int = 0) -> None:
    """Whole numbers, and a side that can be halved as often as there are feature maps to halve."""
    channels = network.channels
    if not isinstance(channels, list | tuple) or not channels:
        raise InvalidInput(
            f"channels must be whole numbers, one for each feature map, such as (16, 8), got {channels!r}",
            argument="channels",
        )
    object.__setattr__(network, "channels", tuple(count(one, "channels") for one in channels))
    count(network.colours, "colours")
    parts = 2 ** (len(channels) - 1 + halvings)
    if count(network.side, "side") % parts:
        raise InvalidInput(
            f"side must be a multiple of {parts} for these channels, got {network.side}", argument="side"
        )


def _size(kernels: list[tuple[int, int]]) -> int:
    return sum(inputs * outputs * KERNEL**2 + outputs for inputs, outputs in kernels)


def _initial(kernels: list[tuple[int, int]], streams: Streams, *, last_gain: float = 1.0) -> Tensor:
    pieces = []
    for layer, (inputs, outputs) in enumerate(kernels):
        gain = last_gain if layer == len(kernels) - 1 else 2.0
        scale = math.sqrt(gain / (inputs * KERNEL**2))
        pieces.append(streams.normal(inputs * outputs * KERNEL**2) * scale)
        pieces.append(torch.zeros_like(pieces[-1][..., :outputs]))
    return torch.cat(pieces, -1)


def _unpacked(weights: Tensor, kernels: list[tuple[int, int]]) -> list[tuple[Tensor, Tensor]]:
    found = []
    for inputs, outputs in kernels:
        number = inputs * outputs * KERNEL**2
        kernel, bias, weights = weights.split([number, outputs, weights.shape[-1] - number - outputs], -1)
        found.append((kernel.unflatten(-1, (outputs, inputs, KERNEL, KERNEL)), bias))
    return found
