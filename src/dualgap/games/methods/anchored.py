"""Anchored extragradient methods: the fastest known last iterates of monotone games."""

from __future__ import annotations

from typing import Literal, final

from torch import Tensor

from dualgap.games.game import Game
from dualgap.games.methods.method import Draw, Method, State, StepSize, no_sample, sized, update_method
from dualgap.validation import choice

__all__ = ["AnchoredExtraGradient"]


@final
@update_method
class AnchoredExtraGradient(Method):
    """Extragradient with a pull towards the start that fades as one over the number of steps.

    .. math:: \\bar z = z_k + \\beta_k (z_0 - z_k) - c_k \\eta F(z_k), \\qquad
              z_{k+1} = z_k + \\beta_k (z_0 - z_k) - \\eta F(\\bar z)

    The ``"constant"`` schedule has :math:`\\beta_k = 1/(k+2)` and :math:`c_k = 1`; ``"fast"`` has
    :math:`\\beta_k = 1/(k+1)` and :math:`c_k = 1 - \\beta_k`. With L the Lipschitz constant of a monotone field and D the
    distance of the start from a solution, :math:`|F(z_k)|^2 \\le 260 L^2 D^2 / (k+1)^2` for the constant schedule at
    :math:`\\eta = 1/(8L)`, and :math:`|F(z_k)|^2 \\le 4 L^2 D^2 / k^2` for the fast one at :math:`\\eta = 1/L`.

    Parameters
    ----------
    step : float or (...) tensor
        The size of both players' steps, positive; or ``step_x`` and ``step_y``.
    schedule : "constant" or "fast"

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> method = dg.methods.AnchoredExtraGradient(step=1.0, schedule="fast")
    >>> run = dg.simulate(dg.games.bilinear([[1.0]]), method, start=(1.0, 1.0), steps=100)
    >>> float(run.x[-1] ** 2 + run.y[-1] ** 2) <= 4 * 2 / 100**2
    True

    Reference: yoon2021, lee2021
    """

    step_x: StepSize
    step_y: StepSize
    schedule: Literal["constant", "fast"] = "constant"

    def __post_init__(self) -> None:
        choice(self.schedule, "schedule", ("constant", "fast"))

    def gradient_calls(self, game: Game) -> int:
        """Two of each player."""
        return 4

    def init(self, game: Game, x: Tensor, y: Tensor, draw: Draw = no_sample) -> State:
        """The start, and the number of steps taken."""
        return {"start.x": x, "start.y": y, "taken": x.new_zeros(())}

    def step(self, game: Game, x: Tensor, y: Tensor, state: State, draw: Draw) -> tuple[Tensor, Tensor, State]:
        """The anchored look ahead, then the anchored step."""
        size_x, size_y = sized(self.step_x, x), sized(self.step_y, y)
        fast = self.schedule == "fast"
        pull = 1 / (state["taken"] + (1 if fast else 2))
        share = 1 - pull if fast else 1
        back_x, back_y = x.lerp(state["start.x"], pull), y.lerp(state["start.y"], pull)
        grad_x, grad_y = game.field(x, y, draw())
        ahead_x = game.project_x(back_x - share * size_x * grad_x)
        ahead_y = game.project_y(back_y - share * size_y * grad_y)
        grad_x, grad_y = game.field(ahead_x, ahead_y, draw())
        new_x, new_y = game.project_x(back_x - size_x * grad_x), game.project_y(back_y - size_y * grad_y)
        return new_x, new_y, {**state, "taken": state["taken"] + 1}
