"""The sets that strategies are taken from."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import final

import numpy as np
import torch
from torch import Tensor

from dualgap.errors import InvalidInput
from dualgap.validation import real

__all__ = ["Ball", "Box", "FreeSpace", "Simplex", "StrategySet"]


class StrategySet(ABC):
    """A closed convex set K of R^n."""

    @abstractmethod
    def project(self, point: Tensor) -> Tensor:
        """The nearest point of K, (..., n)."""

    @abstractmethod
    def support(self, direction: np.ndarray) -> float:
        """:math:`\\sup_{z \\in K} \\langle d, z \\rangle` for a direction d (n,); infinity where K is unbounded that way."""

    @abstractmethod
    def reach(self, sizes: np.ndarray) -> float:
        """A bound on :math:`\\sup_{z \\in K} \\sum_i s_i |z_i|` for sizes s >= 0; 0 where K is unbounded (see support)."""

    def distance(self, point: Tensor) -> float:
        """How far a point (n,) lies outside of K."""
        return float((self.project(point) - point).norm())


@final
@dataclass(frozen=True)
class FreeSpace(StrategySet):
    """All of R^n.

    Examples
    --------
    >>> FreeSpace().support(np.array([1.0])), FreeSpace().support(np.zeros(2))
    (inf, 0.0)
    """

    def project(self, point: Tensor) -> Tensor:
        """The point."""
        return point

    def support(self, direction: np.ndarray) -> float:
        """0 for the zero direction, infinity otherwise."""
        return math.inf if np.any(direction != 0) else 0.0

    def reach(self, sizes: np.ndarray) -> float:
        """0: a finite support is one of exact zeros."""
        return 0.0


@final
@dataclass(frozen=True)
class Simplex(StrategySet):
    """Probability vectors: non-negative, summing to one.

    Examples
    --------
    >>> Simplex().project(torch.tensor([0.9, 0.5, -1.0], dtype=torch.float64)).tolist()
    [0.7, 0.3, 0.0]
    """

    def project(self, point: Tensor) -> Tensor:
        """The point, shifted by one number and cut at zero so that it sums to one."""
        ordered = point.sort(-1, descending=True).values
        counts = torch.arange(1, point.shape[-1] + 1, dtype=point.dtype, device=point.device)
        shifts = (ordered.cumsum(-1) - 1) / counts
        last = (ordered > shifts).sum(-1, keepdim=True) - 1
        return torch.relu(point - shifts.gather(-1, last))

    def support(self, direction: np.ndarray) -> float:
        """The largest entry."""
        return float(np.max(direction))

    def reach(self, sizes: np.ndarray) -> float:
        """The largest size."""
        return float(np.max(sizes))


@final
@dataclass(frozen=True)
class Box(StrategySet):
    """All entries between two numbers.

    Parameters
    ----------
    low, high : float
        low < high.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> Box(-1.0, 1.0).project(torch.tensor([2.0, -0.5])).tolist()
    [1.0, -0.5]
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        real(self.low, "low")
        if real(self.high, "high") <= self.low:
            raise InvalidInput(f"high must be above low, got {self.high:g} and {self.low:g}", argument="high")

    def project(self, point: Tensor) -> Tensor:
        """The entries, clipped."""
        return point.clamp(self.low, self.high)

    def support(self, direction: np.ndarray) -> float:
        """Each entry times the end on its side."""
        return math.fsum(np.where(direction > 0, self.high, self.low) * direction)

    def reach(self, sizes: np.ndarray) -> float:
        """Each size times the farther end."""
        return max(abs(self.low), abs(self.high)) * math.fsum(sizes)


@final
@dataclass(frozen=True)
class Ball(StrategySet):
    """The Euclidean ball about the origin.

    Parameters
    ----------
    radius : float
        Positive.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> Ball(2.0).support(np.array([3.0, 4.0]))
    10.0
    """

    radius: float

    def __post_init__(self) -> None:
        real(self.radius, "radius", above=0)

    def project(self, point: Tensor) -> Tensor:
        """The point, pulled in along its ray."""
        norm = point.norm(dim=-1, keepdim=True)
        return torch.where(norm > self.radius, point * (self.radius / norm.clamp_min(self.radius)), point)

    def support(self, direction: np.ndarray) -> float:
        """The radius times the norm."""
        return self.radius * float(np.linalg.norm(direction))

    def reach(self, sizes: np.ndarray) -> float:
        """The radius times the norm."""
        return self.radius * float(np.linalg.norm(sizes))
