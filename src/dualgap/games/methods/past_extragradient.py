"""The past-extragradient method."""

from __future__ import annotations

from typing import final

from torch import Tensor

from dualgap.games.game import Game
from dualgap.games.methods.method import Draw, Method, State, StepSize, no_sample, sized, update_method

__all__ = ["PastExtraGradient"]


@final
@update_method
class PastExtraGradient(Method):
    """Extragradient that looks ahead along the field it found last time: one gradient a step.

    .. math:: \\bar z_t = z_t - \\eta F(\\bar z_{t-1}), \\qquad z_{t+1} = z_t - \\eta F(\\bar z_t)

    Without constraints the points :math:`\\bar z_t` are those of :class:`OptimisticGDA`; with projections they are not.

    Parameters
    ----------
    step : float or (...) tensor
        The size of both players' steps, positive; or ``step_x`` and ``step_y``.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> 0.9 < dg.predict_rate(dg.games.bilinear([[1.0]]), dg.methods.PastExtraGradient(step=0.3)) < 1
    True

    Reference: popov1980
    """

    step_x: StepSize
    step_y: StepSize

    def gradient_calls(self, game: Game) -> int:
        """One of each player."""
        return 2

    def init(self, game: Game, x: Tensor, y: Tensor, draw: Draw = no_sample) -> State:
        """The field at the start, as the one found last."""
        past_x, past_y = game.field(x, y, draw())
        return {"past.x": past_x, "past.y": past_y}

    def step(self, game: Game, x: Tensor, y: Tensor, state: State, draw: Draw) -> tuple[Tensor, Tensor, State]:
        """The look ahead along the past field, then the step."""
        size_x, size_y = sized(self.step_x, x), sized(self.step_y, y)
        ahead_x = game.project_x(x - size_x * state["past.x"])
        ahead_y = game.project_y(y - size_y * state["past.y"])
        grad_x, grad_y = game.field(ahead_x, ahead_y, draw())
        new_x, new_y = game.project_x(x - size_x * grad_x), game.project_y(y - size_y * grad_y)
        return new_x, new_y, {"past.x": grad_x, "past.y": grad_y}
