"""Simultaneous gradient descent-ascent."""

from __future__ import annotations

from typing import final

from torch import Tensor

from dualgap.games.game import Game
from dualgap.games.methods.method import Draw, Method, State, StepSize, moved, no_sample, update_method
from dualgap.games.methods.scaling import Identity, Scaling, init_both, require_scalings, scale_both

__all__ = ["SimultaneousGDA"]


@final
@update_method
class SimultaneousGDA(Method):
    """Both players step along their own gradients, taken at the same pair.

    .. math:: x' = x - \\eta_x \\nabla_x \\ell_x(x, y), \\qquad y' = y - \\eta_y \\nabla_y \\ell_y(x, y)

    On ``xy`` the norm grows by :math:`\\sqrt{1 + \\eta^2}` every step: it diverges at every step size.

    Parameters
    ----------
    step : float or (...) tensor
        The size of both players' steps, positive; or ``step_x`` and ``step_y``.
    scaling : Scaling
        The gradient itself by default; :class:`Adam` for training, :class:`Momentum` for the heavy ball. Or ``scaling_x`` and
        ``scaling_y``.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> run = dg.simulate(dg.games.bilinear([[1.0]]), dg.methods.SimultaneousGDA(step=0.1), start=(1.0, 0.0), steps=1)
    >>> run.x[-1].tolist(), run.y[-1].tolist()
    ([1.0], [0.1])

    Reference: zhang2020
    """

    step_x: StepSize
    step_y: StepSize
    scaling_x: Scaling = Identity()
    scaling_y: Scaling = Identity()

    def __post_init__(self) -> None:
        require_scalings(self.scaling_x, self.scaling_y)

    def gradient_calls(self, game: Game) -> int:
        """One of each player."""
        return 2

    def init(self, game: Game, x: Tensor, y: Tensor, draw: Draw = no_sample) -> State:
        """The memory of the scaling."""
        return init_both((self.scaling_x, self.scaling_y), game, x, y)

    def step(self, game: Game, x: Tensor, y: Tensor, state: State, draw: Draw) -> tuple[Tensor, Tensor, State]:
        """Both steps from one field."""
        along, state = scale_both((self.scaling_x, self.scaling_y), game.field(x, y, draw()), state)
        return *moved(game, (x, y), along, (self.step_x, self.step_y)), state
