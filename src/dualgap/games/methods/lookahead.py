"""Lookahead over any method."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from torch import Tensor

from dualgap.games.game import Game
from dualgap.games.methods.method import Draw, Method, State, no_sample
from dualgap.games.methods.wrapper import Wrapper
from dualgap.validation import count, real

__all__ = ["Lookahead"]


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Lookahead(Wrapper):
    """Several steps of a method, then back part of the way.

    .. math:: z' = z + \\alpha (z_k - z), \\qquad z_k \\text{ being } k \\text{ steps of the method from } z

    An eigenvalue mu of the method becomes :math:`1 - \\alpha + \\alpha \\mu^k`. Over alternating descent on ``xy`` that damps
    the rotation, except where k steps are a whole turn.

    Parameters
    ----------
    method : Method
    period : int
        k.
    alpha : float
        In (0, 1].

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> method = dg.methods.Lookahead(method=dg.methods.AlternatingGDA(step=0.5), period=5, alpha=0.5)
    >>> dg.predict_rate(dg.games.bilinear([[1.0]]), method) < 1
    True

    Reference: chavdarova2021
    """

    method: Method
    period: int
    alpha: float

    def __post_init__(self) -> None:
        super().__post_init__()
        count(self.period, "period")
        real(self.alpha, "alpha", above=0, at_most=1)

    @property
    def draws(self) -> int:
        """Those of k steps of the method."""
        return self.period * self.method.draws

    def gradient_calls(self, game: Game) -> int:
        """Those of k steps of the method."""
        return self.period * self.method.gradient_calls(game)

    def init(self, game: Game, x: Tensor, y: Tensor, draw: Draw = no_sample) -> State:
        """The memory of the method."""
        return self.method.init(game, x, y, draw)

    def step(self, game: Game, x: Tensor, y: Tensor, state: State, draw: Draw) -> tuple[Tensor, Tensor, State]:
        """The steps ahead and the way back."""
        ahead_x, ahead_y = x, y
        for _ in range(self.period):
            ahead_x, ahead_y, state = self.method.step(game, ahead_x, ahead_y, state, draw)
        return x.lerp(ahead_x, self.alpha), y.lerp(ahead_y, self.alpha), state
