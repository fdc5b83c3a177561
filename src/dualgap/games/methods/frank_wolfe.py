"""The Frank-Wolfe method of a game, of which fictitious play is one schedule."""

from __future__ import annotations

from typing import Literal, final

from torch import Tensor

from dualgap.errors import InvalidInput
from dualgap.games.game import Game
from dualgap.games.methods.method import Draw, Method, State, StepSize, no_sample, sized, update_method
from dualgap.validation import choice

__all__ = ["FrankWolfe"]


@final
@update_method
class FrankWolfe(Method):
    """Part of the way to the best reply to the linearised loss: no projection.

    .. math:: s_t \\in \\arg\\min_{s \\in K} \\langle F(z_t), s \\rangle, \\qquad z_{t+1} = z_t + \\gamma_t (s_t - z_t)

    With :math:`\\gamma_t = 1/(t + 2)`, t counted from 0, a matrix game is played by fictitious play: z is the mean of the start
    and of all best replies so far. :math:`\\langle F(z_t), z_t - s_t \\rangle` is the duality gap of a bilinear game, and
    at least that of a convex-concave one.

    Parameters
    ----------
    schedule : "fictitious play" or "classic"
        :math:`\\gamma_t = 1/(t + 2)` or :math:`2/(t + 2)`; the second forgets the start.
    step : float or (...) tensor in (0, 1], optional
        A constant gamma in place of the schedule, for both players; or ``step_x`` and ``step_y``.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> game = dg.games.matrix_game([[1.0, -1.0], [-1.0, 1.0]])
    >>> run = dg.simulate(game, dg.methods.FrankWolfe(), start=([1.0, 0.0], [1.0, 0.0]), steps=3)
    >>> [round(weight, 3) for weight in run.x[:, 0].tolist()]
    [1.0, 0.5, 0.333, 0.25]

    Reference: gidel2017
    """

    step_x: StepSize | None = None
    step_y: StepSize | None = None
    schedule: Literal["fictitious play", "classic"] = "fictitious play"

    def __post_init__(self) -> None:
        choice(self.schedule, "schedule", ("fictitious play", "classic"))
        if (self.step_x is None) != (self.step_y is None):
            raise InvalidInput("step must be given for both players or for none", argument="step")
        for size in (self.step_x, self.step_y):
            largest = 0.0 if size is None else float(size.max()) if isinstance(size, Tensor) else size
            if largest > 1:
                raise InvalidInput(
                    f"step must be at most 1, the whole way to the reply, got {largest:g}", argument="step"
                )

    def gradient_calls(self, game: Game) -> int:
        """One of each player."""
        return 2

    def init(self, game: Game, x: Tensor, y: Tensor, draw: Draw = no_sample) -> State:
        """The number of steps taken, where the schedule asks for it."""
        game.sets[0].lowest(x)
        game.sets[1].lowest(y)
        return {"taken": x.new_zeros(())} if self.step_x is None else {}

    def step(self, game: Game, x: Tensor, y: Tensor, state: State, draw: Draw) -> tuple[Tensor, Tensor, State]:
        """Both players' steps towards their replies."""
        grad_x, grad_y = game.field(x, y, draw())
        toward_x, toward_y = game.sets[0].lowest(grad_x) - x, game.sets[1].lowest(grad_y) - y
        if self.step_x is not None and self.step_y is not None:
            return x + sized(self.step_x, x) * toward_x, y + sized(self.step_y, y) * toward_y, state
        share = (2 if self.schedule == "classic" else 1) / (state["taken"] + 2)
        return x + share * toward_x, y + share * toward_y, {"taken": state["taken"] + 1}
