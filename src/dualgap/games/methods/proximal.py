"""The proximal point method."""

from __future__ import annotations

from typing import Literal, final

import torch
from torch import Tensor

from dualgap.games.derivatives import field_and_jacobian, value_and_jacobian
from dualgap.games.game import Game
from dualgap.games.methods.method import Draw, Method, Pair, State, StepSize, both_sizes, halves, moved, update_method
from dualgap.validation import choice, count

__all__ = ["ProximalPoint"]


@final
@update_method
class ProximalPoint(Method):
    """The implicit step: along the field at the point it leads to.

    .. math:: z' = P(z - \\eta F(z'))

    with P the projection onto the sets, solved from z by Newton's method (its semismooth form where there are sets) or by
    iterating the right side, which converges for :math:`\\eta L < 1` and takes gradients only. On ``xy`` the norm shrinks by
    :math:`1/\\sqrt{1 + \\eta^2}` at every step size. An eigenvalue lambda of the flow is attracting when
    :math:`|1 + \\eta \\lambda| > 1`, so that a large step can attract to a repeller.

    Parameters
    ----------
    step : float or (...) tensor
        The size of both players' steps, positive; or ``step_x`` and ``step_y``.
    inner : "newton" or "fixed point"
        How the equation is solved.
    inner_steps : int
        Of that iteration; one Newton step is exact where the field is linear and free of sets, and one step of the fixed
        point is extragradient without its look ahead, two are extragradient.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> round(dg.predict_rate(dg.games.bilinear([[1.0]]), dg.methods.ProximalPoint(step=0.75)), 12)
    0.8

    Reference: rockafellar1976
    """

    step_x: StepSize
    step_y: StepSize
    inner: Literal["newton", "fixed point"] = "newton"
    inner_steps: int = 5

    def __post_init__(self) -> None:
        choice(self.inner, "inner", ("newton", "fixed point"))
        count(self.inner_steps, "inner_steps")

    @property
    def second_order(self) -> bool:
        """Whether the inner solve is Newton's."""
        return self.inner == "newton"

    def gradient_calls(self, game: Game) -> int:
        """Each inner step takes the field, and Newton's also its Jacobian row by row."""
        return self.inner_steps * (2 + (2 * sum(game.sizes) if self.second_order else 0))

    def step(self, game: Game, x: Tensor, y: Tensor, state: State, draw: Draw) -> tuple[Tensor, Tensor, State]:
        """The inner iterates towards the implicit point, all at one sample."""
        sample, sizes = draw(), (self.step_x, self.step_y)
        if self.inner == "newton":
            return *self._newton(game, (x, y), sample), state
        at = x, y
        for _ in range(self.inner_steps):
            at = moved(game, (x, y), game.field(*at, sample), sizes)
        return *at, state

    def _newton(self, game: Game, start: Pair, sample: object) -> Pair:
        """Newton's iterates on the residual z' - P(z - eta F(z')), brought back into the sets."""
        sizes = both_sizes(self.step_x, self.step_y, *start)
        at = origin = torch.cat(start, -1)
        unit = torch.eye(at.shape[-1], dtype=at.dtype, device=at.device)

        def project(point: Tensor) -> Tensor:
            x, y = halves(point, start[0])
            return torch.cat([game.project_x(x), game.project_y(y)], -1)

        for _ in range(self.inner_steps):
            field, jacobian = field_and_jacobian(game, *halves(at, start[0]), sample)
            image, projection = value_and_jacobian(project, origin - sizes * field)
            system = unit + projection @ (sizes[..., None] * jacobian)
            # singular where the implicit point does not exist: the iterate is not finite then, as any that diverges
            at = at - torch.linalg.solve_ex(system, (at - image)[..., None]).result[..., 0]
        return halves(project(at), start[0])
