"""Mirror-prox: extragradient in the geometry of the sets."""

from __future__ import annotations

from typing import Literal, final

import torch
from torch import Tensor

from dualgap.games.game import Game
from dualgap.games.methods.method import Draw, Method, Pair, State, StepSize, sized, stepped, update_method
from dualgap.games.sets import Simplex
from dualgap.validation import choice

__all__ = ["MirrorProx", "mirrored", "reweighted"]


@final
@update_method
class MirrorProx(Method):
    """Look ahead and step by Bregman projections: entropic on a simplex, Euclidean elsewhere.

    .. math:: \\bar z = P_z(\\eta F(z)), \\qquad z' = P_z(\\eta F(\\bar z)), \\qquad
              P_z(g) = \\arg\\min_{u \\in K} \\langle g, u \\rangle + D(u, z)

    On a simplex D is the relative entropy and :math:`P_z(g)_i \\propto z_i e^{-g_i}`; elsewhere it is
    :math:`\\tfrac12 |u - z|^2`, and the method is :class:`ExtraGradient`. On a matrix game with :math:`\\eta = 1/\\max |A_{ij}|`
    the mean of the points :math:`\\bar z` of T steps (:class:`Averaged`) has a duality gap of at most
    :math:`(\\ln n + \\ln m)/(\\eta T)` from uniform strategies. A weight of zero stays zero.

    Parameters
    ----------
    step : float or (...) tensor
        The size of both players' steps, positive; or ``step_x`` and ``step_y``.
    sample : "independent" or "same"
        Whether the second field of a stochastic game is taken at a fresh sample or at the first one's.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> game = dg.games.matrix_game([[2.0, -1.0], [-1.0, 1.0]])
    >>> run = dg.simulate(game, dg.methods.MirrorProx(step=0.5), start=([0.5, 0.5], [0.5, 0.5]), steps=300)
    >>> [round(weight, 6) for weight in run.x[-1].tolist()]
    [0.4, 0.6]

    Reference: nemirovski2004
    """

    step_x: StepSize
    step_y: StepSize
    sample: Literal["independent", "same"] = "independent"

    def __post_init__(self) -> None:
        choice(self.sample, "sample", ("independent", "same"))

    @property
    def draws(self) -> int:
        """Two, or one for both gradients."""
        return 2 if self.sample == "independent" else 1

    def gradient_calls(self, game: Game) -> int:
        """Two of each player."""
        return 4

    def step(self, game: Game, x: Tensor, y: Tensor, state: State, draw: Draw) -> tuple[Tensor, Tensor, State]:
        """The look ahead, then the step, both by Bregman projections from where the players are."""
        sizes, sample = (self.step_x, self.step_y), draw()
        ahead = mirrored(game, (x, y), game.field(x, y, sample), sizes)
        sample = sample if self.sample == "same" else draw()
        return *mirrored(game, (x, y), game.field(*ahead, sample), sizes), state


def mirrored(game: Game, players: Pair, along: Pair, steps: tuple[StepSize, StepSize]) -> Pair:
    """Both players, stepped against their directions in the geometry of their sets."""
    projections = game.project_x, game.project_y
    found = [
        reweighted(player, step, one) if isinstance(allowed, Simplex) else project(stepped(player, step, one))
        for allowed, project, player, step, one in zip(game.sets, projections, players, steps, along, strict=True)
    ]
    return found[0], found[1]


def reweighted(weights: Tensor, step: StepSize, losses: Tensor) -> Tensor:
    """Probabilities (..., n), times the exponentials of minus their losses, summing to one again.

    .. math:: z_i' = \\frac{z_i e^{-\\eta g_i}}{\\sum_j z_j e^{-\\eta g_j}}
    """
    moves = sized(step, weights) * losses
    # the least move of a weight that is not zero becomes 0, so that the sum neither over- nor underflows, and no weight of
    # zero meets an infinite factor
    least = torch.where(weights > 0, moves, torch.inf).amin(-1, keepdim=True).detach()
    products = weights * torch.exp((least - moves).clamp_max(80.0))
    return products / products.sum(-1, keepdim=True)
