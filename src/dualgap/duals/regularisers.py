"""What keeps a critic in its class: penalties in its loss, and sets it is projected on after a step."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor

from dualgap.errors import InvalidInput
from dualgap.validation import real

__all__ = ["R1", "R2", "GradientPenalty", "Regulariser", "Regularisers", "WeightClipping"]

Score = Callable[[Tensor], Tensor]

#: Below the square root of this a gradient's norm counts as zero: keeps the root differentiable.
NORM_FLOOR = 1e-12


class Regulariser(ABC):
    """A penalty on a critic and a projection of its weights; either may be nothing."""

    def penalty(self, score: Score, real_points: Tensor, fake_points: Tensor, mix: Tensor) -> Tensor:
        """What is added to the critic's loss, shape (...).

        Parameters
        ----------
        score : callable, (..., B, d) -> (..., B)
            The critic.
        real_points, fake_points : (..., B, d) tensors
        mix : (..., B, 1) tensor
            Uniform numbers, one for each pair.
        """
        return real_points.new_zeros(())

    def project(self, weights: Tensor) -> Tensor:
        """The weights in the critic's set."""
        return weights

    def __add__(self, other: Regulariser) -> Regularisers:
        """Both."""
        if not isinstance(other, Regulariser):
            return NotImplemented
        return Regularisers((*_parts(self), *_parts(other)))


@final
@dataclass(frozen=True)
class Regularisers(Regulariser):
    """Several at once: the sum of the penalties, and one projection after the other.

    Parameters
    ----------
    parts : tuple of Regulariser

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> points = torch.zeros(4, 2)
    >>> float((R1(1.0) + R2(1.0)).penalty(lambda p: 3 * p[..., 0], points, points, torch.zeros(4, 1)))
    9.0
    """

    parts: tuple[Regulariser, ...]

    def __post_init__(self) -> None:
        parts = tuple(self.parts) if isinstance(self.parts, list | tuple) else ()
        if not parts or not all(isinstance(one, Regulariser) for one in parts):
            raise InvalidInput(f"parts must be regularisers such as R1(0.1), got {self.parts!r}", argument="parts")
        object.__setattr__(self, "parts", parts)

    def penalty(self, score: Score, real_points: Tensor, fake_points: Tensor, mix: Tensor) -> Tensor:
        """The sum."""
        first, *others = (one.penalty(score, real_points, fake_points, mix) for one in self.parts)
        return sum(others, first)

    def project(self, weights: Tensor) -> Tensor:
        """One after the other."""
        for one in self.parts:
            weights = one.project(weights)
        return weights


@final
@dataclass(frozen=True)
class WeightClipping(Regulariser):
    """Every weight is clipped to [-bound, bound] after each step, so that the generator never meets an unclipped critic.

    A linear critic's best value is then ``bound`` times the l1 distance of the means: it sees means only.

    Parameters
    ----------
    bound : float
        Positive.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> WeightClipping(0.01).project(torch.tensor([1.0, 0.001])).tolist()
    [0.009999999776482582, 0.0010000000474974513]

    Reference: arjovsky2017wgan
    """

    bound: float

    def __post_init__(self) -> None:
        real(self.bound, "bound", above=0)

    def project(self, weights: Tensor) -> Tensor:
        """The nearest weights in the box."""
        return weights.clamp(-self.bound, self.bound)


@final
@dataclass(frozen=True)
class GradientPenalty(Regulariser):
    """The slope of the critic between the two samples, held at 1 (or below it).

    .. math:: \\lambda \\, E (|\\nabla f(\\hat x)| - 1)^2, \\qquad \\hat x = (1 - u) x + u \\tilde x

    with one uniform number u and one norm for each pair; the one-sided form penalises slopes above 1 only.

    Parameters
    ----------
    weight : float
        lambda > 0.
    one_sided : bool

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> points = torch.zeros(4, 2)
    >>> float(GradientPenalty(10.0).penalty(lambda p: 3 * p[..., 0], points, points, torch.zeros(4, 1)))
    40.0

    Reference: gulrajani2017
    """

    weight: float
    one_sided: bool = False

    def __post_init__(self) -> None:
        real(self.weight, "weight", above=0)
        if not isinstance(self.one_sided, bool):
            raise InvalidInput(f"one_sided must be True or False, got {self.one_sided!r}", argument="one_sided")

    def penalty(self, score: Score, real_points: Tensor, fake_points: Tensor, mix: Tensor) -> Tensor:
        """The mean squared excess of the slope, shape (...)."""
        slope = torch.sqrt(_squared_slope(score, _between(real_points, fake_points, mix)) + NORM_FLOOR)
        excess = torch.relu(slope - 1) if self.one_sided else slope - 1
        return self.weight * (excess**2).mean(-1)


@dataclass(frozen=True)
class _SlopeAt(Regulariser):
    """Half the weighted mean squared slope of the critic at the points of one law."""

    weight: float

    def __post_init__(self) -> None:
        real(self.weight, "weight", above=0)

    @abstractmethod
    def _points(self, real_points: Tensor, fake_points: Tensor) -> Tensor:
        """Where the slope is taken."""

    def penalty(self, score: Score, real_points: Tensor, fake_points: Tensor, mix: Tensor) -> Tensor:
        """Half the weighted mean squared slope, shape (...)."""
        return self.weight / 2 * _squared_slope(score, self._points(real_points, fake_points)).mean(-1)


@final
@dataclass(frozen=True)
class R1(_SlopeAt):
    """The squared slope of the critic at the data.

    .. math:: \\tfrac{\\gamma}{2} E_p |\\nabla f(x)|^2

    Parameters
    ----------
    weight : float
        gamma > 0.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> points = torch.zeros(4, 2)
    >>> float(R1(1.0).penalty(lambda p: 3 * p[..., 0], points, points, torch.zeros(4, 1)))
    4.5

    Reference: mescheder2018
    """

    def _points(self, real_points: Tensor, fake_points: Tensor) -> Tensor:
        return real_points


@final
@dataclass(frozen=True)
class R2(_SlopeAt):
    """The squared slope of the critic at the generated points.

    .. math:: \\tfrac{\\gamma}{2} E_q |\\nabla f(x)|^2

    Parameters
    ----------
    weight : float
        gamma > 0.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> points = torch.zeros(4, 2)
    >>> float(R2(2.0).penalty(lambda p: 3 * p[..., 0], points, points, torch.zeros(4, 1)))
    9.0

    Reference: mescheder2018
    """

    def _points(self, real_points: Tensor, fake_points: Tensor) -> Tensor:
        return fake_points


def _squared_slope(score: Score, points: Tensor) -> Tensor:
    """Each point's own squared gradient norm, (..., B).

    At a leaf that wants a gradient, which is how :func:`~dualgap.duals.critic_loss.critic_gradient` asks for speed, plain
    autograd shares the forward pass; elsewhere the transform can itself be transformed.
    """
    if points.requires_grad and points.is_leaf:
        (slope,) = torch.autograd.grad(score(points).sum(), points, create_graph=True)
    else:
        slope = torch.func.grad(lambda at: score(at).sum())(points)
    return (slope**2).sum(-1)


def _between(real_points: Tensor, fake_points: Tensor, mix: Tensor) -> Tensor:
    """The points between pairs; a leaf where the real ones are."""
    points = torch.lerp(real_points, fake_points, mix)
    return points.detach().requires_grad_() if real_points.requires_grad and real_points.is_leaf else points


def _parts(one: Regulariser) -> tuple[Regulariser, ...]:
    return one.parts if isinstance(one, Regularisers) else (one,)
