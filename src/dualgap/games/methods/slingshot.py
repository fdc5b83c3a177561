"""Descent-ascent with signed steps."""

from __future__ import annotations

from typing import ClassVar, final

from torch import Tensor

from dualgap.games.game import Game
from dualgap.games.methods.method import Draw, Method, State, StepSize, moved, update_method

__all__ = ["Slingshot"]


@final
@update_method
class Slingshot(Method):
    """Pairs of simultaneous steps in which one player and then the other steps against its own interest.

    .. math:: z_{t+1/2} = z_t - (\\eta_x F_x, -\\eta_y F_y)(z_t), \\qquad
              z_{t+1} = z_{t+1/2} - (-\\eta_x F_x, \\eta_y F_y)(z_{t+1/2})

    On ``xy`` a pair is exactly a shrinking by :math:`1 - \\eta^2`: plain descent-ascent converges after all when its
    steps may be negative.

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
    >>> round(dg.predict_rate(dg.games.bilinear([[1.0]]), dg.methods.Slingshot(step=0.5)), 12)
    0.75

    Reference: shugart2025
    """

    projects: ClassVar[bool] = False

    step_x: StepSize
    step_y: StepSize

    def gradient_calls(self, game: Game) -> int:
        """Two of each player."""
        return 4

    @property
    def draws(self) -> int:
        """One for each step of the pair."""
        return 2

    def step(self, game: Game, x: Tensor, y: Tensor, state: State, draw: Draw) -> tuple[Tensor, Tensor, State]:
        """The pair of signed steps."""
        for sign in (1, -1):
            x, y = moved(game, (x, y), game.field(x, y, draw()), (sign * self.step_x, -sign * self.step_y))
        return x, y, state
