"""Critics that see, beside each point, how the points of its batch differ."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, final

import torch
from torch import Tensor

from dualgap.errors import InvalidInput
from dualgap.games.streams import Streams
from dualgap.networks.network import Network
from dualgap.validation import choice, count

__all__ = ["MinibatchDiscrimination", "WithStatistic", "batch_statistic"]

#: Keeps a root differentiable where a batch is one point repeated; far below any deviation that is seen.
FLOOR = 1e-12


def batch_statistic(points: Tensor, statistic: str) -> Tensor:
    """One number for each point of a batch, which is small where the batch has collapsed.

    .. math:: \\tfrac1d \\sum_j \\mathrm{Var}_j, \\qquad \\tfrac1d \\sum_j \\sqrt{\\mathrm{Var}_j}, \\qquad
              \\tfrac1B \\sum_k |x_i - x_k|_2

    Parameters
    ----------
    points : (..., B, d) tensor
    statistic : "variance", "deviation" or "pairwise"
        The mean variance of the coordinates, the mean standard deviation, the mean distance of the point to all in the batch.

    Returns
    -------
    (..., B, 1) tensor
        0 for a batch that is one point repeated, up to 1e-6, the root of the floor that keeps the roots differentiable.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> batch_statistic(torch.tensor([[0.0], [2.0]]), "variance").tolist()
    [[1.0], [1.0]]

    Reference: salimans2016
    """
    return STATISTICS[choice(statistic, "statistic", STATISTICS)](points)


def _variance(points: Tensor) -> Tensor:
    return points.var(-2, correction=0, keepdim=True).mean(-1, keepdim=True).expand(*points.shape[:-1], 1)


def _deviation(points: Tensor) -> Tensor:
    spread = torch.sqrt(points.var(-2, correction=0, keepdim=True) + FLOOR)
    return spread.mean(-1, keepdim=True).expand(*points.shape[:-1], 1)


def _pairwise(points: Tensor) -> Tensor:
    squares = (points[..., :, None, :] - points[..., None, :, :]).square().sum(-1)
    return torch.sqrt(squares + FLOOR).mean(-1, keepdim=True)


STATISTICS: dict[str, Callable[[Tensor], Tensor]] = {
    "variance": _variance,
    "deviation": _deviation,
    "pairwise": _pairwise,
}


@final
@dataclass(frozen=True)
class WithStatistic(Network):
    """A network that is given, with each point, a statistic of the batch that the point came in.

    .. math:: f(x_i; x_1, \\dots, x_B) = h(x_i, s_i(x_1, \\dots, x_B))

    A generator that makes one point of every latent vector has a statistic of 0, which the data never have.

    Parameters
    ----------
    network : Network, R^(d + 1) -> R^k
        h.
    statistic : "variance", "deviation" or "pairwise"
        As in :func:`batch_statistic`.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> critic = WithStatistic(dg.networks.MLP((3, 16, 1)), "deviation")
    >>> critic.inputs, critic(critic.initial(dg.games.Streams(0)), torch.zeros(5, 2, dtype=torch.float64)).shape
    (2, torch.Size([5, 1]))

    Reference: karras2018
    """

    batchwise: ClassVar[bool] = True  # pyright: ignore[reportIncompatibleVariableOverride] - read only

    network: Network
    statistic: str

    def __post_init__(self) -> None:
        _require_network(self.network)
        choice(self.statistic, "statistic", STATISTICS)
        if self.network.inputs < 2:
            raise InvalidInput(
                f"network must take a point and a statistic, at least 2 numbers, got {self.network.inputs}",
                argument="network",
            )

    @property
    def inputs(self) -> int:
        """One fewer than the network takes."""
        return self.network.inputs - 1

    @property
    def outputs(self) -> int:
        """Those of the network."""
        return self.network.outputs

    @property
    def size(self) -> int:
        """The network's weights."""
        return self.network.size

    def initial(self, streams: Streams) -> Tensor:
        """The network's."""
        return self.network.initial(streams)

    def __call__(self, weights: Tensor, points: Tensor) -> Tensor:
        """The network's outputs (..., B, outputs)."""
        self._require_sizes(weights, points)
        return self.network(weights, torch.cat([points, batch_statistic(points, self.statistic)], -1))


