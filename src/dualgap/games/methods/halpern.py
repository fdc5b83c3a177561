"""Halpern's iteration over any method."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from torch import Tensor

from dualgap.games.game import Game
from dualgap.games.methods.method import Draw, Method, State, no_sample
from dualgap.games.methods.scaling import joined, part
from dualgap.games.methods.wrapper import Wrapper

__all__ = ["Halpern"]


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Halpern(Wrapper):
    """Every step is drawn back towards the start, less and less.

    .. math:: z_{k+1} = \\frac{1}{k + 2} z_0 + \\frac{k + 1}{k + 2} T(z_k)

    For a step T that is nonexpansive (the proximal point method of a monotone game is)
    :math:`|z_k - T(z_k)| \\le 2 |z_0 - z^*| / (k + 1)`.

    Parameters
    ----------
    method : Method
        T.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> method = dg.methods.Halpern(method=dg.methods.ProximalPoint(step=1.0))
    >>> run = dg.simulate(dg.games.bilinear([[1.0]]), method, start=(1.0, 1.0), steps=100)
    >>> abs(run.x[-1].item()) < 0.05
    True

    Reference: lieder2021
    """

    method: Method

    def init(self, game: Game, x: Tensor, y: Tensor, draw: Draw = no_sample) -> State:
        """The start, the number of steps taken, and the memory of the method."""
        return {
            "start.x": x,
            "start.y": y,
            "taken": x.new_zeros(()),
            **joined(method=self.method.init(game, x, y, draw)),
        }

    def step(self, game: Game, x: Tensor, y: Tensor, state: State, draw: Draw) -> tuple[Tensor, Tensor, State]:
        """The method's step, drawn back."""
        start_x, start_y, taken = state["start.x"], state["start.y"], state["taken"]
        new_x, new_y, inner = self.method.step(game, x, y, part(state, "method"), draw)
        back = 1 / (taken + 2)
        own = {"start.x": start_x, "start.y": start_y, "taken": taken + 1}
        return new_x.lerp(start_x, back), new_y.lerp(start_y, back), {**own, **joined(method=inner)}
