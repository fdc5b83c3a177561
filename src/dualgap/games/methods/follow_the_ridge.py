"""Follow the ridge."""

from __future__ import annotations

from typing import ClassVar, final

import torch
from torch import Tensor

from dualgap.errors import InvalidInput
from dualgap.games.derivatives import field_and_jacobian
from dualgap.games.game import Game
from dualgap.games.methods.method import Draw, Method, State, StepSize, sized, update_method

__all__ = ["FollowTheRidge"]


@final
@update_method
class FollowTheRidge(Method):
    """Descent for x, ascent for y, and a correction that keeps y on its ridge while x moves.

    .. math:: x' = x - \\eta_x F_x, \\qquad y' = y - \\eta_y F_y + \\eta_x J_{yy}^{-1} J_{yx} F_x

    Its only attracting points are local minimax points. The eigenvalues of its step there are :math:`1 - \\eta_x \\cdot`
    those of the Schur complement and :math:`1 + \\eta_y \\cdot` those of :math:`\\nabla_{yy} f`, which must be invertible.

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
    >>> game = dg.games.quadratic([[-0.25]], [[0.6]], [[1.0]])
    >>> round(dg.predict_rate(game, dg.methods.FollowTheRidge(step=0.5)), 12)
    0.945

    Reference: wang2020
    """

    second_order: ClassVar[bool] = True
    projects: ClassVar[bool] = False

    step_x: StepSize
    step_y: StepSize

    def gradient_calls(self, game: Game) -> int:
        """The field, and its Jacobian row by row."""
        return 2 + 2 * sum(game.sizes)

    def step(self, game: Game, x: Tensor, y: Tensor, state: State, draw: Draw) -> tuple[Tensor, Tensor, State]:
        """The two steps and the correction."""
        field, jacobian = field_and_jacobian(game, x, y, draw())
        n = x.shape[-1]
        move_x = sized(self.step_x, x) * field[..., :n]
        along_ridge = jacobian[..., n:, :n] @ move_x[..., None]
        try:
            correction = torch.linalg.solve(jacobian[..., n:, n:], along_ridge)[..., 0]
        except torch.linalg.LinAlgError:  # type: ignore[attr-defined]
            raise InvalidInput(
                "game must have an invertible second derivative of y's loss in y for FollowTheRidge: it is singular here, and "
                "y has no ridge to keep to",
                argument="game",
            ) from None
        new_y = y - sized(self.step_y, y) * field[..., n:] + correction
        return game.project_x(x - move_x), game.project_y(new_y), state
