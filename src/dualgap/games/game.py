"""Two players, each a flat vector, and the vector field of their own gradients."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, final

import torch
from torch import Tensor

from dualgap.errors import InvalidInput
from dualgap.games.sets import FreeSpace, StrategySet
from dualgap.games.streams import Streams
from dualgap.validation import count

__all__ = ["Game", "Payoff", "ZeroSum"]


class Game(ABC):
    """A differentiable game: ``x`` minimises ``loss_x`` and ``y`` minimises ``loss_y``.

    Each player is a tensor (..., n): the last axis is the player, the leading axes are independent copies
    (starting points, step sizes, seeds). A loss has the shape (...) of the copies, so that the gradient of its
    sum is every copy's own gradient, exactly.

    Attributes
    ----------
    sizes : pair of int
        The lengths n and m of the two players' vectors.
    equilibrium : pair of (n,) and (m,) float64 tensors, or None
        A known equilibrium.
    sets : pair of StrategySet
        What x and y are taken from; all of R^n and R^m unless the game says otherwise.
    """

    sizes: tuple[int, int]
    equilibrium: tuple[Tensor, Tensor] | None = None
    sets: tuple[StrategySet, StrategySet] = (FreeSpace(), FreeSpace())

    @abstractmethod
    def loss_x(self, x: Tensor, y: Tensor, sample: Any) -> Tensor:
        """What x minimises, shape (...)."""

    @abstractmethod
    def loss_y(self, x: Tensor, y: Tensor, sample: Any) -> Tensor:
        """What y minimises, shape (...)."""

    def draw(self, streams: Streams) -> Any:
        """The next sample; None where the game is deterministic."""
        return None

    def project_x(self, x: Tensor) -> Tensor:
        """The nearest strategy in x's set. Methods call it after every update."""
        return self.sets[0].project(x)

    def project_y(self, y: Tensor) -> Tensor:
        """The nearest strategy in y's set."""
        return self.sets[1].project(y)

    def grad_x(self, x: Tensor, y: Tensor, sample: Any = None) -> Tensor:
        """The gradient of ``loss_x`` with respect to x, (..., n); can itself be differentiated."""
        return _gradients(lambda x: self.loss_x(x, y, sample).sum(), x)[0]

    def grad_y(self, x: Tensor, y: Tensor, sample: Any = None) -> Tensor:
        """The gradient of ``loss_y`` with respect to y, (..., m); can itself be differentiated."""
        return _gradients(lambda y: self.loss_y(x, y, sample).sum(), y)[0]

    def field(self, x: Tensor, y: Tensor, sample: Any = None) -> tuple[Tensor, Tensor]:
        """Both players' own gradients: descent follows minus this field.

        .. math:: F(x, y) = (\\nabla_x \\ell_x, \\nabla_y \\ell_y)
        """
        return self.grad_x(x, y, sample), self.grad_y(x, y, sample)


class ZeroSum(Game):
    """One payoff that x minimises and y maximises.

    .. math:: \\min_x \\max_y f(x, y), \\qquad F = (\\nabla_x f, -\\nabla_y f)
    """

    @abstractmethod
    def payoff(self, x: Tensor, y: Tensor, sample: Any) -> Tensor:
        """f, shape (...)."""

    def loss_x(self, x: Tensor, y: Tensor, sample: Any) -> Tensor:
        """The payoff."""
        return self.payoff(x, y, sample)

    def loss_y(self, x: Tensor, y: Tensor, sample: Any) -> Tensor:
        """Minus the payoff."""
        return -self.payoff(x, y, sample)

    def field(self, x: Tensor, y: Tensor, sample: Any = None) -> tuple[Tensor, Tensor]:
        """Both gradients from one evaluation of the payoff."""
        grad_x, grad_y = _gradients(lambda x, y: self.payoff(x, y, sample).sum(), x, y)
        return grad_x, -grad_y


def _gradients(function: Callable[..., Tensor], *players: Tensor) -> tuple[Tensor, ...]:
    """The gradients of a sum of losses: differentiable themselves, unless gradients are switched off around the call.

    Under ``torch.no_grad()`` (the simulation loop) nobody differentiates a step, and plain autograd takes a third of the
    time of a composable transform on a small game.
    """
    if torch.is_grad_enabled():
        return torch.func.grad(function, argnums=tuple(range(len(players))))(*players)
    with torch.enable_grad():
        leaves = [player.detach().requires_grad_() for player in players]
        return torch.autograd.grad(function(*leaves), leaves)


@final
@dataclass(frozen=True, eq=False)
class Payoff(ZeroSum):
    """The zero-sum game of a function of the user's.

    Parameters
    ----------
    function : callable, (..., n) and (..., m) tensors -> (...) tensor
        f, written with torch; it must treat the leading axes as independent copies.
    sizes : pair of int
        n and m.
    equilibrium : pair of tensors, optional
        Where it is known.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> game = dg.games.Payoff(lambda x, y: (x**2 + x * y - y**2).sum(-1), sizes=(1, 1))
    >>> dg.simulate(game, dg.methods.SimultaneousGDA(step=0.1), start=(1.0, 1.0), steps=200, tolerance=1e-6).status.name
    'CONVERGED'
    """

    function: Callable[[Tensor, Tensor], Tensor]
    sizes: tuple[int, int]
    equilibrium: tuple[Tensor, Tensor] | None = None

    def __post_init__(self) -> None:
        if not callable(self.function):
            raise InvalidInput(f"function must be callable, got {type(self.function).__name__}", argument="function")
        if not isinstance(self.sizes, tuple) or len(self.sizes) != 2:
            raise InvalidInput(f"sizes must be a pair of whole numbers, got {self.sizes!r}", argument="sizes")
        for size in self.sizes:
            count(size, "sizes", at_least=0)

    def payoff(self, x: Tensor, y: Tensor, sample: Any) -> Tensor:
        """The function's value."""
        return self.function(x, y)
