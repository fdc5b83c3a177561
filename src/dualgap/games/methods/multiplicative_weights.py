"""Multiplicative weights."""

from __future__ import annotations

from typing import final

from torch import Tensor

from dualgap.errors import InvalidInput
from dualgap.games.game import Game
from dualgap.games.methods.method import Draw, Method, State, StepSize, no_sample, update_method
from dualgap.games.methods.mirror_prox import mirrored
from dualgap.games.methods.optimistic import optimistic_guess
from dualgap.games.sets import Simplex

__all__ = ["MultiplicativeWeights"]


@final
@update_method
class MultiplicativeWeights(Method):
    """Both players reweight their moves by the exponentials of minus the losses, at the same time.

    .. math:: x_i' \\propto x_i e^{-\\eta_x g_i}, \\qquad g = \\nabla_x \\ell_x(x, y) \\quad \\text{(and y likewise)}

    Towards an interior equilibrium of a zero-sum game the relative entropy rises at every step: the weights spiral to the
    boundary, while their time averages converge. The optimistic form takes :math:`g_t := 2 g_t - g_{t-1}`, with
    :math:`g_{-1} := g_0`, and the weights themselves converge for small steps. A weight of zero stays zero.

    Parameters
    ----------
    step : float or (...) tensor
        The size of both players' steps, positive; or ``step_x`` and ``step_y``.
    optimistic : bool

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> game = dg.games.matrix_game([[1.0, -1.0], [-1.0, 1.0]])
    >>> dg.predict_rate(game, dg.methods.MultiplicativeWeights(step=0.1)) > 1
    True
    >>> dg.predict_rate(game, dg.methods.MultiplicativeWeights(step=0.1, optimistic=True)) < 1
    True

    Reference: bailey2018, daskalakis2019
    """

    step_x: StepSize
    step_y: StepSize
    optimistic: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.optimistic, bool):
            raise InvalidInput(f"optimistic must be True or False, got {self.optimistic!r}", argument="optimistic")

    def gradient_calls(self, game: Game) -> int:
        """One of each player."""
        return 2

    def init(self, game: Game, x: Tensor, y: Tensor, draw: Draw = no_sample) -> State:
        """Nothing, or the field at the start as the past one."""
        for one, player in zip(game.sets, "xy", strict=True):
            if not isinstance(one, Simplex):
                raise InvalidInput(
                    f"game must have two simplices for MultiplicativeWeights, {player} is taken from {one}; "
                    "dg.methods.MirrorProx takes each set in its own geometry",
                    argument="game",
                )
        if not self.optimistic:
            return {}
        past_x, past_y = game.field(x, y, draw())
        return {"past.x": past_x, "past.y": past_y}

    def step(self, game: Game, x: Tensor, y: Tensor, state: State, draw: Draw) -> tuple[Tensor, Tensor, State]:
        """Both players' weights, from one field."""
        field = game.field(x, y, draw())
        along = optimistic_guess(field, state) if self.optimistic else field
        memory = {"past.x": field[0], "past.y": field[1]} if self.optimistic else state
        return *mirrored(game, (x, y), along, (self.step_x, self.step_y)), memory
