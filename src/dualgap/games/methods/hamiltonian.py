"""Hamiltonian descent."""

from __future__ import annotations

from typing import ClassVar, final

from torch import Tensor

from dualgap.games.game import Game
from dualgap.games.methods.method import Draw, Method, State, StepSize, halves, moved, update_method

__all__ = ["HamiltonianDescent"]


@final
@update_method
class HamiltonianDescent(Method):
    """Descent on the size of the field alone.

    .. math:: z' = z - \\eta J^\\top F = z - \\eta \\nabla \\tfrac12 |F|^2

    It converges to critical points of any kind, equilibria or not.

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
    >>> round(dg.predict_rate(dg.games.bilinear([[1.0]]), dg.methods.HamiltonianDescent(step=0.25)), 12)
    0.75

    Reference: abernethy2021
    """

    second_order: ClassVar[bool] = True
    projects: ClassVar[bool] = False

    step_x: StepSize
    step_y: StepSize

    def gradient_calls(self, game: Game) -> int:
        """The field, and a product with its Jacobian."""
        return 4

    def step(self, game: Game, x: Tensor, y: Tensor, state: State, draw: Draw) -> tuple[Tensor, Tensor, State]:
        """A step along the pull back of the field."""
        field, pullback = game.field_and_pullback(x, y, draw())
        along = pullback(field)
        return *moved(game, (x, y), halves(along, x), (self.step_x, self.step_y)), state
