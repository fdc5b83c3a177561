"""The extragradient method."""

from __future__ import annotations

from typing import Literal, final

from torch import Tensor

from dualgap.games.game import Game
from dualgap.games.methods.method import Draw, Method, State, StepSize, either, moved, no_sample, update_method
from dualgap.games.methods.scaling import Identity, Scaling, init_both, require_scalings, scale_both
from dualgap.validation import choice

__all__ = ["ExtraGradient"]


@final
@update_method
class ExtraGradient(Method):
    """Look ahead along the field, then step from where you were along the field found there.

    .. math:: \\bar z = z - \\gamma F(z), \\qquad z' = z - \\eta F(\\bar z)

    with :math:`\\gamma = \\eta` unless it is given. On ``xy`` the norm then shrinks by
    :math:`\\sqrt{1 - \\eta^2 + \\eta^4}` every step for every step size below 1, and by
    :math:`\\sqrt{(1 - \\eta\\gamma)^2 + \\eta^2}` in general.

    Parameters
    ----------
    step : float or (...) tensor
        eta, the size of both players' steps, positive; or ``step_x`` and ``step_y``.
    extrapolation : float or (...) tensor, optional
        gamma, the size of the look ahead, positive; or ``extrapolation_x`` and ``extrapolation_y``. That of the step when
        omitted.
    sample : "independent" or "same"
        Whether the second field of a stochastic game is taken at a fresh sample or at the first one's.
    scaling : Scaling
        Or ``scaling_x`` and ``scaling_y``. The memory is advanced once a step, by the second gradient; the look ahead is
        along the direction that the first gradient would give.

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
    extrapolation_x: StepSize | None = None
    extrapolation_y: StepSize | None = None
    sample: Literal["independent", "same"] = "independent"
    scaling_x: Scaling = Identity()
    scaling_y: Scaling = Identity()

    def __post_init__(self) -> None:
        choice(self.sample, "sample", ("independent", "same"))
        require_scalings(self.scaling_x, self.scaling_y)

    @property
    def draws(self) -> int:
        """Two, or one for both gradients."""
        return 2 if self.sample == "independent" else 1

    def gradient_calls(self, game: Game) -> int:
        """Two of each player."""
        return 4

    def init(self, game: Game, x: Tensor, y: Tensor, draw: Draw = no_sample) -> State:
        """The memory of the scaling."""
        return init_both((self.scaling_x, self.scaling_y), game, x, y)

    def step(self, game: Game, x: Tensor, y: Tensor, state: State, draw: Draw) -> tuple[Tensor, Tensor, State]:
        """The look ahead, then the step."""
        scalings, sample = (self.scaling_x, self.scaling_y), draw()
        look = either(self.extrapolation_x, self.step_x), either(self.extrapolation_y, self.step_y)
        along, _ = scale_both(scalings, game.field(x, y, sample), state)
        ahead = moved(game, (x, y), along, look)
        sample = sample if self.sample == "same" else draw()
        along, state = scale_both(scalings, game.field(*ahead, sample), state)
        return *moved(game, (x, y), along, (self.step_x, self.step_y)), state
