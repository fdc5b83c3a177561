"""Critics combined: minima, maxima and convex combinations keep a Lipschitz constant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor

from dualgap.errors import InvalidInput
from dualgap.games.streams import Streams
from dualgap.networks.network import Network
from dualgap.networks.norms import finite_weights
from dualgap.validation import choice

__all__ = ["MixtureCritic"]


@final
@dataclass(frozen=True)
class MixtureCritic(Network):
    """Several networks on the same points, combined.

    .. math:: \\min_k f_k(x), \\qquad \\max_k f_k(x), \\qquad \\sum_k \\lambda_k f_k(x), \\quad \\lambda = \\mathrm{softmax}(l)

    Each is as Lipschitz as the worst of the f_k.

    Parameters
    ----------
    networks : sequence of Network
        Of the same input and output dimensions; with one output for "min" and "max".
    combine : "min", "max" or "convex"
        The logits l are learned.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import torch, dualgap as dg
    >>> networks = dg.networks
    >>> critic = networks.MixtureCritic((networks.Cones(2, 16), networks.LipschitzMLP((2, 8, 1))), combine="max")
    >>> weights = critic.initial(dg.games.Streams([0, 1]))
    >>> critic(weights, torch.zeros(2, 5, 2, dtype=torch.float64)).shape, critic.lipschitz
    (torch.Size([2, 5, 1]), True)
    """

    networks: Sequence[Network]
    combine: str = "min"

    def __post_init__(self) -> None:
        choice(self.combine, "combine", ("min", "max", "convex"))
        networks = tuple(self.networks) if isinstance(self.networks, Sequence) else ()
        if not networks or not all(isinstance(network, Network) for network in networks):
            raise InvalidInput(
                f"networks must be at least one Network, such as (Cones(2, 16), MLP((2, 8, 1))), got {self.networks!r}",
                argument="networks",
            )
        if len({(network.inputs, network.outputs) for network in networks}) > 1:
            found = ", ".join(f"R^{network.inputs} to R^{network.outputs}" for network in networks)
            raise InvalidInput(f"networks must be between the same spaces, got {found}", argument="networks")
        if self.combine != "convex" and networks[0].outputs > 1:
            raise InvalidInput(
                f"networks must have one output for a minimum or a maximum, got {networks[0].outputs}: each component would take "
                'another member, and the bounds of their slopes would not hold; combine="convex" takes any number',
                argument="networks",
            )
        object.__setattr__(self, "networks", networks)

    @property
    def inputs(self) -> int:
        """The dimension of a point."""
        return self.networks[0].inputs

    @property
    def outputs(self) -> int:
        """The dimension of an output."""
        return self.networks[0].outputs

    @property
    def lipschitz(self) -> bool:  # pyright: ignore[reportIncompatibleVariableOverride] - read only, here as there
        """Whether every member is 1-Lipschitz by construction."""
        return all(network.lipschitz for network in self.networks)

    @property
    def batchwise(self) -> bool:  # pyright: ignore[reportIncompatibleVariableOverride] - read only, here as there
        """Whether a member looks at the whole batch."""
        return any(network.batchwise for network in self.networks)

    @property
    def _logits(self) -> int:
        return len(self.networks) if self.combine == "convex" else 0

    @property
    def size(self) -> int:
        """The members' weights, one after the other, and the logits."""
        return sum(network.size for network in self.networks) + self._logits

    def initial(self, streams: Streams) -> Tensor:
        """Each member's own, logits 0."""
        return self._pack([network.initial(streams) for network in self.networks])

    def initial_at(self, streams: Streams, real_points: Tensor, fake_points: Tensor) -> Tensor:
        """Each member's own, logits 0."""
        return self._pack([network.initial_at(streams, real_points, fake_points) for network in self.networks])

    def _pack(self, members: list[Tensor]) -> Tensor:
        return torch.cat([*members, members[0].new_zeros(*members[0].shape[:-1], self._logits)], -1)

    def _unpack(self, weights: Tensor) -> tuple[Tensor, ...]:
        return weights.split([*(network.size for network in self.networks), self._logits], -1)

    def __call__(self, weights: Tensor, points: Tensor) -> Tensor:
        """The outputs (..., B, outputs)."""
        self._require_sizes(weights, points)
        *members, logits = self._unpack(weights)
        values = torch.stack([network(own, points) for network, own in zip(self.networks, members, strict=True)], -1)
        if self.combine == "convex":
            return (values * logits.softmax(-1)[..., None, None, :]).sum(-1)
        # one member's gradient at a tie, as for a single cone
        return values.min(-1).values if self.combine == "min" else values.max(-1).values

    def lipschitz_bound(self, weights: Tensor) -> Tensor:
        """The largest of the members' bounds.

        Parameters
        ----------
        weights : (..., size) tensor

        Returns
        -------
        (...) float64 tensor
            With room for the rounding of the convex weights' sum.
        """
        self._require_sizes(weights)
        weights, excess = finite_weights(weights)
        members = self._unpack(weights)[:-1]
        bounds = [network.lipschitz_bound(own) for network, own in zip(self.networks, members, strict=True)]
        room = 1 + 4 * len(bounds) * torch.finfo(torch.float64).eps if self._logits else 1.0
        return torch.stack(bounds).amax(0) * room + excess
