"""A network as a function of a flat vector of weights."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod

import torch
from torch import Tensor

from dualgap.errors import InvalidInput
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
    lipschitz : bool
        Whether it is 1-Lipschitz in the Euclidean norm for every vector of weights, by construction.
    batchwise : bool
        Whether what it says of a point depends on the other points of the batch.
    """

    size: int
    inputs: int
    outputs: int
    lipschitz: bool = False
    batchwise: bool = False

    @abstractmethod
    def initial(self, streams: Streams) -> Tensor:
        """Random weights, (K, size) for K streams and (size,) for one."""

    @abstractmethod
    def __call__(self, weights: Tensor, points: Tensor) -> Tensor:
        """The outputs (..., B, outputs) of points (..., B, inputs) under weights (..., size)."""

    def initial_at(self, streams: Streams, real_points: Tensor, fake_points: Tensor) -> Tensor:
        """Random weights that may look at the data: where the function is to be high (real) and where low (fake).

        Parameters
        ----------
        streams : Streams
        real_points, fake_points : (n, inputs) and (m, inputs) tensors
            In the coordinates that the network will see.

        Returns
        -------
        (K, size) or (size,) tensor
            The same as :meth:`initial` for a network that has no place to put a point.
        """
        return self.initial(streams)

    def lipschitz_bound(self, weights: Tensor) -> Tensor:
        """A number that the Lipschitz constant in the Euclidean norm does not exceed, for each vector of weights.

        Parameters
        ----------
        weights : (..., size) tensor

        Returns
        -------
        (...) float64 tensor
            Of the function that these weights are in float64; infinite where nothing is known.
        """
        return weights.new_full(weights.shape[:-1], math.inf, dtype=torch.float64)

    def _require_sizes(self, weights: Tensor, points: Tensor | None = None) -> None:
        """Refuse weights of another size and points of another dimension."""
        if weights.shape[-1] != self.size:
            raise InvalidInput(
                f"weights must have {self.size} numbers along the last axis, got {weights.shape[-1]}",
                argument="weights",
            )
        if points is not None and points.shape[-1] != self.inputs:
            raise InvalidInput(f"points must have dimension {self.inputs}, got {points.shape[-1]}", argument="points")
