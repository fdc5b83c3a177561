"""Matrix games: mixed strategies of two players with finitely many moves."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, final

import numpy as np
import torch
from scipy.optimize import linprog
from torch import Tensor

from dualgap.errors import InvalidInput, NotConverged
from dualgap.games.game import ZeroSum
from dualgap.games.sets import Simplex, StrategySet
from dualgap.validation import as_array

__all__ = ["MatrixGame", "matrix_game"]


@final
@dataclass(frozen=True, eq=False)
class MatrixGame(ZeroSum):
    """f(x, y) = x' A y on two simplices; see :func:`matrix_game`."""

    matrix: Tensor
    sets: tuple[StrategySet, StrategySet] = (Simplex(), Simplex())

    @property
    def sizes(self) -> tuple[int, int]:
        """How many moves each player has."""
        return self.matrix.shape[0], self.matrix.shape[1]

    @cached_property
    def equilibrium(self) -> tuple[Tensor, Tensor]:
        """A Nash equilibrium, by linear programming.

        x minimises the largest entry of A'x over the simplex; y maximises the smallest entry of A y.
        """
        return _safest(self.matrix.T), _safest(-self.matrix)

    @property
    def value(self) -> float:
        """What the game is worth to y: x' A y at the equilibrium."""
        x, y = self.equilibrium
        return float(self.payoff(x, y, None))

    def payoff(self, x: Tensor, y: Tensor, sample: Any) -> Tensor:
        """x' A y, shape (...)."""
        return (x @ self.matrix.to(x) * y).sum(-1)


def matrix_game(matrix: Any) -> MatrixGame:
    """The zero-sum game of a payoff matrix, in mixed strategies.

    .. math:: \\min_{x \\in \\Delta_n} \\max_{y \\in \\Delta_m} \\; x^\\top A y

    Parameters
    ----------
    matrix : (n, m) array
        A: what the row player x loses to the column player y.

    Returns
    -------
    MatrixGame
        With ``equilibrium`` and ``value`` by linear programming.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> pennies = dg.games.matrix_game([[1.0, -1.0], [-1.0, 1.0]])
    >>> pennies.equilibrium[0].tolist(), pennies.value
    ([0.5, 0.5], 0.0)
    """
    array = as_array(matrix, "matrix")
    if array.ndim != 2:
        raise InvalidInput(f"matrix must have shape (n, m), got {tuple(array.shape)}", argument="matrix")
    return MatrixGame(torch.as_tensor(array).to(torch.float64))


def _safest(replies: Tensor) -> Tensor:
    """The probability vector z that minimises the largest entry of ``replies @ z``."""
    rows, columns = replies.shape
    matrix = np.hstack([replies.numpy(), -np.ones((rows, 1))])
    solved = linprog(
        np.r_[np.zeros(columns), 1.0],
        A_ub=matrix,
        b_ub=np.zeros(rows),
        A_eq=np.r_[np.ones(columns), 0.0][None, :],
        b_eq=[1.0],
        bounds=[(0, None)] * columns + [(None, None)],
        method="highs",
    )
    if solved.status != 0:
        raise NotConverged(f"the linear program of the matrix game was not solved: {solved.message}", partial=solved)
    weights = np.maximum(solved.x[:-1], 0)
    return torch.as_tensor(weights / weights.sum())
