"""The differential equation that a method follows to second order in its step: by differentiating its own step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, final

import torch
from torch import Tensor

from dualgap.errors import InvalidInput
from dualgap.games.affine import rescaled
from dualgap.games.game import Game
from dualgap.games.methods.method import Method, no_sample
from dualgap.games.sets import FreeSpace

__all__ = ["ModifiedEquation"]

#: A step of size zero moves by nothing at all, and a memory at rest by the rounding of a solve.
STANDSTILL = 1e-9


@final
class ModifiedEquation:
    """The equation whose flow agrees with a method to one order more than the limit of small steps.

    With :math:`\\Phi_h(z, s)` one step from the players z and the memory s, all step sizes multiplied by h, the memory
    settles on a slave of the players, :math:`s = S_0(z) + h S_1(z) + O(h^2)`, and

    .. math:: \\Phi_h(z, S_h(z)) = z + h \\varphi_1(z) + h^2 \\varphi_2(z) + O(h^3), \\qquad
              \\dot z = \\tfrac1\\eta \\big(\\varphi_1 + \\varphi_2 - \\tfrac12 D\\varphi_1 \\, \\varphi_1\\big)

    at h = 1, when a step takes the time :math:`\\eta`, the step size of x. For simultaneous descent-ascent that is
    :math:`-F - \\tfrac\\eta2 J F`, for extragradient, optimistic and proximal steps :math:`-F + \\tfrac\\eta2 J F`. No formula of
    any method enters: ``torch`` differentiates ``method.step`` in its step size.

    Parameters
    ----------
    game : Game
        Deterministic.
    method : Method
    order : 1 or 2
        1 leaves out the correction: the flow that small steps tend to.

    Raises
    ------
    InvalidInput
        For a method that moves at a step size of zero or whose memory does not settle (it counts steps, as Adam and
        anchored methods do), and one that projects: the limit of a projection is no smooth equation.

    Examples
    --------
    >>> import dualgap as dg
    >>> equation = ModifiedEquation(dg.games.bilinear([[1.0]]), dg.methods.SimultaneousGDA(step=0.2), order=2)
    >>> [round(float(v), 12) for v in equation(torch.tensor([1.0, 0.0], dtype=torch.float64))]  # -F - 0.1 JF, JF = -z
    [0.1, 1.0]

    Reference: lu2022, rosca2021
    """

    def __init__(self, game: Game, method: Method, *, order: int = 2) -> None:
        self._game, self._method, self._order = _Unprojected(game), method, order
        self._n = game.sizes[0]
        self._size = _first_size(method)
        self._widths: list[int] | None = None
        self._names: list[str] = []

    def __call__(self, z: Tensor) -> Tensor:
        """The velocity at both players z, (..., n + m)."""
        z = z.detach()
        with torch.enable_grad():
            if self._widths is None:
                self._examine(z)
            velocity = self._first(z)
            if self._order == 2:
                velocity = velocity + self._second(z) - _along(self._first, z, velocity) / 2
        return (velocity / self._unit(z)).detach()

    def at_rest(self, z: Tensor) -> dict[str, Tensor]:
        """The memory that settles while the players stand still at z, to start the method from.

        A method that starts with another one (a heavy ball starts with none) is shifted by a multiple of its step while
        its memory settles, and follows the equation from there.
        """
        with torch.enable_grad():
            if self._widths is None:
                self._examine(z.detach())
            pieces = self._slave(z.detach()).detach().split(self._widths or [], -1) if self._names else ()
        return dict(zip(self._names, pieces, strict=True))

    def _unit(self, z: Tensor) -> Any:
        return self._size.to(z)[..., None] if isinstance(self._size, Tensor) and self._size.ndim else self._size

    def _step(self, factor: Tensor, z: Tensor, memory: Tensor) -> Tensor:
        """Both players and the memory, (..., k), after a step of so many times its size."""
        pieces = memory.split(self._widths or [], -1) if self._names else ()
        state = dict(zip(self._names, pieces, strict=True))
        method = rescaled(self._method, factor)
        x, y, new = method.step(self._game, z[..., : self._n], z[..., self._n :], state, no_sample)
        return torch.cat([x, y, *(new[name] for name in self._names)], -1)

    def _growth(self, factor: Tensor, z: Tensor, memory: Tensor) -> tuple[Tensor, Tensor]:
        """The derivatives of a step in its size: of the players and of the memory."""
        found = _along(lambda h: self._step(h, z, memory), factor, torch.ones_like(factor))
        return found[..., : z.shape[-1]], found[..., z.shape[-1] :]

    def _first(self, z: Tensor) -> Tensor:
        """phi_1."""
        return self._growth(z.new_zeros(()), z, self._slave(z))[0]

    def _second(self, z: Tensor) -> Tensor:
        """phi_2: of the step itself, and through the memory."""
        zero, memory = z.new_zeros(()), self._slave(z)
        own = _along(lambda h: self._growth(h, z, memory)[0], zero, torch.ones_like(zero)) / 2
        if not self._names:
            return own
        along, growing = self._growth(zero, z, memory)
        lag = self._settled(z, growing - _along(self._slave, z, along))
        return own + _along(lambda s: self._growth(zero, z, s)[0], memory, lag)

    def _slave(self, z: Tensor) -> Tensor:
        """S_0: the memory at rest while the players stand still."""
        if not self._names:
            return z[..., :0]
        return self._settled(z, self._rest(z, z.new_zeros(*z.shape[:-1], sum(self._widths or []))))

    def _rest(self, z: Tensor, memory: Tensor) -> Tensor:
        return self._step(z.new_zeros(()), z, memory)[..., z.shape[-1] :]

    def _settled(self, z: Tensor, forcing: Tensor) -> Tensor:
        """The s with s = K s + forcing, K being how a step at size zero changes the memory."""
        memory = torch.zeros_like(forcing)
        basis = torch.eye(forcing.shape[-1], dtype=z.dtype, device=z.device)
        columns = [_along(lambda s: self._rest(z, s), memory, one.expand_as(memory)) for one in basis]
        return torch.linalg.solve(basis - torch.stack(columns, -1), forcing[..., None])[..., 0]

    def _examine(self, z: Tensor) -> None:
        """Refuse a method that has no such equation."""
        name = type(self._method).__name__
        state = self._method.init(self._game, z[..., : self._n], z[..., self._n :])
        if any(one.shape[:-1] != z.shape[:-1] or one.ndim != z.ndim for one in state.values()):
            raise InvalidInput(
                f"method must remember nothing but vectors of the players to have a modified equation, {name} counts steps",
                argument="method",
            )
        self._names = sorted(state)
        self._widths = [state[one].shape[-1] for one in self._names]
        memory, restless = z[..., :0], False
        if self._names:
            try:
                memory = self._slave(z)
                change = (self._rest(z, memory) - memory).abs().max()
                restless = not bool(change <= STANDSTILL * (1 + memory.abs().max()))
            except torch.linalg.LinAlgError:  # type: ignore[attr-defined]
                restless = True
        if restless:
            raise InvalidInput(
                f"method must have a memory that settles while the players stand still, that of {name} does not",
                argument="method",
            )
        if not torch.equal(self._step(z.new_zeros(()), z, memory)[..., : z.shape[-1]], z):
            raise InvalidInput(
                f"method must stand still at a step size of zero to have a modified equation, {name} moves",
                argument="method",
            )


class _Unprojected(Game):
    """A game of which nothing may be projected."""

    def __init__(self, game: Game) -> None:
        self._game = game
        self.sizes, self.sets, self.equilibrium = game.sizes, game.sets, game.equilibrium

    def loss_x(self, x: Tensor, y: Tensor, sample: Any) -> Tensor:
        return self._game.loss_x(x, y, sample)

    def loss_y(self, x: Tensor, y: Tensor, sample: Any) -> Tensor:
        return self._game.loss_y(x, y, sample)

    def grad_x(self, x: Tensor, y: Tensor, sample: Any = None) -> Tensor:
        return self._game.grad_x(x, y, sample)

    def grad_y(self, x: Tensor, y: Tensor, sample: Any = None) -> Tensor:
        return self._game.grad_y(x, y, sample)

    def field(self, x: Tensor, y: Tensor, sample: Any = None) -> tuple[Tensor, Tensor]:
        return self._game.field(x, y, sample)

    def project_x(self, x: Tensor) -> Tensor:
        return self._free(x, 0)

    def project_y(self, y: Tensor) -> Tensor:
        return self._free(y, 1)

    def _free(self, player: Tensor, which: int) -> Tensor:
        if not isinstance(self.sets[which], FreeSpace):
            raise InvalidInput(
                f"game must have free players for a method that projects, {'xy'[which]} is taken from {self.sets[which]}: a "
                "projection has no modified equation",
                argument="game",
            )
        return player


def _along(function: Callable[[Tensor], Tensor], point: Tensor, direction: Tensor) -> Tensor:
    """The derivative of a function along a direction; can itself be differentiated, in all that enters.

    The transpose of the map u -> J'u, both by reverse differentiation: for the small functions here a tenth of the time of
    nested forward differentiation.
    """
    inside = point if point.requires_grad else point.detach().requires_grad_()
    value = function(inside)
    weights = torch.zeros_like(value, requires_grad=True)
    if not value.requires_grad:
        return torch.zeros_like(value)
    options: dict[str, Any] = {"create_graph": True, "allow_unused": True, "materialize_grads": True}
    (pulled,) = torch.autograd.grad(value, inside, weights, **options)
    if not pulled.requires_grad:
        return torch.zeros_like(value)
    return torch.autograd.grad(pulled, weights, direction, **options)[0]


def _first_size(method: Method) -> Any:
    """The step size of x, of the method or of the one that it wraps."""
    while getattr(method, "step_x", None) is None:
        inner = getattr(method, "method", None)
        if not isinstance(inner, Method):
            raise InvalidInput(
                f"method must have a step size to have a modified equation, {type(method).__name__} has none",
                argument="method",
            )
        method = inner
    return method.step_x  # type: ignore[attr-defined]
