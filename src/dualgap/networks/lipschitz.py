"""The perceptron that is 1-Lipschitz for every vector of weights."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor

from dualgap.errors import InvalidInput
from dualgap.games.streams import Streams
from dualgap.networks.affine import affine, checked_widths, number_of_weights, shapes_between, unpack
from dualgap.networks.network import Network
from dualgap.networks.norms import certified_norm, finite_weights
from dualgap.networks.orthogonal import CONTRACTIONS, aol, random_orthonormal
from dualgap.networks.residual import residual_bound, residual_layer
from dualgap.validation import choice, count

__all__ = ["LipschitzMLP", "group_sort"]


def group_sort(hidden: Tensor, groups: int) -> Tensor:
    """Sort the units of each group: a permutation at every point, so that no gradient is lost.

    Parameters
    ----------
    hidden : (..., h) tensor
        Units i, i + h/groups, i + 2h/groups, ... are a group.
    groups : int
        How many units a group has; a divisor of h. Two: the minimum and the maximum.

    Returns
    -------
    (..., h) tensor

    Examples
    --------
    >>> group_sort(torch.tensor([3.0, 1.0, 2.0, 5.0]), 2).tolist()
    [2.0, 1.0, 3.0, 5.0]

    Reference: anil2019
    """
    if not (isinstance(hidden, Tensor) and hidden.ndim):
        raise InvalidInput(f"hidden must be a tensor of shape (..., h), got {hidden!r}", argument="hidden")
    if hidden.shape[-1] % count(groups, "groups"):
        raise InvalidInput(f"groups must divide the {hidden.shape[-1]} units, got {groups}", argument="groups")
    if groups == 2:
        first, second = hidden.chunk(2, -1)
        return torch.cat([torch.minimum(first, second), torch.maximum(first, second)], -1)
    return hidden.unflatten(-1, (groups, -1)).sort(-2).values.flatten(-2)


@final
@dataclass(frozen=True)
class LipschitzMLP(Network):
    """Affine maps by contractions with a sorting activation between them: 1-Lipschitz for every vector of weights.

    .. math:: h_0 = x, \\qquad h_{l+1} = \\mathrm{sort}(h_l \\, C(W_l) + b_l), \\qquad \\text{the last one without sorting}

    C makes a contraction of any matrix:

    - ``"bjorck"``: the nearest orthonormal matrix, by an iteration that is a contraction wherever it stops;
    - ``"cayley"``: an orthonormal matrix by one solve;
    - ``"aol"``: columns divided by numbers, not orthonormal, the cheapest.

    ``"sll"`` has, in place of the sorting, one residual layer :math:`x - 2 W T^{-1} \\mathrm{relu}(W^\\top x + b)` for
    each hidden width, with affine contractions (AOL) before the first and after the last.

    Parameters
    ----------
    widths : sequence of int
        Of the input, of each hidden layer, and of the output. The hidden ones of ``"sll"`` are equal.
    layer : "bjorck", "cayley", "aol" or "sll"
    groups : int, at least 2
        How many units are sorted together; it divides every hidden width.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import torch, dualgap as dg
    >>> critic = dg.networks.LipschitzMLP((2, 64, 64, 1), layer="cayley")
    >>> weights = 100 * critic.initial(dg.games.Streams(range(3)))
    >>> critic(weights, torch.zeros(3, 100, 2, dtype=torch.float64)).shape
    torch.Size([3, 100, 1])
    >>> bool((critic.lipschitz_bound(weights) <= 1 + 1e-9).all())
    True

    Reference: anil2019
    """

    widths: Sequence[int]
    layer: str = "bjorck"
    groups: int = 2

    lipschitz = True

    def __post_init__(self) -> None:
        choice(self.layer, "layer", (*CONTRACTIONS, "sll"))
        widths = checked_widths(self.widths)
        object.__setattr__(self, "widths", widths)
        count(self.groups, "groups", at_least=2)
        hidden = widths[1:-1]
        if self.layer == "sll":
            if len(set(hidden)) != 1:
                raise InvalidInput(
                    f"widths must have equal hidden widths for residual layers, such as (2, 64, 64, 1), got {widths}",
                    argument="widths",
                )
        elif any(width % self.groups for width in hidden):
            raise InvalidInput(
                f"widths must have hidden widths that are multiples of the {self.groups} units of a group, got {widths}",
                argument="widths",
            )

    @property
    def inputs(self) -> int:
        """The dimension of a point."""
        return self.widths[0]

    @property
    def outputs(self) -> int:
        """The dimension of an output."""
        return self.widths[-1]

    @property
    def _blocks(self) -> int:
        """How many residual layers there are."""
        return len(self.widths) - 2 if self.layer == "sll" else 0

    @property
    def _shapes(self) -> list[tuple[int, int]]:
        """Of the matrices: all of them; the first and the last, then those of the residual layers."""
        if not self._blocks:
            return shapes_between(self.widths)
        width = self.widths[1]
        return [(self.inputs, width), (width, self.outputs), *[(width, width)] * self._blocks]

    @property
    def size(self) -> int:
        """The number of weights and biases."""
        return number_of_weights(self._shapes) + self._blocks * self.widths[1]

    def initial(self, streams: Streams) -> Tensor:
        """Orthonormal matrices, and normal biases of variance 1 / fan-out, so that sorting starts to matter."""
        pieces = []
        for fan_in, fan_out in self._shapes:
            pieces.append(random_orthonormal(streams, fan_in, fan_out).flatten(-2))
            pieces.append(streams.normal(fan_out) / math.sqrt(fan_out))
        if self._blocks:
            pieces.append(torch.zeros_like(pieces[0][..., :1]).repeat_interleave(self._blocks * self.widths[1], -1))
        return torch.cat(pieces, -1)

    def _layers(self, weights: Tensor) -> tuple[list[tuple[Tensor, Tensor]], Tensor]:
        """Matrices and biases, and the logarithms (..., blocks, width) of the residual layers' q."""
        dense = number_of_weights(self._shapes)
        rest = weights[..., dense:].unflatten(-1, (self._blocks, -1)) if self._blocks else weights[..., dense:]
        return unpack(weights[..., :dense], self._shapes), rest

    def __call__(self, weights: Tensor, points: Tensor) -> Tensor:
        """The outputs (..., B, outputs)."""
        self._require_sizes(weights, points)
        layers, logarithms = self._layers(weights)
        if self._blocks:
            first, last, *blocks = layers
            hidden = affine(points, aol(first[0]), first[1])
            for k, (matrix, bias) in enumerate(blocks):
                hidden = residual_layer(hidden, matrix, bias, logarithms[..., k, :])
            return affine(hidden, aol(last[0]), last[1])
        hidden = points
        for index, (matrix, bias) in enumerate(layers):
            hidden = affine(hidden, CONTRACTIONS[self.layer](matrix), bias)
            if index < len(layers) - 1:
                hidden = group_sort(hidden, self.groups)
        return hidden

    def lipschitz_bound(self, weights: Tensor) -> Tensor:
        """The product of the layers' bounds, each by singular values in float64: 1 up to rounding.

        Parameters
        ----------
        weights : (..., size) tensor

        Returns
        -------
        (...) float64 tensor
            Of the function that these weights are in float64.
        """
        self._require_sizes(weights)
        weights, excess = finite_weights(weights)
        layers, logarithms = self._layers(weights)
        contraction = CONTRACTIONS.get(self.layer, aol)
        affines = layers[:2] if self._blocks else layers
        bound = torch.ones_like(excess)
        for matrix, _ in affines:
            bound = bound * certified_norm(contraction(matrix))
        for k, (matrix, _) in enumerate(layers[2:] if self._blocks else []):
            bound = bound * residual_bound(matrix, logarithms[..., k, :])
        return bound + excess
