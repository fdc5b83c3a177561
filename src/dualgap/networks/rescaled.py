"""A network in other units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from torch import Tensor

from dualgap.errors import InvalidInput
from dualgap.games.streams import Streams
from dualgap.networks.network import Network
from dualgap.validation import real

__all__ = ["Rescaled"]


@final
@dataclass(frozen=True, kw_only=True)
class Rescaled(Network):
    """A network whose points are divided by their unit before it, and whose outputs are multiplied by theirs after it.

    .. math:: x \\mapsto b \\, h(x / a)

    Networks are initialised for points of size about 1; this says how large the points are.

    Parameters
    ----------
    network : Network
        h.
    unit_in, unit_out : float
        a and b, positive.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import torch, dualgap as dg
    >>> plain, streams = dg.networks.MLP((2, 8, 2)), dg.games.Streams(0)
    >>> weights, points = plain.initial(streams), streams.normal(5, 2)
    >>> found = Rescaled(network=plain, unit_in=4.0, unit_out=4.0)(weights, points)
    >>> bool(torch.allclose(found, 4 * plain(weights, points / 4)))
    True
    """

    network: Network
    unit_in: float = 1.0
    unit_out: float = 1.0

    def __post_init__(self) -> None:
        if not isinstance(self.network, Network):
            raise InvalidInput(f"network must be a Network, got {type(self.network).__name__}", argument="network")
        real(self.unit_in, "unit_in", above=0)
        real(self.unit_out, "unit_out", above=0)

    @property
    def inputs(self) -> int:
        """Those of the network."""
        return self.network.inputs

    @property
    def outputs(self) -> int:
        """Those of the network."""
        return self.network.outputs

    @property
    def size(self) -> int:
        """The network's weights."""
        return self.network.size

    @property
    def batchwise(self) -> bool:  # pyright: ignore[reportIncompatibleVariableOverride] - read only
        """Whether the network is."""
        return self.network.batchwise

    def initial(self, streams: Streams) -> Tensor:
        """The network's."""
        return self.network.initial(streams)

    def __call__(self, weights: Tensor, points: Tensor) -> Tensor:
        """The outputs (..., B, outputs)."""
        return self.unit_out * self.network(weights, points / self.unit_in)

    def lipschitz_bound(self, weights: Tensor) -> Tensor:
        """The network's, times the ratio of the units."""
        return self.network.lipschitz_bound(weights) * (self.unit_out / self.unit_in)
