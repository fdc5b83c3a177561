"""Rescaling a gradient by its own history: a component of a method, not a method."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, final

import torch
from torch import Tensor

from dualgap.errors import InvalidInput
from dualgap.games.game import Game
from dualgap.games.methods.method import Pair, State
from dualgap.validation import real

__all__ = [
    "Adam",
    "Identity",
    "Momentum",
    "RMSProp",
    "Scaling",
    "init_both",
    "joined",
    "part",
    "require_scalings",
    "scale_both",
]


class Scaling(ABC):
    """Turns a gradient into the direction that is subtracted."""

    #: Whether every coordinate has a scale of its own. The projected step along such a direction stands still at the
    #: equilibria on a box, but not at those on a simplex, whose normals are no multiples of the axes.
    coordinatewise: ClassVar[bool] = False

    @abstractmethod
    def init(self, player: Tensor) -> State:
        """What it remembers before the first gradient."""

    @abstractmethod
    def direction(self, gradient: Tensor, state: State) -> tuple[Tensor, State]:
        """The direction, and the memory with this gradient in it."""


@final
@dataclass(frozen=True)
class Identity(Scaling):
    """The gradient itself.

    Examples
    --------
    >>> Identity().init(torch.zeros(2))
    {}
    """

    def init(self, player: Tensor) -> State:
        """Nothing."""
        return {}

    def direction(self, gradient: Tensor, state: State) -> tuple[Tensor, State]:
        """The gradient."""
        return gradient, state


@final
@dataclass(frozen=True)
class Adam(Scaling):
    """The mean gradient over the root of the mean square, both by exponential averages corrected for their start.

    .. math:: m_t = \\beta_1 m_{t-1} + (1 - \\beta_1) g_t, \\quad v_t = \\beta_2 v_{t-1} + (1 - \\beta_2) g_t^2, \\quad
              d_t = \\frac{m_t / (1 - \\beta_1^t)}{\\sqrt{v_t / (1 - \\beta_2^t)} + \\epsilon}

    Parameters
    ----------
    beta1, beta2 : float
        In [0, 1).
    epsilon : float
        Positive.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> method = dg.methods.AlternatingGDA(step=1e-3, scaling=dg.methods.Adam(beta1=0.5))

    Reference: kingma2015
    """

    coordinatewise: ClassVar[bool] = True

    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        real(self.beta1, "beta1", at_least=0, below=1)
        real(self.beta2, "beta2", at_least=0, below=1)
        real(self.epsilon, "epsilon", above=0)

    def init(self, player: Tensor) -> State:
        """Both averages 0, no gradient seen."""
        return {
            "first": torch.zeros_like(player),
            "second": torch.zeros_like(player),
            "seen": player.new_zeros(()),
        }

    def direction(self, gradient: Tensor, state: State) -> tuple[Tensor, State]:
        """d_t, and the averages with this gradient in them."""
        seen = state["seen"] + 1
        second = torch.lerp(gradient**2, state["second"], self.beta2)
        scale = (second / (1 - self.beta2**seen)).sqrt() + self.epsilon
        if self.beta1 == 0:  # the same numbers, without the passes over the memory
            return gradient / scale, {"first": gradient, "second": second, "seen": seen}
        first = torch.lerp(gradient, state["first"], self.beta1)
        return first / (1 - self.beta1**seen) / scale, {"first": first, "second": second, "seen": seen}


@final
@dataclass(frozen=True)
class RMSProp(Scaling):
    """The gradient over the root of its mean square, an exponential average that starts at 0.

    .. math:: v_t = \\beta v_{t-1} + (1 - \\beta) g_t^2, \\qquad d_t = \\frac{g_t}{\\sqrt{v_t} + \\epsilon}

    Without Adam's correction of the start the first direction is :math:`1/\\sqrt{1 - \\beta}` long in every coordinate.

    Parameters
    ----------
    beta : float
        In [0, 1).
    epsilon : float
        Positive.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> scaling = RMSProp(beta=0.75)
    >>> scaling.direction(torch.tensor([3.0, -5.0]), scaling.init(torch.zeros(2)))[0].tolist()
    [2.0, -2.0]

    Reference: tieleman2012
    """

    coordinatewise: ClassVar[bool] = True

    beta: float = 0.99
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        real(self.beta, "beta", at_least=0, below=1)
        real(self.epsilon, "epsilon", above=0)

    def init(self, player: Tensor) -> State:
        """The average 0."""
        return {"second": torch.zeros_like(player)}

    def direction(self, gradient: Tensor, state: State) -> tuple[Tensor, State]:
        """d_t, and the average with this gradient in it."""
        second = torch.lerp(gradient**2, state["second"], self.beta)
        return gradient / (second.sqrt() + self.epsilon), {"second": second}


@final
@dataclass(frozen=True)
class Momentum(Scaling):
    """The sum of the gradients with fading weights: the heavy ball.

    .. math:: m_t = \\beta m_{t-1} + g_t, \\qquad x_{t+1} = x_t - \\eta m_t = x_t - \\eta g_t + \\beta (x_t - x_{t-1})

    Negative momentum makes alternating descent-ascent converge on ``xy``; positive momentum makes it diverge.

    Parameters
    ----------
    beta : float
        In (-1, 1).

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> method = dg.methods.AlternatingGDA(step=0.5, scaling=dg.methods.Momentum(beta=-0.5))
    >>> dg.predict_rate(dg.games.bilinear([[1.0]]), method) < 1
    True

    Reference: gidel2019
    """

    beta: float

    def __post_init__(self) -> None:
        real(self.beta, "beta", above=-1, below=1)

    def init(self, player: Tensor) -> State:
        """No gradient yet."""
        return {"momentum": torch.zeros_like(player)}

    def direction(self, gradient: Tensor, state: State) -> tuple[Tensor, State]:
        """m_t."""
        momentum = self.beta * state["momentum"] + gradient
        return momentum, {"momentum": momentum}


def part(state: State, player: str) -> State:
    """One player's memory."""
    prefix = player + "."
    return {name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)}


def joined(**parts: State) -> State:
    """The memory of both players, the names prefixed."""
    return {f"{player}.{name}": value for player, memory in parts.items() for name, value in memory.items()}


def scale_both(scalings: tuple[Scaling, Scaling], field: Pair, state: State) -> tuple[Pair, State]:
    """Both players' directions, and the memory of both."""
    along_x, memory_x = scalings[0].direction(field[0], part(state, "x"))
    along_y, memory_y = scalings[1].direction(field[1], part(state, "y"))
    return (along_x, along_y), joined(x=memory_x, y=memory_y)


def init_both(scalings: tuple[Scaling, Scaling], game: Game, x: Tensor, y: Tensor) -> State:
    """The memory of both players before the first gradient.

    Raises
    ------
    InvalidInput
        When a scaling has no place on a player's set.
    """
    for one, allowed, player in zip(scalings, game.sets, "xy", strict=True):
        if one.coordinatewise and not allowed.solid:
            raise InvalidInput(
                f"scaling_{player} must not rescale coordinates of a strategy from {allowed}, where the projected steps "
                f"of {type(one).__name__} would not stand still at an equilibrium; leave it out",
                argument=f"scaling_{player}",
            )
    return joined(x=scalings[0].init(x), y=scalings[1].init(y))


def require_scalings(*scalings: Any) -> None:
    """Refuse what is no scaling, a class that was not called among them."""
    for one in scalings:
        if not isinstance(one, Scaling):
            raise InvalidInput(
                f"scaling must be a scaling such as dg.methods.Adam(beta1=0.5), got {one!r}", argument="scaling"
            )