@final
@dataclass(frozen=True)
class MinibatchDiscrimination(Network):
    """Features of each point, compared with those of the others by learnt distances.

    .. math:: o_i^{(b)} = \\sum_{k \\ne i} \\exp\\big(-\\| M_i^{(b)} - M_k^{(b)} \\|_1\\big), \\qquad
              M_i = h(x_i) T \\in \\mathbb{R}^{b \\times c}, \\qquad f(x_i) = v(h(x_i), o_i)

    Identical points have the largest o. The sum is over the others, so that o does not count the point itself, and is divided by
    their number: o is between 0 and 1 whatever the batch.

    Parameters
    ----------
    features : Network, R^d -> R^p
        h.
    head : Network, R^(p + kernels) -> R^k
        v.
    kernels, dimension : int
        b and c.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> critic = MinibatchDiscrimination(
    ...     dg.networks.MLP((2, 32, 16)), dg.networks.MLP((16 + 8, 32, 1)), kernels=8, dimension=4)
    >>> critic(critic.initial(dg.games.Streams([0, 1])), torch.zeros(2, 5, 2, dtype=torch.float64)).shape
    torch.Size([2, 5, 1])

    Reference: salimans2016
    """

    batchwise: ClassVar[bool] = True  # pyright: ignore[reportIncompatibleVariableOverride] - read only

    features: Network
    head: Network
    kernels: int
    dimension: int

    def __post_init__(self) -> None:
        _require_network(self.features)
        _require_network(self.head)
        count(self.kernels, "kernels")
        count(self.dimension, "dimension")
        wanted = self.features.outputs + self.kernels
        if self.head.inputs != wanted:
            raise InvalidInput(
                f"head must take the {self.features.outputs} features and {self.kernels} kernels, {wanted} numbers, got "
                f"{self.head.inputs}",
                argument="head",
            )

    @property
    def inputs(self) -> int:
        """Those of the features."""
        return self.features.inputs

    @property
    def outputs(self) -> int:
        """Those of the head."""
        return self.head.outputs

    @property
    def _split(self) -> list[int]:
        return [self.features.size, self.features.outputs * self.kernels * self.dimension, self.head.size]

    @property
    def size(self) -> int:
        """The weights of the features, of T, and of the head."""
        return sum(self._split)

    def initial(self, streams: Streams) -> Tensor:
        """Those of the networks, and normal entries of T of variance one over the number of features."""
        tensor = streams.normal(self._split[1]) / self.features.outputs**0.5
        return torch.cat([self.features.initial(streams), tensor, self.head.initial(streams)], -1)

    def __call__(self, weights: Tensor, points: Tensor) -> Tensor:
        """The head's outputs (..., B, outputs)."""
        self._require_sizes(weights, points)
        features, closeness = self._compared(weights, points)
        return self.head(weights.split(self._split, -1)[2], torch.cat([features, closeness], -1))

    def closeness(self, weights: Tensor, points: Tensor) -> Tensor:
        """o, (..., B, kernels)."""
        return self._compared(weights, points)[1]

    def _compared(self, weights: Tensor, points: Tensor) -> tuple[Tensor, Tensor]:
        own, tensor, _ = weights.split(self._split, -1)
        features = self.features(own, points)
        matrices = features @ tensor.unflatten(-1, (self.features.outputs, -1))
        matrices = matrices.unflatten(-1, (self.kernels, self.dimension))
        distances = (matrices[..., :, None, :, :] - matrices[..., None, :, :, :]).abs().sum(-1)
        others = max(points.shape[-2] - 1, 1)
        return features, (torch.exp(-distances).sum(-2) - 1) / others


def _require_network(value: object) -> None:
    if not isinstance(value, Network):
        raise InvalidInput(
            f"network must be a Network such as dg.networks.MLP((3, 64, 1)), got {value!r}", argument="network"
        )
