"""Two players, each a flat vector, and the vector field of their own gradients."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, final

import torch
from torch import Tensor

from dualgap.errors import InvalidInput
from dualgap.games.constants import Constants
from dualgap.games.sets import FreeSpace, StrategySet
from dualgap.games.streams import Streams
from dualgap.validation import as_array, count

__all__ = ["Game", "Payoff", "ZeroSum", "strategies"]


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
    constants : Constants or None
        How fast the field changes on the sets, where it is known.
    affine : bool
        Whether the field is an affine function of (x, y), the same at every call. It is what allows
        :func:`~dualgap.simulate` to take powers of a matrix instead of steps, once it has seen that the method's step is
        affine too.
    """

    sizes: tuple[int, int]
    equilibrium: tuple[Tensor, Tensor] | None = None
    sets: tuple[StrategySet, StrategySet] = (FreeSpace(), FreeSpace())
    constants: Constants | None = None
    affine: bool = False

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
        return _gradients(lambda x: _total(self.loss_x(x, y, sample)), x)[0]

    def grad_y(self, x: Tensor, y: Tensor, sample: Any = None) -> Tensor:
        """The gradient of ``loss_y`` with respect to y, (..., m); can itself be differentiated."""
        return _gradients(lambda y: _total(self.loss_y(x, y, sample)), y)[0]

    def field(self, x: Tensor, y: Tensor, sample: Any = None) -> tuple[Tensor, Tensor]:
        """Both players' own gradients: descent follows minus this field.

        .. math:: F(x, y) = (\\nabla_x \\ell_x, \\nabla_y \\ell_y)
        """
        return self.grad_x(x, y, sample), self.grad_y(x, y, sample)

    def field_and_pullback(self, x: Tensor, y: Tensor, sample: Any = None) -> tuple[Tensor, Callable[[Tensor], Tensor]]:
        """The field as one vector (..., n + m), and the function v -> J'v with J its Jacobian."""

        def flat(z: Tensor) -> Tensor:
            return torch.cat(self.field(z[..., : x.shape[-1]], z[..., x.shape[-1] :], sample), -1)

        value, pullback, *_ = torch.func.vjp(flat, torch.cat([x, y], -1))
        return value, lambda vector: pullback(vector)[0]

    def jacobian_product(self, x: Tensor, y: Tensor, sample: Any, vector: Tensor) -> Tensor:
        """J v for a vector (..., n + m): the transpose of the map u -> J'u, both by reverse differentiation."""
        _, pullback = self.field_and_pullback(x, y, sample)
        return torch.func.vjp(pullback, vector)[1](vector)[0]


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
        grad_x, grad_y = _gradients(lambda x, y: _total(self.payoff(x, y, sample)), x, y)
        return grad_x, -grad_y


def strategies(point: Any, sizes: tuple[int, int], name: str) -> tuple[Tensor, Tensor]:
    """A pair of strategies as two float64 vectors; numbers stand for players of one number."""
    if not isinstance(point, tuple | list) or len(point) != 2:
        raise InvalidInput(f"{name} must be a pair (x, y), got {point!r}", argument=name)
    found = []
    for value, size, player in zip(point, sizes, "xy", strict=True):
        vector = torch.as_tensor(as_array(value, name)).to(torch.float64)
        vector = vector.reshape(1) if vector.ndim == 0 else vector
        if tuple(vector.shape) != (size,):
            raise InvalidInput(
                f"{name} must have {player} of shape ({size},), got {tuple(vector.shape)}", argument=name
            )
        found.append(vector)
    return found[0], found[1]


def _total(losses: Any) -> Any:
    return losses.sum() if isinstance(losses, Tensor) else losses


def _loss(function: Callable[..., Tensor], players: tuple[Tensor, ...]) -> Tensor:
    """The sum of the losses, once it is sure that it is one that can be differentiated."""
    value = function(*players)
    if not isinstance(value, Tensor):
        raise InvalidInput(
            f"game must have losses that are torch tensors, got {type(value).__name__}; write them with torch operations",
            argument="game",
        )
    return value


def _gradients(function: Callable[..., Tensor], *players: Tensor) -> tuple[Tensor, ...]:
    """The gradients of a sum of losses: differentiable themselves, unless gradients are switched off around the call.

    Under ``torch.no_grad()`` (the simulation loop) nobody differentiates a step, and plain autograd takes a third of the
    time of a composable transform on a small game.
    """
    if torch.is_grad_enabled():

        def checked(*own: Tensor) -> Tensor:
            return _loss(function, own)

        return torch.func.grad(checked, argnums=tuple(range(len(players))))(*players)
    with torch.enable_grad():
        leaves = tuple(player.detach().requires_grad_() for player in players)
        loss = _loss(function, leaves)
        if not loss.requires_grad:
            raise InvalidInput(
                "game must have losses that depend on the players through torch operations", argument="game"
            )
        found = torch.autograd.grad(loss, leaves, allow_unused=True)
    return tuple(
        torch.zeros_like(one) if gradient is None else gradient for one, gradient in zip(leaves, found, strict=True)
    )


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
            count(size, "sizes")
        if self.equilibrium is not None:
            object.__setattr__(self, "equilibrium", strategies(self.equilibrium, self.sizes, "equilibrium"))

    def payoff(self, x: Tensor, y: Tensor, sample: Any) -> Tensor:
        """The function's value."""
        return self.function(x, y)
