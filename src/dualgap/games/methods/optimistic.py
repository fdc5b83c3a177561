"""Optimistic gradient descent-ascent."""

from __future__ import annotations

from typing import final

import torch
from torch import Tensor

from dualgap.games.game import Game
from dualgap.games.methods.method import Draw, Method, Pair, State, StepSize, moved, no_sample, update_method
from dualgap.games.methods.scaling import Identity, Scaling, init_both, require_scalings, scale_both

__all__ = ["OptimisticGDA", "optimistic_guess"]


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
        Of the guess, as in optimistic Adam; or ``scaling_x`` and ``scaling_y``.

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
    scaling_x: Scaling = Identity()
    scaling_y: Scaling = Identity()

    def __post_init__(self) -> None:
        require_scalings(self.scaling_x, self.scaling_y)

    def gradient_calls(self, game: Game) -> int:
        """One of each player."""
        return 2

    def init(self, game: Game, x: Tensor, y: Tensor, draw: Draw = no_sample) -> State:
        """The field at the start, as the past one, and the memory of the scaling."""
        memory = init_both((self.scaling_x, self.scaling_y), game, x, y)
        past_x, past_y = game.field(x, y, draw())
        return {"past.x": past_x, "past.y": past_y, **memory}

    def step(self, game: Game, x: Tensor, y: Tensor, state: State, draw: Draw) -> tuple[Tensor, Tensor, State]:
        """A step along twice the field less the past one."""
        grad_x, grad_y = game.field(x, y, draw())
        guess = optimistic_guess((grad_x, grad_y), state)
        along, memory = scale_both((self.scaling_x, self.scaling_y), guess, state)
        players = moved(game, (x, y), along, (self.step_x, self.step_y))
        return *players, {"past.x": grad_x, "past.y": grad_y, **memory}


def optimistic_guess(field: Pair, state: State) -> Pair:
    """Twice the field less the past one: the next field, if the change goes on."""
    return torch.lerp(state["past.x"], field[0], 2.0), torch.lerp(state["past.y"], field[1], 2.0)
