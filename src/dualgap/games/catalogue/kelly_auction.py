"""Two bidders for shares of a resource: a monotone game that is not zero-sum."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, final

import numpy as np
import torch
from torch import Tensor

from dualgap.errors import InvalidInput
from dualgap.games.constants import Constants
from dualgap.games.game import Game
from dualgap.games.sets import Box, StrategySet
from dualgap.validation import real

__all__ = ["KellyAuction", "kelly_auction"]


@final
@dataclass(frozen=True)
class KellyAuction(Game):
    """See :func:`kelly_auction`."""

    value_x: float
    value_y: float
    reserve: float
    budget: float

    @property
    def sizes(self) -> tuple[int, int]:
        """A bid each."""
        return 1, 1

    @property
    def sets(self) -> tuple[StrategySet, StrategySet]:
        """Bids from 0 to the budget."""
        return Box(0.0, self.budget), Box(0.0, self.budget)

    @property
    def equilibrium(self) -> tuple[Tensor, Tensor]:
        """Both bids, in closed form.

        Where both bid, :math:`d = z + x + y` solves :math:`s d^2 = d + z` with :math:`s = 1/a + 1/b`, and
        :math:`x = d - d^2/a`, :math:`y = d - d^2/b`. A bidder for whom that is negative stays out, and the other one faces
        the reserve alone: :math:`d = \\sqrt{b z}`.
        """
        a, b, z = self.value_x, self.value_y, self.reserve
        s = 1 / a + 1 / b
        d = (1 + math.sqrt(1 + 4 * s * z)) / (2 * s)
        x, y = d - d * d / a, d - d * d / b
        if x < 0:
            x, y = 0.0, max(0.0, math.sqrt(b * z) - z)
        elif y < 0:
            x, y = max(0.0, math.sqrt(a * z) - z), 0.0
        return torch.tensor([x], dtype=torch.float64), torch.tensor([y], dtype=torch.float64)

    @property
    def constants(self) -> Constants:
        """L is attained where nobody bids; mu is not known in closed form.

        .. math:: DF = \\frac{1}{d^3} \\begin{pmatrix} 2a(z + y) & a(d - 2x) \\\\ b(d - 2y) & 2b(z + x) \\end{pmatrix}

        Each entry is largest in modulus at x = y = 0, where all are positive.
        """
        at_zero = np.diag([self.value_x, self.value_y]) @ np.array([[2.0, 1.0], [1.0, 2.0]]) / self.reserve**2
        return Constants(lipschitz=float(np.linalg.norm(at_zero, 2)), monotonicity=None)

    def loss_x(self, x: Tensor, y: Tensor, sample: Any) -> Tensor:
        """The bid less what the share is worth to x, shape (...)."""
        return (x - self.value_x * x / (self.reserve + x + y)).sum(-1)

    def loss_y(self, x: Tensor, y: Tensor, sample: Any) -> Tensor:
        """The bid less what the share is worth to y, shape (...)."""
        return (y - self.value_y * y / (self.reserve + x + y)).sum(-1)


def kelly_auction(
    *, value_x: float = 2.0, value_y: float = 1.5, reserve: float = 0.5, budget: float = 2.0
) -> KellyAuction:
    """Shares in proportion to bids.

    .. math:: \\ell_x = x - \\frac{a x}{z + x + y}, \\qquad \\ell_y = y - \\frac{b y}{z + x + y}, \\qquad
              0 \\le x, y \\le B

    Each loss is convex in its own bid, so that the critical point is a Nash equilibrium; it attracts descent.

    Parameters
    ----------
    value_x, value_y : float
        a and b, what the whole resource is worth to each; positive.
    reserve : float
        z, the seller's own bid; positive.
    budget : float
        B; at least what is bid at the equilibrium.

    Returns
    -------
    KellyAuction
        x and y are the bids.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> game = dg.games.kelly_auction(value_x=4.0, value_y=4.0, reserve=0.5)
    >>> bids = dg.simulate(game, dg.methods.SimultaneousGDA(step=0.1), start=(0.0, 1.0), steps=400)
    >>> abs(float(bids.x[-1]) - float(game.equilibrium[0])) < 1e-6
    True

    Reference: kelly1998
    """
    game = KellyAuction(
        real(value_x, "value_x", above=0),
        real(value_y, "value_y", above=0),
        real(reserve, "reserve", above=0),
        real(budget, "budget", above=0),
    )
    most = max(float(bid) for bid in game.equilibrium)
    if most > game.budget:
        raise InvalidInput(
            f"budget must be at least the largest bid at the equilibrium, {most:g}, got {game.budget:g}",
            argument="budget",
        )
    return game
