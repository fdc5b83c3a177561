"""Toy laws that generators are tried on."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor

from dualgap.duals.sources import Source
from dualgap.games.streams import Streams
from dualgap.validation import count, real

__all__ = ["Ring"]


@final
@dataclass(frozen=True)
class Ring(Source):
    """A mixture of Gaussians with centres evenly on a circle, each once.

    Parameters
    ----------
    modes : int
    radius : float
        Of the circle.
    spread : float
        The standard deviation of each Gaussian.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> dg.training.Ring().centres().shape
    torch.Size([8, 2])

    Reference: lin2018pacgan
    """

    modes: int = 8
    radius: float = 1.0
    spread: float = 0.01

    def __post_init__(self) -> None:
        count(self.modes, "modes")
        real(self.radius, "radius", above=0)
        real(self.spread, "spread", above=0)

    @property
    def dimension(self) -> int:
        """2."""
        return 2

    def centres(self) -> Tensor:
        """The (modes, 2) centres, float64."""
        angles = 2 * math.pi * torch.arange(self.modes, dtype=torch.float64) / self.modes
        return self.radius * torch.stack([angles.cos(), angles.sin()], -1)

    def draw(self, streams: Streams, batch_size: int) -> Tensor:
        """A centre at random and a Gaussian step from it, for each point."""
        centres = self.centres().to(device=streams.device, dtype=streams.dtype)
        return centres[streams.integers(self.modes, batch_size)] + self.spread * streams.normal(batch_size, 2)
