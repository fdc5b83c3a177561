"""The multilayer perceptron."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor
from torch.nn import functional

from dualgap.errors import InvalidInput
from dualgap.games.streams import Streams
from dualgap.networks.affine import affine, checked_widths, number_of_weights, shapes_between, unpack
from dualgap.networks.network import Network
from dualgap.networks.norms import certified_norm, finite_weights, scaled, schatten_norm
from dualgap.validation import choice

__all__ = ["MLP"]

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": torch.relu,
    "leaky_relu": lambda h: functional.leaky_relu(h, 0.2),
    "softplus": functional.softplus,
    "tanh": torch.tanh,
}


@final
@dataclass(frozen=True)
class MLP(Network):
    """Affine maps with a nonlinearity between them, as a function of one vector of weights.

    .. math:: h_0 = x, \\qquad h_{l+1} = \\sigma(h_l W_l + b_l), \\qquad \\text{the last one without } \\sigma

    Parameters
    ----------
    widths : sequence of int
        Of the input, of each hidden layer, and of the output.
    activation : "relu", "leaky_relu" (slope 0.2), "softplus" or "tanh"
    spectral : bool
        Spectral normalisation: every matrix is divided by its spectral norm, so that the network is 1-Lipschitz. What
        it is divided by is an upper bound of the norm (by at most 0.5% for up to 128 units), never an estimate
        from below.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import torch, dualgap as dg
    >>> critic = dg.networks.MLP((2, 64, 64, 1))
    >>> weights = critic.initial(dg.games.Streams(range(8)))
    >>> weights.shape, critic(weights, torch.zeros(8, 100, 2, dtype=torch.float64)).shape
    (torch.Size([8, 4417]), torch.Size([8, 100, 1]))

    Reference: miyato2018
    """

    widths: Sequence[int]
    activation: str = "relu"
    spectral: bool = False

    def __post_init__(self) -> None:
        choice(self.activation, "activation", ACTIVATIONS)
        if not isinstance(self.spectral, bool):
            raise InvalidInput(f"spectral must be True or False, got {self.spectral!r}", argument="spectral")
        object.__setattr__(self, "widths", checked_widths(self.widths))

    @property
    def lipschitz(self) -> bool:  # pyright: ignore[reportIncompatibleVariableOverride] - read only, here as there
        """Whether every vector of weights gives a 1-Lipschitz function: with spectral normalisation."""
        return self.spectral

    @property
    def inputs(self) -> int:
        """The dimension of a point."""
        return self.widths[0]

    @property
    def outputs(self) -> int:
        """The dimension of an output."""
        return self.widths[-1]

    @property
    def _shapes(self) -> list[tuple[int, int]]:
        return shapes_between(self.widths)

    @property
    def size(self) -> int:
        """The number of weights and biases."""
        return number_of_weights(self._shapes)

    def initial(self, streams: Streams) -> Tensor:
        """Normal weights of variance 2 / fan-in (1 / fan-in before the output), biases 0."""
        pieces = []
        for layer, (fan_in, fan_out) in enumerate(self._shapes):
            gain = 1.0 if layer == len(self._shapes) - 1 or self.activation == "tanh" else 2.0
            pieces.append(streams.normal(fan_in * fan_out) * math.sqrt(gain / fan_in))
            pieces.append(torch.zeros_like(pieces[-1][..., :fan_out]))
        return torch.cat(pieces, -1)

    def __call__(self, weights: Tensor, points: Tensor) -> Tensor:
        """The outputs (..., B, outputs)."""
        self._require_sizes(weights, points)
        hidden, layers = points, self._layers(weights)
        for index, (matrix, bias) in enumerate(layers):
            hidden = affine(hidden, matrix, bias)
            if index < len(layers) - 1:
                hidden = ACTIVATIONS[self.activation](hidden)
        return hidden

    def lipschitz_bound(self, weights: Tensor) -> Tensor:
        """The product of the matrices' spectral norms, by singular values in float64.

        Parameters
        ----------
        weights : (..., size) tensor

        Returns
        -------
        (...) float64 tensor
            Every activation is 1-Lipschitz. Far above the Lipschitz constant for weights that are not normalised.
        """
        self._require_sizes(weights)
        weights, excess = finite_weights(weights)
        return torch.stack([certified_norm(matrix) for matrix, _ in self._layers(weights)]).prod(0) + excess

    def _layers(self, weights: Tensor) -> list[tuple[Tensor, Tensor]]:
        layers = unpack(weights, self._shapes)
        return [(_normalised(matrix), bias) for matrix, bias in layers] if self.spectral else layers


def _normalised(matrix: Tensor) -> Tensor:
    """The matrix over a bound of its spectral norm; 0 stays 0."""
    matrix = scaled(matrix)
    return matrix / schatten_norm(matrix)
