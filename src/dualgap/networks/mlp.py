"""The multilayer perceptron."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor
from torch.nn import functional

from dualgap.errors import InvalidInput
from dualgap.games.streams import Streams
from dualgap.networks.network import Network
from dualgap.validation import choice, count

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
    """

    widths: Sequence[int]
    activation: str = "relu"

    def __post_init__(self) -> None:
        choice(self.activation, "activation", ACTIVATIONS)
        widths = tuple(self.widths) if isinstance(self.widths, Iterable) else ()
        if isinstance(self.widths, str) or len(widths) < 2:
            raise InvalidInput(
                f"widths must be at least two whole numbers, input and output, such as (2, 64, 1), got {self.widths!r}",
                argument="widths",
            )
        object.__setattr__(self, "widths", tuple(count(width, "widths") for width in widths))

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
        return list(zip(self.widths[:-1], self.widths[1:], strict=True))

    @property
    def size(self) -> int:
        """The number of weights and biases."""
        return sum(fan_in * fan_out + fan_out for fan_in, fan_out in self._shapes)

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
        if weights.shape[-1] != self.size:
            raise InvalidInput(
                f"weights must have {self.size} numbers along the last axis, got {weights.shape[-1]}",
                argument="weights",
            )
        if points.shape[-1] != self.inputs:
            raise InvalidInput(f"points must have dimension {self.inputs}, got {points.shape[-1]}", argument="points")
        pieces = iter(weights.split([n for i, o in self._shapes for n in (i * o, o)], -1))
        hidden = points
        for layer, (fan_in, fan_out) in enumerate(self._shapes):
            matrix, bias = next(pieces).unflatten(-1, (fan_in, fan_out)), next(pieces)[..., None, :]
            hidden = torch.baddbmm(bias, hidden, matrix) if matrix.ndim == hidden.ndim == 3 else hidden @ matrix + bias
            if layer < len(self._shapes) - 1:
                hidden = ACTIVATIONS[self.activation](hidden)
        return hidden
