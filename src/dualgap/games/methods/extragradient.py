"""The extragradient method."""

from __future__ import annotations

from typing import Literal, final

from torch import Tensor

from dualgap.games.game import Game
from dualgap.games.methods.method import Draw, Method, State, StepSize, no_sample, sized, update_method
from dualgap.games.methods.scaling import Identity, Scaling, init_both, scale_both
from dualgap.validation import choice

__all__ = ["ExtraGradient"]


@final
@update_method
class ExtraGradient(Method):
    """Look ahead along the field, then step from where you were along the field found there.

    .. math:: \\bar z = z - \\eta F(z), \\qquad z' = z - \\eta F(\\bar z)

    On ``xy`` the norm shrinks by :math:`\\sqrt{1 - \\eta^2 + \\eta^4}` every step for every step size below 1.

    Parameters
    ----------
    step : float or (...) tensor
        The size of both players' steps, positive; or ``step_x`` and ``step_y``.
    sample : "independent" or "same"
        Whether the second field of a stochastic game is taken at a fresh sample or at the first one's.
    scaling : Scaling
        Its memory is advanced once a step, by the second gradient.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> dg.predict_rate(dg.games.bilinear([[1.0]]), dg.methods.ExtraGradient(step=0.3))  # doctest: +ELLIPSIS
    0.958175...

    Reference: korpelevich1976
    """

    step_x: StepSize
    step_y: StepSize
    sample: Literal["independent", "same"] = "independent"
    scaling: Scaling = Identity()

    def __post_init__(self) -> None:
        choice(self.sample, "sample", ("independent", "same"))

    def gradient_calls(self, game: Game) -> int:
        """Two of each player."""
        return 4

    def init(self, game: Game, x: Tensor, y: Tensor, draw: Draw = no_sample) -> State:
        """The memory of the scaling."""
        return init_both(self.scaling, x, y)

    def step(self, game: Game, x: Tensor, y: Tensor, state: State, draw: Draw) -> tuple[Tensor, Tensor, State]:
        """The look ahead, then the step."""
        size_x, size_y = sized(self.step_x, x), sized(self.step_y, y)
        sample = draw()
        along_x, along_y, _ = scale_both(self.scaling, *game.field(x, y, sample), state)
        ahead_x, ahead_y = game.project_x(x - size_x * along_x), game.project_y(y - size_y * along_y)
        sample = sample if self.sample == "same" else draw()
        along_x, along_y, state = scale_both(self.scaling, *game.field(ahead_x, ahead_y, sample), state)
        return game.project_x(x - size_x * along_x), game.project_y(y - size_y * along_y), state
