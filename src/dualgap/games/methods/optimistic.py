"""Optimistic gradient descent-ascent."""

from __future__ import annotations

from typing import final

from torch import Tensor

from dualgap.games.game import Game
from dualgap.games.methods.method import Draw, Method, State, StepSize, no_sample, sized, update_method
from dualgap.games.methods.scaling import Identity, Scaling, init_both, scale_both

__all__ = ["OptimisticGDA"]


@final
@update_method
class OptimisticGDA(Method):
    """One gradient a step: the last one is used to guess the next.

    .. math:: z_{t+1} = z_t - 2 \\eta F(z_t) + \\eta F(z_{t-1}), \\qquad F(z_{-1}) := F(z_0)

    The first step is plain descent (a past gradient of zero would make it twice too long). On ``xy`` it converges for
    steps below :math:`1/\\sqrt 3`.

    Parameters
    ----------
    step : float or (...) tensor
        The size of both players' steps, positive; or ``step_x`` and ``step_y``.
    scaling : Scaling
        Of the guess, as in optimistic Adam.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> 0.9 < dg.predict_rate(dg.games.bilinear([[1.0]]), dg.methods.OptimisticGDA(step=0.3)) < 1
    True

    Reference: daskalakis2018
    """

    step_x: StepSize
    step_y: StepSize
    scaling: Scaling = Identity()

    def gradient_calls(self, game: Game) -> int:
        """One of each player."""
        return 2

    def init(self, game: Game, x: Tensor, y: Tensor, draw: Draw = no_sample) -> State:
        """The field at the start, as the past one, and the memory of the scaling."""
        past_x, past_y = game.field(x, y, draw())
        return {"past.x": past_x, "past.y": past_y, **init_both(self.scaling, x, y)}

    def step(self, game: Game, x: Tensor, y: Tensor, state: State, draw: Draw) -> tuple[Tensor, Tensor, State]:
        """A step along twice the field less the past one."""
        grad_x, grad_y = game.field(x, y, draw())
        guess_x, guess_y = 2 * grad_x - state["past.x"], 2 * grad_y - state["past.y"]
        along_x, along_y, memory = scale_both(self.scaling, guess_x, guess_y, state)
        new_x, new_y = x - sized(self.step_x, x) * along_x, y - sized(self.step_y, y) * along_y
        return game.project_x(new_x), game.project_y(new_y), {"past.x": grad_x, "past.y": grad_y, **memory}
