"""Alternating gradient descent-ascent."""

from __future__ import annotations

from typing import Literal, final

from torch import Tensor

from dualgap.games.game import Game
from dualgap.games.methods.method import Draw, Method, State, StepSize, no_sample, stepped, update_method
from dualgap.games.methods.scaling import Identity, Scaling, init_both, joined, part, require_scalings
from dualgap.validation import choice, count

__all__ = ["AlternatingGDA"]


@final
@update_method
class AlternatingGDA(Method):
    """One player steps, then the other answers to where the first now is.

    .. math:: x' = x - \\eta_x \\nabla_x \\ell_x(x, y), \\qquad y' = y - \\eta_y \\nabla_y \\ell_y(x', y)

    On ``xy`` the quantity :math:`x^2 + y^2 - \\eta x y` is conserved: the path stays on an ellipse for every
    step below 2. The basic algorithm of a GAN is this method with ``first="y"`` and k steps of y.

    Parameters
    ----------
    step : float or (...) tensor
        The size of both players' steps, positive; or ``step_x`` and ``step_y``.
    first : "x" or "y"
        The player that moves first.
    steps_x, steps_y : int
        How many steps each player takes before the other moves; each draws a sample of its own.
    scaling : Scaling
        Or ``scaling_x`` and ``scaling_y``. With :class:`Momentum` of a negative weight it converges on ``xy``.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> method = dg.methods.AlternatingGDA(step=0.5)
    >>> run = dg.simulate(dg.games.bilinear([[1.0]]), method, start=(1.0, 0.0), steps=1000)
    >>> x, y = run.x[-1].item(), run.y[-1].item()
    >>> round(x**2 + y**2 - 0.5 * x * y, 12)
    1.0

    Reference: bailey2020
    """

    step_x: StepSize
    step_y: StepSize
    first: Literal["x", "y"] = "x"
    steps_x: int = 1
    steps_y: int = 1
    scaling_x: Scaling = Identity()
    scaling_y: Scaling = Identity()

    def __post_init__(self) -> None:
        choice(self.first, "first", ("x", "y"))
        count(self.steps_x, "steps_x")
        count(self.steps_y, "steps_y")
        require_scalings(self.scaling_x, self.scaling_y)

    @property
    def draws(self) -> int:
        """One for each player's step."""
        return self.steps_x + self.steps_y

    @property
    def update_order(self) -> str:
        """As chosen."""
        return f"{self.first} first"

    def gradient_calls(self, game: Game) -> int:
        """One for each player's step."""
        return self.steps_x + self.steps_y

    def init(self, game: Game, x: Tensor, y: Tensor, draw: Draw = no_sample) -> State:
        """The memory of the scaling."""
        return init_both((self.scaling_x, self.scaling_y), game, x, y)

    def step(self, game: Game, x: Tensor, y: Tensor, state: State, draw: Draw) -> tuple[Tensor, Tensor, State]:
        """One player's steps, then the other's."""
        memory_x, memory_y = part(state, "x"), part(state, "y")
        for player in ("x", "y") if self.first == "x" else ("y", "x"):
            if player == "x":
                for _ in range(self.steps_x):
                    along, memory_x = self.scaling_x.direction(game.grad_x(x, y, draw()), memory_x)
                    x = game.project_x(stepped(x, self.step_x, along))
            else:
                for _ in range(self.steps_y):
                    along, memory_y = self.scaling_y.direction(game.grad_y(x, y, draw()), memory_y)
                    y = game.project_y(stepped(y, self.step_y, along))
        return x, y, joined(x=memory_x, y=memory_y)
