"""Toy laws that generators are tried on."""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor

from dualgap.duals.sources import Source
from dualgap.games.streams import Streams
from dualgap.validation import count, real

__all__ = ["Grid", "Modes", "ParallelLines", "Ring", "Spiral", "SwissRoll"]


class Modes(Source):
    """A mixture of equal Gaussians of one spread, with equal weights.

    Attributes
    ----------
    spread : float
        The standard deviation of each Gaussian.
    """

    spread: float

    @abstractmethod
    def centres(self) -> Tensor:
        """The (modes, d) centres, float64, each once."""

    @property
    def dimension(self) -> int:
        """That of the centres, 2."""
        return 2

    def draw(self, streams: Streams, batch_size: int) -> Tensor:
        """A centre at random and a Gaussian step from it, for each point."""
        centres = self.centres().to(device=streams.device, dtype=streams.dtype)
        steps = streams.normal(batch_size, centres.shape[-1])
        return centres[streams.integers(len(centres), batch_size)] + self.spread * steps


@final
@dataclass(frozen=True)
class Ring(Modes):
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

    def centres(self) -> Tensor:
        """The (modes, 2) centres, float64: both ends of [0, 2 pi] are one."""
        angles = 2 * math.pi * torch.arange(self.modes, dtype=torch.float64) / self.modes
        return self.radius * torch.stack([angles.cos(), angles.sin()], -1)


@final
@dataclass(frozen=True)
class Grid(Modes):
    """A mixture of Gaussians with centres on a square lattice about 0, side by side.

    Parameters
    ----------
    side : int
        Centres along a side.
    spacing : float
        Between neighbours.
    spread : float
        The standard deviation of each Gaussian.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> centres = dg.training.Grid().centres()
    >>> centres.shape, centres.min().item(), centres.max().item()
    (torch.Size([25, 2]), -4.0, 4.0)

    Reference: lin2018pacgan
    """

    side: int = 5
    spacing: float = 2.0
    spread: float = 0.05

    def __post_init__(self) -> None:
        count(self.side, "side")
        real(self.spacing, "spacing", above=0)
        real(self.spread, "spread", above=0)

    def centres(self) -> Tensor:
        """The (side^2, 2) centres, float64."""
        marks = self.spacing * (torch.arange(self.side, dtype=torch.float64) - (self.side - 1) / 2)
        return torch.cartesian_prod(marks, marks)


@final
@dataclass(frozen=True)
class Spiral(Source):
    """Points along an Archimedean spiral, evenly in its angle, with Gaussian noise.

    .. math:: r(\\varphi) = \\frac{\\varphi}{2 \\pi T}, \\qquad 0 \\le \\varphi < 2 \\pi T

    Parameters
    ----------
    turns : float
        T.
    spread : float
        Of the noise.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> from dualgap.games import Streams
    >>> points = Spiral(spread=1e-9).draw(Streams(0), 1000)
    >>> bool(points.norm(dim=-1).max() <= 1 + 1e-6)
    True
    """

    turns: float = 2.0
    spread: float = 0.02

    def __post_init__(self) -> None:
        real(self.turns, "turns", above=0)
        real(self.spread, "spread", above=0)

    @property
    def dimension(self) -> int:
        """2."""
        return 2

    def draw(self, streams: Streams, batch_size: int) -> Tensor:
        """An angle at random, and noise."""
        share = streams.uniform(batch_size)
        angle = 2 * math.pi * self.turns * share
        return share[..., None] * torch.stack([angle.cos(), angle.sin()], -1) + self.spread * streams.normal(
            batch_size, 2
        )


@final
@dataclass(frozen=True)
class SwissRoll(Source):
    """The rolled-up strip, seen from its side and scaled to about [-1, 1]^2, with Gaussian noise.

    .. math:: (t \\cos t, t \\sin t) / (9 \\pi / 2), \\qquad t = \\tfrac{3 \\pi}{2} (1 + 2 u), \\quad u \\sim U[0, 1]

    Parameters
    ----------
    spread : float
        Of the noise.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> from dualgap.games import Streams
    >>> SwissRoll().draw(Streams([0, 1]), 5).shape
    torch.Size([2, 5, 2])

    Reference: gulrajani2017
    """

    spread: float = 0.02

    def __post_init__(self) -> None:
        real(self.spread, "spread", above=0)

    @property
    def dimension(self) -> int:
        """2."""
        return 2

    def draw(self, streams: Streams, batch_size: int) -> Tensor:
        """A place along the roll at random, and noise."""
        t = 1.5 * math.pi * (1 + 2 * streams.uniform(batch_size))
        curve = t[..., None] * torch.stack([t.cos(), t.sin()], -1) / (4.5 * math.pi)
        return curve + self.spread * streams.normal(batch_size, 2)


@final
@dataclass(frozen=True)
class ParallelLines(Source):
    """The uniform law on the segment from (offset, 0) to (offset, 1).

    Between the segments at 0 and at theta, :math:`W_1 = |\\theta|` and :math:`\\mathrm{JS} = \\log 2` unless theta is 0.

    Parameters
    ----------
    offset : float

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> from dualgap.games import Streams
    >>> ParallelLines(0.5).draw(Streams(0), 3)[:, 0].tolist()
    [0.5, 0.5, 0.5]

    Reference: arjovsky2017wgan
    """

    offset: float = 0.0

    def __post_init__(self) -> None:
        real(self.offset, "offset")

    @property
    def dimension(self) -> int:
        """2."""
        return 2

    def draw(self, streams: Streams, batch_size: int) -> Tensor:
        """A height at random."""
        height = streams.uniform(batch_size)
        return torch.stack([torch.full_like(height, self.offset), height], -1)
