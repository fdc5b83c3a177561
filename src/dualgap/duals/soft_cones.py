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
#: No squared distance is less than this.
LEAST = 1e-9
#: The logarithm of a share that is nothing beside 1, and whose product with a gradient is still a normal number in float32.
NEGLIGIBLE = -60.0
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
        centres, heights = (weights / self.temperature).split([k * d, k], -1)
        squared = _squared(points / self.temperature, centres.unflatten(-1, (k, d)))
        # in units of the temperature, and kept where a root can be differentiated
        high = -heights[..., None, :] - squared.clamp_min(LEAST / self.temperature**2).sqrt()
        return (-self.cones.sign * self.temperature * _log_sum_exp(high))[..., None]


def _log_sum_exp(high: Tensor) -> Tensor:
    """Over the last axis; terms below e^-60 of the largest count as that, for less would be subnormal, which costs ten times more."""
    largest = high.detach().amax(-1, keepdim=True)
    return largest[..., 0] + (high - largest).clamp_min(NEGLIGIBLE).exp().sum(-1).log()


def _squared(points: Tensor, centres: Tensor) -> Tensor:
    """Squared distances (..., B, K) by one product of matrices, and no other pass over so many numbers.

    .. math:: |x - c|^2 = \\langle (-2 x, |x|^2, 1), (c, 1, |c|^2) \\rangle
    """
    one, other = torch.ones_like(points[..., :1]), torch.ones_like(centres[..., :1])
    left = torch.cat([-2 * points, (points**2).sum(-1, keepdim=True), one], -1)
    right = torch.cat([centres, other, (centres**2).sum(-1, keepdim=True)], -1)
    return left @ right.mT


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
