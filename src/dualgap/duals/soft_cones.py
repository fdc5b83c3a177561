"""Learned cones with a soft minimum, for the beginning of their training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor

from dualgap.games.streams import Streams
from dualgap.networks import Cones, Network

__all__ = ["FEW_DIMENSIONS", "SoftCones", "starting_weights"]

#: Cones start around the mean of the data, this far out: far from all of it they see directions, and can choose.
SHRINK = 0.1
#: In more dimensions than this points are about equally far from each other, and a cone that starts at one sees no more. In
#: fewer, cones that start at points and a hard minimum are better and faster.
FEW_DIMENSIONS = 16


@final
@dataclass(frozen=True)
class SoftCones(Network):
    """The weights of :class:`~dualgap.networks.Cones` with a soft minimum: 1-Lipschitz too, and all cones feel every point.

    .. math:: f_\\tau(x) = \\mp \\tau \\ln \\sum_k e^{-(|x - c_k| + b_k) / \\tau} \\longrightarrow
              \\pm \\min_k \\big(|x - c_k| + b_k\\big)

    Gradients of the hard minimum reach the lowest cone alone, and those that are never lowest stay where they started.

    Parameters
    ----------
    cones : Cones
        Without a rank.
    temperature : float
        tau.

    Examples
    --------
    >>> cones = Cones(1, 2)
    >>> weights = cones.weights([[0.0], [4.0]], [0.0, 0.0])
    >>> at = torch.tensor([[1.0]], dtype=torch.float64)
    >>> float(cones(weights, at)), round(float(SoftCones(cones, 0.1)(weights, at)), 6)
    (1.0, 1.0)
    """

    cones: Cones
    temperature: float

    lipschitz = True
    outputs = 1

    @property
    def inputs(self) -> int:
        """The dimension of a point."""
        return self.cones.dimension

    @property
    def size(self) -> int:
        """Centres and heights."""
        return self.cones.size

    def initial(self, streams: Streams) -> Tensor:
        """Those of the cones."""
        return self.cones.initial(streams)

    def __call__(self, weights: Tensor, points: Tensor) -> Tensor:
        """The outputs (..., B, 1)."""
        k, d = self.cones.number, self.cones.dimension
        centres, heights = weights.split([k * d, k], -1)
        squared = _squared(points, centres.unflatten(-1, (k, d)))
        high = -(squared.sqrt() + heights[..., None, :]) / self.temperature
        return (-self.cones.sign * self.temperature * torch.logsumexp(high, -1))[..., None]


def _squared(points: Tensor, centres: Tensor) -> Tensor:
    """Squared distances (..., B, K) by one product of matrices, kept where a root can be differentiated."""
    product = points @ centres.mT
    squared = (points**2).sum(-1)[..., :, None] - 2 * product + (centres**2).sum(-1)[..., None, :]
    return squared.clamp_min(1e-9)


def starting_weights(cones: Cones, streams: Streams, real_points: Tensor, fake_points: Tensor) -> Tensor:
    """Centres at points of the data in few dimensions, around their mean in many.

    Parameters
    ----------
    cones : Cones
    streams : Streams
    real_points, fake_points : (n, d) and (m, d) tensors
        Of mean about 0.

    Examples
    --------
    >>> cones = Cones(64, 3)
    >>> starting_weights(cones, Streams([0, 1]), torch.ones(5, 64), torch.ones(5, 64)).shape
    torch.Size([2, 195])
    """
    weights = cones.initial_at(streams, real_points, fake_points)
    if cones.dimension <= FEW_DIMENSIONS or cones.rank is not None:
        return weights
    places = cones.number * cones.dimension
    return torch.cat([weights[..., :places] * SHRINK, weights[..., places:]], -1)
