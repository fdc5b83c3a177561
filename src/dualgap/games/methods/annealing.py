"""A step that is held, and then let fade."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, final

import torch
from torch import Tensor

from dualgap.games.methods.method import State
from dualgap.games.methods.scaling import Identity, Scaling, joined, part, require_scalings
from dualgap.validation import count, real

__all__ = ["Annealed"]

IDENTITY = Identity()


@final
@dataclass(frozen=True, kw_only=True)
class Annealed(Scaling):
    """The direction of another scaling, times a factor that is 1 at first and falls to its end along half a cosine.

    .. math:: a_t = \\begin{cases} 1 & t \\le hT \\\\
              \\epsilon + (1 - \\epsilon) \\tfrac12 \\big(1 + \\cos \\pi \\tfrac{t - hT}{(1 - h) T}\\big) & hT < t \\le T
              \\end{cases}

    and :math:`\\epsilon` from then on. Stochastic descent-ascent settles no nearer to an equilibrium than the noise of a step
    allows; with steps that fade it goes on approaching.

    Parameters
    ----------
    scaling : Scaling
        What is faded; the gradient itself when omitted.
    steps : int
        T, counted in directions of the player: with k critic steps a step it is k times the number of steps.
    hold : float in [0, 1)
        h, the share of the steps before it begins to fall.
    end : float in [0, 1]
        epsilon.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import torch, dualgap as dg
    >>> scaling = dg.methods.Annealed(steps=4, hold=0.5)
    >>> state, sizes = scaling.init(torch.zeros(1)), []
    >>> for _ in range(5):
    ...     direction, state = scaling.direction(torch.ones(1), state)
    ...     sizes.append(round(direction.item(), 6))
    >>> sizes
    [1.0, 1.0, 1.0, 0.5, 0.0]

    Reference: loshchilov2017
    """

    coordinatewise: ClassVar[bool] = False

    scaling: Scaling = IDENTITY
    steps: int
    hold: float = 0.5
    end: float = 0.0

    def __post_init__(self) -> None:
        require_scalings(self.scaling)
        count(self.steps, "steps")
        real(self.hold, "hold", at_least=0, below=1)
        real(self.end, "end", at_least=0, at_most=1)
        object.__setattr__(self, "coordinatewise", self.scaling.coordinatewise)

    def init(self, player: Tensor) -> State:
        """No direction given yet, and the memory of the scaling."""
        return {"given": player.new_zeros((), dtype=torch.float64), **joined(scaling=self.scaling.init(player))}

    def direction(self, gradient: Tensor, state: State) -> tuple[Tensor, State]:
        """The scaling's direction times the factor, and the memory with one more given."""
        along, memory = self.scaling.direction(gradient, part(state, "scaling"))
        past = (state["given"] / self.steps - self.hold) / (1 - self.hold)
        factor = self.end + (1 - self.end) * (1 + torch.cos(math.pi * past.clamp(0, 1))) / 2
        return factor.to(along) * along, {"given": state["given"] + 1, **joined(scaling=memory)}
