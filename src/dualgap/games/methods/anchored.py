"""Anchored extragradient methods: the fastest known last iterates of monotone games."""

from __future__ import annotations

from typing import Literal, final

import torch
from torch import Tensor

from dualgap.errors import InvalidInput
from dualgap.games.game import Game
from dualgap.games.methods.method import Draw, Method, State, StepSize, no_sample, sized, update_method
from dualgap.validation import choice, real

__all__ = ["AnchoredExtraGradient"]


@final
@update_method
class AnchoredExtraGradient(Method):
    """Extragradient with a pull towards the start that fades as one over the number of steps.

    .. math:: \\bar z = z_k + \\beta_k (z_0 - z_k) - c_k \\eta_k F(z_k), \\qquad
              z_{k+1} = z_k + \\beta_k (z_0 - z_k) - \\eta_k F(\\bar z)

    With L the Lipschitz constant of a monotone field and D the distance of the start from a solution, the schedules are

    - ``"constant"`` (EAG-C): :math:`\\beta_k = 1/(k+2)`, :math:`c_k = 1`, and
      :math:`|F(z_k)|^2 \\le 260 L^2 D^2 / (k+1)^2` at :math:`\\eta = 1/(8L)`;
    - ``"varying"`` (EAG-V): the same with steps that shrink to a positive limit, from :math:`\\eta_0 < 3/(4L)`,

      .. math:: \\eta_{k+1} = \\eta_k \\Big(1 - \\frac{1}{(k+1)(k+3)} \\frac{\\eta_k^2 L^2}{1 - \\eta_k^2 L^2}\\Big),

      and :math:`|F(z_k)|^2 \\le 27 L^2 D^2 / ((k+1)(k+2))` at :math:`\\eta_0 = 0.618/L`;
    - ``"fast"`` (FEG): :math:`\\beta_k = 1/(k+1)`, :math:`c_k = 1 - \\beta_k`, and
      :math:`|F(z_k)|^2 \\le 4 L^2 D^2 / k^2` at :math:`\\eta = 1/L`.

    Parameters
    ----------
    step : float or (...) tensor
        eta, the size of both players' steps, positive; or ``step_x`` and ``step_y``. The first size of the varying schedule.
    schedule : "constant", "varying" or "fast"
    lipschitz : float, optional
        L, positive; for the varying schedule, which needs it.
    sample : "independent" or "same"
        Whether the second field of a stochastic game is taken at a fresh sample or at the first one's.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> method = dg.methods.AnchoredExtraGradient(step=1.0, schedule="fast")
    >>> run = dg.simulate(dg.games.bilinear([[1.0]]), method, start=(1.0, 1.0), steps=100)
    >>> float(run.x[-1] ** 2 + run.y[-1] ** 2) <= 4 * 2 / 100**2
    True

    Reference: yoon2021, lee2021
    """

    step_x: StepSize
    step_y: StepSize
    schedule: Literal["constant", "varying", "fast"] = "constant"
    lipschitz: float | None = None
    sample: Literal["independent", "same"] = "independent"

    def __post_init__(self) -> None:
        choice(self.schedule, "schedule", ("constant", "varying", "fast"))
        choice(self.sample, "sample", ("independent", "same"))
        if (self.lipschitz is not None) != (self.schedule == "varying"):
            raise InvalidInput(
                "lipschitz must be given for the schedule 'varying', whose steps depend on it, and for no other",
                argument="lipschitz",
            )
        if self.lipschitz is not None:
            limit = 3 / (4 * real(self.lipschitz, "lipschitz", above=0))
            largest = max(float(torch.as_tensor(size).max()) for size in (self.step_x, self.step_y))
            if largest >= limit:
                raise InvalidInput(
                    f"step must be below 3/(4 lipschitz) = {limit:g} for the schedule 'varying', got {largest:g}",
                    argument="step",
                )

    @property
    def draws(self) -> int:
        """Two, or one for both gradients."""
        return 2 if self.sample == "independent" else 1

    def gradient_calls(self, game: Game) -> int:
        """Two of each player."""
        return 4

    def init(self, game: Game, x: Tensor, y: Tensor, draw: Draw = no_sample) -> State:
        """The start, the number of steps taken, and the sizes of the next step where they vary."""
        memory = {"start.x": x, "start.y": y, "taken": x.new_zeros(())}
        if self.schedule == "varying":
            memory["size.x"] = torch.as_tensor(sized(self.step_x, x), dtype=x.dtype, device=x.device)
            memory["size.y"] = torch.as_tensor(sized(self.step_y, y), dtype=y.dtype, device=y.device)
        return memory

    def step(self, game: Game, x: Tensor, y: Tensor, state: State, draw: Draw) -> tuple[Tensor, Tensor, State]:
        """The anchored look ahead, then the anchored step."""
        varying, fast, taken = self.schedule == "varying", self.schedule == "fast", state["taken"]
        size_x = state["size.x"] if varying else sized(self.step_x, x)
        size_y = state["size.y"] if varying else sized(self.step_y, y)
        pull = 1 / (taken + (1 if fast else 2))
        share = 1 - pull if fast else 1
        back_x, back_y = x.lerp(state["start.x"], pull), y.lerp(state["start.y"], pull)
        sample = draw()
        grad_x, grad_y = game.field(x, y, sample)
        ahead_x = game.project_x(back_x - share * size_x * grad_x)
        ahead_y = game.project_y(back_y - share * size_y * grad_y)
        grad_x, grad_y = game.field(ahead_x, ahead_y, sample if self.sample == "same" else draw())
        new_x, new_y = game.project_x(back_x - size_x * grad_x), game.project_y(back_y - size_y * grad_y)
        memory = {**state, "taken": taken + 1}
        if self.lipschitz is not None:
            for name in ("size.x", "size.y"):
                square = (state[name] * self.lipschitz) ** 2
                memory[name] = state[name] * (1 - square / (1 - square) / ((taken + 1) * (taken + 3)))
        return new_x, new_y, memory
