"""Consensus optimisation."""

from __future__ import annotations

from typing import ClassVar, final

from torch import Tensor

from dualgap.games.game import Game
from dualgap.games.methods.method import Draw, Method, State, StepSize, halves, moved, no_sample, update_method
from dualgap.games.methods.scaling import Identity, Scaling, init_both, require_scalings, scale_both
from dualgap.validation import real

__all__ = ["ConsensusOptimization"]


@final
@update_method
class ConsensusOptimization(Method):
    """Descent on each player's loss and on the size of the field.

    .. math:: z' = z - \\eta (F + \\gamma J^\\top F), \\qquad J^\\top F = \\nabla \\tfrac12 |F|^2

    It also attracts to points that are no equilibria, a strict maximum of a potential among them, once gamma exceeds one
    over the curvature there.

    Parameters
    ----------
    step : float or (...) tensor
        The size of both players' steps, positive; or ``step_x`` and ``step_y``.
    weight : float
        gamma, at least 0.
    scaling : Scaling
        Of the direction as a whole. Or ``scaling_x`` and ``scaling_y``.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> dg.predict_rate(dg.games.bilinear([[1.0]]), dg.methods.ConsensusOptimization(step=0.1, weight=1.0)) < 1
    True

    Reference: mescheder2017
    """

    second_order: ClassVar[bool] = True
    projects: ClassVar[bool] = False

    step_x: StepSize
    step_y: StepSize
    weight: float
    scaling_x: Scaling = Identity()
    scaling_y: Scaling = Identity()

    def __post_init__(self) -> None:
        real(self.weight, "weight", at_least=0)
        require_scalings(self.scaling_x, self.scaling_y)

    def gradient_calls(self, game: Game) -> int:
        """The field, and a product with its Jacobian."""
        return 4

    def init(self, game: Game, x: Tensor, y: Tensor, draw: Draw = no_sample) -> State:
        """The memory of the scaling."""
        return {**super().init(game, x, y, draw), **init_both((self.scaling_x, self.scaling_y), game, x, y)}

    def step(self, game: Game, x: Tensor, y: Tensor, state: State, draw: Draw) -> tuple[Tensor, Tensor, State]:
        """A step along the field plus its pull back."""
        field, pullback = game.field_and_pullback(x, y, draw())
        direction = halves(field + self.weight * pullback(field), x)
        along, state = scale_both((self.scaling_x, self.scaling_y), direction, state)
        return *moved(game, (x, y), along, (self.step_x, self.step_y)), state
