"""The past-extragradient method."""

from __future__ import annotations

from typing import final

from torch import Tensor

from dualgap.games.game import Game
from dualgap.games.methods.method import Draw, Method, State, StepSize, either, moved, no_sample, update_method
from dualgap.games.methods.scaling import Identity, Scaling, init_both, require_scalings, scale_both

__all__ = ["PastExtraGradient"]


@final
@update_method
class PastExtraGradient(Method):
    """Extragradient that looks ahead along the field it found last time: one gradient a step.

    .. math:: \\bar z_t = z_t - \\gamma F(\\bar z_{t-1}), \\qquad z_{t+1} = z_t - \\eta F(\\bar z_t), \\qquad
              F(\\bar z_{-1}) := F(z_0)

    with :math:`\\gamma = \\eta` unless it is given; then, without constraints, the points :math:`\\bar z_t`
    are those of :class:`OptimisticGDA`; with projections they are not.

    Parameters
    ----------
    step : float or (...) tensor
        eta, the size of both players' steps, positive; or ``step_x`` and ``step_y``.
    extrapolation : float or (...) tensor, optional
        gamma, the size of the look ahead, positive; or ``extrapolation_x`` and ``extrapolation_y``. That of the step when
        omitted.
    scaling : Scaling
        Of the gradient that is found and kept; or ``scaling_x`` and ``scaling_y``.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> 0.9 < dg.predict_rate(dg.games.bilinear([[1.0]]), dg.methods.PastExtraGradient(step=0.3)) < 1
    True

    Reference: popov1980
    """

    step_x: StepSize
    step_y: StepSize
    extrapolation_x: StepSize | None = None
    extrapolation_y: StepSize | None = None
    scaling_x: Scaling = Identity()
    scaling_y: Scaling = Identity()

    def __post_init__(self) -> None:
        require_scalings(self.scaling_x, self.scaling_y)

    def gradient_calls(self, game: Game) -> int:
        """One of each player."""
        return 2

    def init(self, game: Game, x: Tensor, y: Tensor, draw: Draw = no_sample) -> State:
        """The direction at the start, as the one found last, and the memory of the scaling without it."""
        scalings = self.scaling_x, self.scaling_y
        memory = init_both(scalings, game, x, y)
        (past_x, past_y), _ = scale_both(scalings, game.field(x, y, draw()), memory)
        return {"past.x": past_x, "past.y": past_y, **memory}

    def step(self, game: Game, x: Tensor, y: Tensor, state: State, draw: Draw) -> tuple[Tensor, Tensor, State]:
        """The look ahead along the past field, then the step."""
        look = either(self.extrapolation_x, self.step_x), either(self.extrapolation_y, self.step_y)
        ahead = moved(game, (x, y), (state["past.x"], state["past.y"]), look)
        along, memory = scale_both((self.scaling_x, self.scaling_y), game.field(*ahead, draw()), state)
        players = moved(game, (x, y), along, (self.step_x, self.step_y))
        return *players, {"past.x": along[0], "past.y": along[1], **memory}
