"""The primal-dual hybrid gradient method."""

from __future__ import annotations

from typing import Literal, final

from torch import Tensor

from dualgap.games.game import Game
from dualgap.games.methods.method import Draw, Method, State, StepSize, stepped, update_method
from dualgap.validation import choice

__all__ = ["PrimalDualHybridGradient"]


@final
@update_method
class PrimalDualHybridGradient(Method):
    """Alternating steps in which y answers to where x is going.

    .. math:: x' = x - \\eta_x \\nabla_x \\ell_x(x, y), \\qquad y' = y - \\eta_y \\nabla_y \\ell_y(2x' - x, y)

    or the other way round. On ``xy`` the norm shrinks by :math:`\\sqrt{1 - \\eta^2}` for steps below 1, and it is stable up to
    :math:`\\eta^2 = 4/3`.

    Parameters
    ----------
    step : float or (...) tensor
        The size of both players' steps, positive; or ``step_x`` and ``step_y``.
    first : "x" or "y"
        The player that moves first, and is extrapolated.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> round(dg.predict_rate(dg.games.bilinear([[1.0]]), dg.methods.PrimalDualHybridGradient(step=0.6)), 12)
    0.8

    Reference: chambolle2011
    """

    step_x: StepSize
    step_y: StepSize
    first: Literal["x", "y"] = "x"

    def __post_init__(self) -> None:
        choice(self.first, "first", ("x", "y"))

    @property
    def draws(self) -> int:
        """One for each player's gradient."""
        return 2

    @property
    def update_order(self) -> str:
        """As chosen."""
        return f"{self.first} first"

    def gradient_calls(self, game: Game) -> int:
        """One of each player."""
        return 2

    def step(self, game: Game, x: Tensor, y: Tensor, state: State, draw: Draw) -> tuple[Tensor, Tensor, State]:
        """A step of one player, an extrapolation of it, and a step of the other."""
        if self.first == "x":
            new_x = game.project_x(stepped(x, self.step_x, game.grad_x(x, y, draw())))
            new_y = game.project_y(stepped(y, self.step_y, game.grad_y(2 * new_x - x, y, draw())))
        else:
            new_y = game.project_y(stepped(y, self.step_y, game.grad_y(x, y, draw())))
            new_x = game.project_x(stepped(x, self.step_x, game.grad_x(x, 2 * new_y - y, draw())))
        return new_x, new_y, state
