"""The sets that strategies are taken from."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, final

import torch
from torch import Tensor

from dualgap.errors import InvalidInput
from dualgap.games.exact import Rationals, outward
from dualgap.validation import real

__all__ = ["Ball", "Box", "FreeSpace", "Simplex", "StrategySet"]


class StrategySet(ABC):
    """A closed convex set K of R^n."""

    #: Whether K has interior points in R^n.
    solid: ClassVar[bool] = True

    @abstractmethod
    def project(self, point: Tensor) -> Tensor:
        """The nearest point of K, (..., n)."""

    @abstractmethod
    def support(self, direction: Rationals) -> tuple[float, float]:
        """Two bounds of :math:`\\sup_{z \\in K} \\langle d, z \\rangle`, next to each other; infinite where K is unbounded so.

        Parameters
        ----------
        direction : list of n rational numbers
            Exact: of a rounded direction nobody knows whether it is zero.
        """

    def lowest(self, direction: Tensor) -> Tensor:
        """A point of K where the inner product with a direction is least, (..., n): what Frank-Wolfe steps towards.

        .. math:: s(d) \\in \\arg\\min_{z \\in K} \\langle d, z \\rangle

        Raises
        ------
        InvalidInput
            When K is unbounded: there is none.
        """
        raise InvalidInput(
            f"game must have bounded sets for a method that asks for their lowest points, got {self}; use "
            "dg.games.Simplex, Box or Ball",
            argument="game",
        )

    def distance(self, point: Tensor) -> float:
        """How far a point (n,) lies outside of K."""
        return float((self.project(point) - point).norm())


@final
@dataclass(frozen=True)
class FreeSpace(StrategySet):
    """All of R^n.

    Examples
    --------
    >>> FreeSpace().support([Fraction(1, 10**300)]), FreeSpace().support([Fraction(0)])
    ((inf, inf), (0.0, 0.0))
    """

    def project(self, point: Tensor) -> Tensor:
        """The point."""
        return point

    def support(self, direction: Rationals) -> tuple[float, float]:
        """0 for the zero direction, infinity otherwise."""
        return (math.inf, math.inf) if any(direction) else (0.0, 0.0)


@final
@dataclass(frozen=True)
class Simplex(StrategySet):
    """Probability vectors: non-negative, summing to one.

    Examples
    --------
    >>> Simplex().project(torch.tensor([0.9, 0.5, -1.0], dtype=torch.float64)).tolist()
    [0.7, 0.3, 0.0]
    """

    solid: ClassVar[bool] = False

    def project(self, point: Tensor) -> Tensor:
        """The point, shifted by one number and cut at zero so that it sums to one."""
        ordered = point.sort(-1, descending=True).values
        counts = torch.arange(1, point.shape[-1] + 1, dtype=point.dtype, device=point.device)
        shifts = (ordered.cumsum(-1) - 1) / counts
        last = (ordered > shifts).sum(-1, keepdim=True) - 1
        return torch.relu(point - shifts.gather(-1, last))

    def lowest(self, direction: Tensor) -> Tensor:
        """The vertex of the least entry, the first where several are least."""
        return torch.zeros_like(direction).scatter(-1, direction.argmin(-1, keepdim=True), 1.0)

    def support(self, direction: Rationals) -> tuple[float, float]:
        """The largest entry."""
        return outward(max(direction))


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
        low = real(self.low, "low")
        if real(self.high, "high") <= low:
            raise InvalidInput(f"high must be above low, got {self.high} and {self.low}", argument="high")

    def project(self, point: Tensor) -> Tensor:
        """The entries, clipped."""
        return point.clamp(self.low, self.high)

    def lowest(self, direction: Tensor) -> Tensor:
        """The corner on the other side of the direction; the lower end where it is zero."""
        low, high = torch.full_like(direction, self.low), torch.full_like(direction, self.high)
        return torch.where(direction < 0, high, low)

    def support(self, direction: Rationals) -> tuple[float, float]:
        """Each entry times the end on its side."""
        low, high = Fraction(self.low), Fraction(self.high)
        return outward(sum((one * (high if one > 0 else low) for one in direction), Fraction(0)))


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
    >>> below, above = Ball(2.0).support([Fraction(3), Fraction(4)])
    >>> below <= 10.0 <= above
    True
    """

    radius: float

    def __post_init__(self) -> None:
        real(self.radius, "radius", above=0)

    def project(self, point: Tensor) -> Tensor:
        """The point, pulled in along its ray."""
        norm = point.norm(dim=-1, keepdim=True)
        return torch.where(norm > self.radius, point * (self.radius / norm.clamp_min(self.radius)), point)

    def lowest(self, direction: Tensor) -> Tensor:
        """The point of the sphere against the direction; the centre where it is zero."""
        largest = direction.abs().amax(-1, keepdim=True)  # so that no square under- or overflows
        unit = direction / torch.where(largest > 0, largest, 1.0)
        return unit * (-self.radius / unit.norm(dim=-1, keepdim=True).clamp_min(1.0))

    def support(self, direction: Rationals) -> tuple[float, float]:
        """The radius times the norm, by an integer square root."""
        square = sum((one * one for one in direction), Fraction(0)) * Fraction(self.radius) ** 2
        # sqrt(p / q) = sqrt(p q) / q, with p q scaled up until its integer root has 80 bits
        product = square.numerator * square.denominator
        shift = max(0, 160 - product.bit_length())
        shift += shift % 2
        root = Fraction(math.isqrt(product << shift), square.denominator << (shift // 2))
        below, above = outward(root)[0], outward(root * (1 + Fraction(1, 2**70)))[1]
        return (below, above) if square else (0.0, 0.0)
