"""A network as a function of a flat vector of weights."""

from __future__ import annotations

from abc import ABC, abstractmethod

from torch import Tensor

from dualgap.games.streams import Streams

__all__ = ["Network"]


class Network(ABC):
    """A function of weights and inputs that holds no weights itself.

    The weights are one vector, so that a network is a player like any other; leading axes of the weights are an
    ensemble.

    Attributes
    ----------
    size : int
        How many weights it has.
    inputs, outputs : int
        The dimensions of a point that goes in and of what comes out.
    """

    size: int
    inputs: int
    outputs: int

    @abstractmethod
    def initial(self, streams: Streams) -> Tensor:
        """Random weights, (K, size) for K streams and (size,) for one."""

    @abstractmethod
    def __call__(self, weights: Tensor, points: Tensor) -> Tensor:
        """The outputs (..., B, outputs) of points (..., B, inputs) under weights (..., size)."""
