"""Parameters of a user's modules as one vector."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.autograd.graph import increment_version

__all__ = ["ParameterGroup", "flat", "joined_vector"]


class ParameterGroup:
    """Parameters whose memory is one vector.

    To take another vector for their values, they are pointed into its memory: nothing is copied. Their versions count up as
    after an update in place, so that ``torch`` refuses to differentiate a graph of the values before.
    """

    def __init__(self, parameters: list[Tensor]) -> None:
        self.parameters = parameters
        self.counts = [one.numel() for one in parameters]
        self.size = sum(self.counts)
        self._vector: Tensor | None = None
        self._places: list[int] = []
        _keep_blocks(parameters[0], self.size)

    def vector(self) -> Tensor:
        """The values as they are now; copied only where somebody gave the parameters other memory since."""
        vector = self._vector
        if vector is None or [one.data_ptr() for one in self.parameters] != self._places:
            vector = flat(self.parameters)
            self.point_into(vector)
        return vector

    def point_into(self, vector: Tensor) -> None:
        """Take the entries of a vector for values."""
        if vector is self._vector:
            return
        pieces = vector.split(self.counts)
        for one, piece in zip(self.parameters, pieces, strict=True):
            one.data = piece.view(one.shape)
        increment_version(self.parameters)
        self._vector, self._places = vector, [piece.data_ptr() for piece in pieces]


def flat(parameters: list[Tensor]) -> Tensor:
    """A copy of the values, one after the other."""
    return torch.cat([one.detach().reshape(-1) for one in parameters])


def joined_vector(parts: list[Tensor]) -> Tensor:
    """The parts one after the other: a copy, where there is more than one."""
    return parts[0].reshape(-1) if len(parts) == 1 else torch.cat([one.reshape(-1) for one in parts])


def _keep_blocks(example: Tensor, size: int) -> None:
    """Let the allocator keep blocks of this size, where it is glibc's.

    By default it returns a large freed block to the system, and at every step the new one is mapped in page by page, which
    can cost more than the arithmetic. It stops doing so for blocks no larger than one that it has seen freed, up to
    32 MB; this block is never written to.
    """
    if example.device.type == "cpu":
        torch.empty(min(8 * size * example.element_size(), 2**25 - 2**16), dtype=torch.uint8)
