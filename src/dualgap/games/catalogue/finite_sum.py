"""A bilinear game seen through minibatches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

import torch
from torch import Tensor

from dualgap.games.constants import Constants
from dualgap.games.game import ZeroSum
from dualgap.games.streams import Streams
from dualgap.validation import count

__all__ = ["FiniteSum", "finite_sum"]


@final
@dataclass(frozen=True)
class FiniteSum(ZeroSum):
    """The mean of x_i y_i over a minibatch; see :func:`finite_sum`."""

    terms: int
    batch: int

    @property
    def sizes(self) -> tuple[int, int]:
        """A number each for every term."""
        return self.terms, self.terms

    @property
    def equilibrium(self) -> tuple[Tensor, Tensor]:
        """The origin, of every single term as well: the noise vanishes there."""
        return torch.zeros(self.terms, dtype=torch.float64), torch.zeros(self.terms, dtype=torch.float64)

    @property
    def constants(self) -> Constants:
        """Of the mean over all terms: L = 1/n, mu = 0."""
        return Constants(lipschitz=1 / self.terms, monotonicity=0.0)

    def draw(self, streams: Streams) -> Tensor:
        """The terms of a minibatch, uniform with replacement."""
        return streams.integers(self.terms, self.batch)

    def payoff(self, x: Tensor, y: Tensor, sample: Any) -> Tensor:
        """The mean over the sample, over all terms where there is none; shape (...)."""
        terms = x * y
        if sample is None:
            return terms.mean(-1)
        copies = terms.shape[:-1]
        return terms.gather(-1, sample.expand(*copies, sample.shape[-1])).mean(-1)


def finite_sum(terms: int, *, batch: int = 1) -> FiniteSum:
    """Separate games of two numbers, of which a step sees a few.

    .. math:: f(x, y) = \\frac1n \\sum_{i=1}^n x_i y_i, \\qquad
              f_B(x, y) = \\frac{1}{|B|} \\sum_{i \\in B} x_i y_i

    Extragradient converges on every term. On batches of one it converges when both half-steps see the same term,

    .. math:: E \\|z_{t+1}\\|^2 = \\left(1 - \\frac{\\eta^2 - \\eta^4}{n}\\right) E \\|z_t\\|^2,

    and diverges when each sees its own, :math:`1 + \\frac{\\eta^2}{n} (1 - \\frac2n + \\frac{\\eta^2}{n})`, for n > 1.

    Parameters
    ----------
    terms : int
        n.
    batch : int
        How many terms a sample has, drawn with replacement.

    Returns
    -------
    FiniteSum

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> game = dg.games.finite_sum(10)
    >>> same = dg.methods.ExtraGradient(step=0.5, sample="same")
    >>> run = dg.simulate(game, same, start=([1.0] * 10, [1.0] * 10), steps=2000, seeds=0)
    >>> float(run.x[-1].norm()) < 1e-3
    True

    Reference: chavdarova2019
    """
    return FiniteSum(count(terms, "terms"), count(batch, "batch"))
