"""Halpern's iteration over any method."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from torch import Tensor

from dualgap.errors import InvalidInput
from dualgap.games.game import Game
from dualgap.games.methods.method import Draw, Method, State, no_sample

__all__ = ["Halpern"]


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Halpern(Method):
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

    def __post_init__(self) -> None:
        if not isinstance(self.method, Method):
            raise InvalidInput(f"method must be an update method, got {type(self.method).__name__}", argument="method")

    @property
    def second_order(self) -> bool:
        """Whether the method is."""
        return self.method.second_order

    def gradient_calls(self, game: Game) -> int:
        """Those of the method."""
        return self.method.gradient_calls(game)

    def init(self, game: Game, x: Tensor, y: Tensor, draw: Draw = no_sample) -> State:
        """The start, the number of steps taken, and the memory of the method."""
        return {"start.x": x, "start.y": y, "taken": x.new_zeros(()), **self.method.init(game, x, y, draw)}

    def step(self, game: Game, x: Tensor, y: Tensor, state: State, draw: Draw) -> tuple[Tensor, Tensor, State]:
        """The method's step, drawn back."""
        own = {name: state[name] for name in ("start.x", "start.y", "taken")}
        inner = {name: value for name, value in state.items() if name not in own}
        new_x, new_y, inner = self.method.step(game, x, y, inner, draw)
        back = 1 / (own["taken"] + 2)
        new_x, new_y = new_x.lerp(own["start.x"], back), new_y.lerp(own["start.y"], back)
        return new_x, new_y, {**own, "taken": own["taken"] + 1, **inner}
