"""Symplectic gradient adjustment."""

from __future__ import annotations

from typing import ClassVar, final

from torch import Tensor

from dualgap.games.game import Game
from dualgap.games.methods.method import Draw, Method, State, StepSize, halves, moved, update_method
from dualgap.validation import real

__all__ = ["SymplecticGradientAdjustment"]


@final
@update_method
class SymplecticGradientAdjustment(Method):
    """The field, adjusted by the rotating part of its Jacobian.

    .. math:: z' = z - \\eta (F + \\lambda A^\\top F), \\qquad A = \\tfrac12 (J - J^\\top)

    On a bilinear game it is :class:`ConsensusOptimization`; unlike that, it does not attract to the maxima of a potential
    (A = 0 there).

    Parameters
    ----------
    step : float or (...) tensor
        The size of both players' steps, positive; or ``step_x`` and ``step_y``.
    weight : float
        lambda, at least 0.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> dg.predict_rate(dg.games.bilinear([[1.0]]), dg.methods.SymplecticGradientAdjustment(step=0.1, weight=1.0)) < 1
    True

    Reference: balduzzi2018
    """

    second_order: ClassVar[bool] = True
    projects: ClassVar[bool] = False

    step_x: StepSize
    step_y: StepSize
    weight: float

    def __post_init__(self) -> None:
        real(self.weight, "weight", at_least=0)

    def gradient_calls(self, game: Game) -> int:
        """The field, and a product with its Jacobian and with the transpose."""
        return 6

    def step(self, game: Game, x: Tensor, y: Tensor, state: State, draw: Draw) -> tuple[Tensor, Tensor, State]:
        """A step along the adjusted field."""
        sample = draw()
        field, pullback = game.field_and_pullback(x, y, sample)
        turned = pullback(field) - game.jacobian_product(x, y, sample, field)
        along = field + self.weight / 2 * turned
        return *moved(game, (x, y), halves(along, x), (self.step_x, self.step_y)), state
