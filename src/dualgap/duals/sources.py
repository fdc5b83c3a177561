"""Where batches come from."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, final

import numpy as np
import torch
from torch import Tensor

from dualgap.games.streams import Streams
from dualgap.validation import detached, points_array, probabilities, same_length

__all__ = ["Dataset", "Source"]


class Source(ABC):
    """A law on R^d that batches can be drawn from, one stream a seed.

    Attributes
    ----------
    dimension : int
    """

    dimension: int

    @abstractmethod
    def draw(self, streams: Streams, batch_size: int) -> Tensor:
        """Independent points, (K, batch_size, d) for K streams, on their device and in their dtype."""


@final
@dataclass(frozen=True, eq=False)
class Dataset(Source):
    """Draws with replacement from given points.

    Parameters
    ----------
    points : (n, d) array, or (n,) for d = 1
    weights : (n,) array, optional
        1/n each when omitted.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> from dualgap.games import Streams
    >>> Dataset([[0.0, 1.0], [2.0, 3.0]]).draw(Streams([1, 2, 3]), 5).shape
    torch.Size([3, 5, 2])
    """

    points: Any
    weights: Any = None

    def __post_init__(self) -> None:
        points = detached(points_array(self.points, "points"))
        weights = None if self.weights is None else detached(probabilities(self.weights, "weights"))
        if weights is not None:
            same_length(len(points), len(weights), ("points", "weights"), "length")
            weights = None if (weights == weights[0]).all() else weights
        object.__setattr__(self, "points", points)
        object.__setattr__(self, "weights", weights)

    @property
    def dimension(self) -> int:
        """The d of R^d."""
        return self.points.shape[1]

    def draw(self, streams: Streams, batch_size: int) -> Tensor:
        """Points drawn with replacement."""
        points = torch.as_tensor(self.points).to(device=streams.device, dtype=streams.dtype)
        if self.weights is None:
            return points[streams.integers(len(points), batch_size)]
        ladder = torch.as_tensor(np.cumsum(self.weights)[:-1]).to(device=streams.device, dtype=streams.dtype)
        return points[torch.searchsorted(ladder, streams.uniform(batch_size), right=True)]
