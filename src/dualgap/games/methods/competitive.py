"""Competitive gradient descent."""

from __future__ import annotations

from typing import ClassVar, final

import torch
from torch import Tensor

from dualgap.games.derivatives import field_and_jacobian
from dualgap.games.game import Game
from dualgap.games.methods.method import Draw, Method, State, StepSize, both_sizes, update_method

__all__ = ["CompetitiveGradientDescent"]


@final
@update_method
class CompetitiveGradientDescent(Method):
    """Both players step to the Nash equilibrium of the local bilinear game, with the steps as regularisers.

    .. math:: (I + \\eta J_{\\mathrm{off}}) \\, \\Delta = -\\eta F, \\qquad z' = z + \\Delta

    with J_off the blocks of the Jacobian in which one player's coordinates differentiate the other's gradient. On a
    bilinear game it is the proximal point method.

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
    >>> game, sized = dg.games.bilinear([[1.0]]), {"step": 0.5}
    >>> competitive = dg.predict_rate(game, dg.methods.CompetitiveGradientDescent(**sized))
    >>> abs(competitive - dg.predict_rate(game, dg.methods.ProximalPoint(**sized))) < 1e-12
    True

    Reference: schafer2019
    """

    second_order: ClassVar[bool] = True
    projects: ClassVar[bool] = False

    step_x: StepSize
    step_y: StepSize

    def gradient_calls(self, game: Game) -> int:
        """The field, and its Jacobian row by row."""
        return 2 + 2 * sum(game.sizes)

    def step(self, game: Game, x: Tensor, y: Tensor, state: State, draw: Draw) -> tuple[Tensor, Tensor, State]:
        """The solution of the local game."""
        field, jacobian = field_and_jacobian(game, x, y, draw())
        n, m = x.shape[-1], y.shape[-1]
        owner = torch.arange(n + m, device=x.device) < n
        sizes = both_sizes(self.step_x, self.step_y, x, y)
        across = jacobian * (owner[:, None] != owner[None, :])
        system = torch.eye(n + m, dtype=x.dtype, device=x.device) + sizes[..., None] * across
        change = torch.linalg.solve(system, -(sizes * field)[..., None])[..., 0]
        return game.project_x(x + change[..., :n]), game.project_y(y + change[..., n:]), state
