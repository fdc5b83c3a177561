"""Unrolled descent."""

from __future__ import annotations

from typing import ClassVar, final

import torch
from torch import Tensor

from dualgap.games.game import Game
from dualgap.games.methods.method import Draw, Method, State, StepSize, moved, no_sample, update_method
from dualgap.games.methods.scaling import Identity, Scaling, init_both, require_scalings, scale_both
from dualgap.validation import count, real

__all__ = ["Unrolled"]


@final
@update_method
class Unrolled(Method):
    """x descends on its loss after y's next K steps, differentiated through.

    .. math:: x' = x - \\eta_x \\nabla_x \\big[\\ell_x(x, y_K(x, y))\\big], \\qquad
              y_{k+1} = y_k - s \\nabla_y \\ell_y(x, y_k), \\qquad y' = y - \\eta_y \\nabla_y \\ell_y(x, y)

    On ``xy`` the flow has the eigenvalues :math:`Ks \\pm \\sqrt{K^2 s^2 - 1}`: unrolling damps the rotation.

    Parameters
    ----------
    step : float or (...) tensor
        The size of both players' steps, positive; or ``step_x`` and ``step_y``.
    unroll : int
        K.
    inner_step : float
        s, positive.
    scaling : Scaling
        Of the two outer steps; the steps that are differentiated through are plain. Or ``scaling_x`` and ``scaling_y``.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> dg.predict_rate(dg.games.bilinear([[1.0]]), dg.methods.Unrolled(step=0.1, unroll=5, inner_step=0.1)) < 1
    True

    Reference: metz2017
    """

    second_order: ClassVar[bool] = True
    differentiates_steps: ClassVar[bool] = True

    step_x: StepSize
    step_y: StepSize
    unroll: int
    inner_step: float
    scaling_x: Scaling = Identity()
    scaling_y: Scaling = Identity()

    def __post_init__(self) -> None:
        require_scalings(self.scaling_x, self.scaling_y)
        count(self.unroll, "unroll")
        real(self.inner_step, "inner_step", above=0)

    def gradient_calls(self, game: Game) -> int:
        """One of each player; each unrolled step takes a gradient and a product with the Jacobian."""
        return 2 + 3 * self.unroll

    def init(self, game: Game, x: Tensor, y: Tensor, draw: Draw = no_sample) -> State:
        """The memory of the scaling."""
        return init_both((self.scaling_x, self.scaling_y), game, x, y)

    def step(self, game: Game, x: Tensor, y: Tensor, state: State, draw: Draw) -> tuple[Tensor, Tensor, State]:
        """The look through y's answers for x, a plain step for y."""
        sample = draw()

        def after_answers(own: Tensor) -> Tensor:
            answer = y
            for _ in range(self.unroll):
                answer = game.project_y(answer - self.inner_step * game.grad_y(own, answer, sample))
            return game.loss_x(own, answer, sample).sum()

        field = torch.func.grad(after_answers)(x), game.grad_y(x, y, sample)
        along, state = scale_both((self.scaling_x, self.scaling_y), field, state)
        return *moved(game, (x, y), along, (self.step_x, self.step_y)), state
