"""Where batches come from."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, final

import numpy as np
import torch
from torch import Tensor

from dualgap.errors import InvalidInput
from dualgap.games.streams import Streams
from dualgap.measures import Measure
from dualgap.measures.draws import draws_of
from dualgap.measures.gaussian import Gaussian
from dualgap.validation import count, detached, points_array, probabilities, same_length

__all__ = ["Dataset", "Sampler", "Source", "Standardised", "source_of", "standardised"]


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


@final
@dataclass(frozen=True, eq=False)
class Sampler(Source):
    """Fresh draws by a function of the caller's own.

    Parameters
    ----------
    sample : callable, (n, numpy Generator) -> (n, d) array
    dimension : int

    Raises
    ------
    InvalidInput
        When what is drawn is not finite or of another shape.

    Examples
    --------
    >>> from dualgap.games import Streams
    >>> source = Sampler(lambda n, rng: rng.uniform(size=(n, 3)), 3)
    >>> source.draw(Streams([1, 2]), 5).shape
    torch.Size([2, 5, 3])
    """

    sample: Callable[[int, np.random.Generator], np.ndarray]
    dimension: int

    def __post_init__(self) -> None:
        count(self.dimension, "dimension")
        if not callable(self.sample):
            raise InvalidInput(f"sample must be callable, got {type(self.sample).__name__}", argument="sample")

    def draw(self, streams: Streams, batch_size: int) -> Tensor:
        """Draws of each stream by a numpy generator that the stream seeds."""
        seeds = streams.integers(2**62).cpu().reshape(-1).tolist()
        drawn = np.stack([self.checked(batch_size, np.random.default_rng(seed)) for seed in seeds])
        points = torch.as_tensor(drawn).to(device=streams.device, dtype=streams.dtype)
        return points if streams.shape else points[0]

    def checked(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Draws of the function, seen to be finite and of the right shape."""
        points = np.asarray(self.sample(n, rng), dtype=np.float64)
        if points.shape != (n, self.dimension) or not np.isfinite(points).all():
            raise InvalidInput(
                f"sample must return finite draws of shape ({n}, {self.dimension}), got shape {points.shape}",
                argument="sample",
            )
        return points


@final
@dataclass(frozen=True, eq=False)
class _Normal(Source):
    """Draws of a normal law, made on the device where they are used."""

    law: Gaussian

    @property
    def dimension(self) -> int:
        """The d of R^d."""
        return self.law.dimension

    def draw(self, streams: Streams, batch_size: int) -> Tensor:
        """The mean plus the root of the covariance times a standard normal vector."""
        values, vectors = np.linalg.eigh(detached(self.law.covariance))
        normal = streams.normal(batch_size, self.dimension)
        root = torch.as_tensor(vectors * np.sqrt(np.maximum(values, 0.0))).to(normal)
        return torch.as_tensor(detached(self.law.mean)).to(normal) + normal @ root.mT


def source_of(law: Measure | Source) -> Source:
    """Fresh draws of a law that can be drawn from.

    Parameters
    ----------
    law : Gaussian, Mixture, or Density with ``sample`` (or ``quantile``, on the line); a Source is itself

    Examples
    --------
    >>> from dualgap.games import Streams
    >>> source_of(Gaussian([0.0, 0.0], np.eye(2))).draw(Streams(0), 5).shape
    torch.Size([5, 2])
    """
    if isinstance(law, Source):
        return law
    if isinstance(law, Gaussian):
        return _Normal(law)
    return Sampler(lambda n, rng: draws_of(law, n, rng), int(law.dimension or 0))


def standardised(source: Source, centre: np.ndarray, radius: float) -> Source:
    """A source of (x - centre) / radius for the draws x of another.

    What the library draws itself is moved and scaled in float64, before it is rounded to the type of the batches: in float32
    points of spread 1 about 10^8 are all the same.

    Parameters
    ----------
    source : Source
    centre : (d,) array
    radius : float

    Examples
    --------
    >>> from dualgap.games import Streams
    >>> source = standardised(Dataset([1e9 + 1]), np.array([1e9]), 2.0)
    >>> source.draw(Streams(0, dtype=torch.float32), 1)
    tensor([[0.5000]])
    """
    if isinstance(source, Dataset):
        return Dataset((source.points - centre) / radius, source.weights)
    if isinstance(source, _Normal):
        mean, covariance = detached(source.law.mean), detached(source.law.covariance)
        return _Normal(Gaussian((mean - centre) / radius, covariance / radius**2))
    if isinstance(source, Sampler):
        return Sampler(lambda n, rng: (source.checked(n, rng) - centre) / radius, source.dimension)
    return Standardised(source, centre, radius)


@final
@dataclass(frozen=True, eq=False)
class Standardised(Source):
    """The draws of a source, moved and scaled.

    Parameters
    ----------
    source : Source
    centre : (d,) array
    radius : float
        Draws become (x - centre) / radius.

    Examples
    --------
    >>> from dualgap.games import Streams
    >>> Standardised(Dataset([5.0]), np.array([1.0]), 2.0).draw(Streams(0), 1)
    tensor([[2.]], dtype=torch.float64)
    """

    source: Source
    centre: np.ndarray
    radius: float

    @property
    def dimension(self) -> int:
        """The d of R^d."""
        return self.source.dimension

    def draw(self, streams: Streams, batch_size: int) -> Tensor:
        """Draws of the source in other coordinates."""
        points = self.source.draw(streams, batch_size)
        return (points - torch.as_tensor(self.centre).to(points)) / self.radius
