"""The proximal point method."""

from __future__ import annotations

from typing import ClassVar, final

import torch
from torch import Tensor

from dualgap.games.derivatives import field_and_jacobian
from dualgap.games.game import Game
from dualgap.games.methods.method import Draw, Method, State, StepSize, both_sizes, update_method
from dualgap.validation import count

__all__ = ["ProximalPoint"]


@final
@update_method
class ProximalPoint(Method):
    """The implicit step: along the field at the point it leads to.

    .. math:: z' = z - \\eta F(z')

    solved by Newton's method from z. On ``xy`` the norm shrinks by :math:`1/\\sqrt{1 + \\eta^2}` at every step size. An
    eigenvalue lambda of the flow is attracting when :math:`|1 + \\eta \\lambda| > 1`, so that a large step can attract
    to a repeller.

    Parameters
    ----------
    step : float or (...) tensor
        The size of both players' steps, positive; or ``step_x`` and ``step_y``.
    inner_steps : int
        Newton steps; one is exact where the field is linear.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> round(dg.predict_rate(dg.games.bilinear([[1.0]]), dg.methods.ProximalPoint(step=0.75)), 12)
    0.8

    Reference: rockafellar1976
    """

    second_order: ClassVar[bool] = True

    step_x: StepSize
    step_y: StepSize
    inner_steps: int = 5

    def __post_init__(self) -> None:
        count(self.inner_steps, "inner_steps")

    def gradient_calls(self, game: Game) -> int:
        """Each Newton step takes the field, and its Jacobian row by row."""
        return self.inner_steps * (2 + 2 * sum(game.sizes))

    def step(self, game: Game, x: Tensor, y: Tensor, state: State, draw: Draw) -> tuple[Tensor, Tensor, State]:
        """Newton's iterates towards the implicit point."""
        n, sample = x.shape[-1], draw()
        start = torch.cat([x, y], -1)
        sizes = both_sizes(self.step_x, self.step_y, x, y)
        unit, at = torch.eye(start.shape[-1], dtype=x.dtype, device=x.device), start
        for _ in range(self.inner_steps):
            field, jacobian = field_and_jacobian(game, at[..., :n], at[..., n:], sample)
            missing = at - start + sizes * field
            at = at - torch.linalg.solve(unit + sizes[..., None] * jacobian, missing[..., None])[..., 0]
        return game.project_x(at[..., :n]), game.project_y(at[..., n:]), state
