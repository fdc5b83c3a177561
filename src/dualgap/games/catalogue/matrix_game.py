"""Matrix games: mixed strategies of two players with finitely many moves."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, final

import numpy as np
import torch
from scipy.optimize import linprog
from torch import Tensor

from dualgap.errors import InvalidInput, NotConverged
from dualgap.games.constants import Constants
from dualgap.games.game import ZeroSum
from dualgap.games.sets import Simplex, StrategySet
from dualgap.validation import as_array, count

__all__ = ["MatrixGame", "matching_pennies", "matrix_game", "random_matrix_game", "rock_paper_scissors"]


@final
@dataclass(frozen=True, eq=False)
class MatrixGame(ZeroSum):
    """f(x, y) = x' A y on two simplices; see :func:`matrix_game`."""

    matrix: Tensor
    sets: tuple[StrategySet, StrategySet] = (Simplex(), Simplex())
    affine: ClassVar[bool] = True

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
    def constants(self) -> Constants:
        """L is the largest singular value of A, and mu = 0."""
        n, m = self.sizes
        return Constants.of_quadratic(self.matrix.new_zeros(n, n), self.matrix, self.matrix.new_zeros(m, m))

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


def matching_pennies() -> MatrixGame:
    """Two moves each; x loses 1 when they match and wins 1 when they do not.

    .. math:: A = \\begin{pmatrix} 1 & -1 \\\\ -1 & 1 \\end{pmatrix}

    Returns
    -------
    MatrixGame
        Its only equilibrium is both players' fair coin; its value is 0.

    Examples
    --------
    >>> import dualgap as dg
    >>> dg.games.matching_pennies().equilibrium[1].tolist()
    [0.5, 0.5]
    """
    return matrix_game([[1.0, -1.0], [-1.0, 1.0]])


def rock_paper_scissors() -> MatrixGame:
    """Three moves each, in a circle; the loser pays 1.

    .. math:: A = \\begin{pmatrix} 0 & 1 & -1 \\\\ -1 & 0 & 1 \\\\ 1 & -1 & 0 \\end{pmatrix}

    Returns
    -------
    MatrixGame
        Its only equilibrium is uniform for both; its value is 0.

    Examples
    --------
    >>> import dualgap as dg
    >>> [round(3 * p, 12) for p in dg.games.rock_paper_scissors().equilibrium[0].tolist()]
    [1.0, 1.0, 1.0]
    """
    return matrix_game([[0.0, 1.0, -1.0], [-1.0, 0.0, 1.0], [1.0, -1.0, 0.0]])


def random_matrix_game(n: int, m: int, *, seed: int) -> MatrixGame:
    """A matrix game with independent payoffs, uniform on [-1, 1].

    .. math:: A_{ij} \\sim U[-1, 1]

    Its equilibrium is unique and mixes as many moves of the one player as of the other, almost surely.

    Parameters
    ----------
    n, m : int
        How many moves x and y have.
    seed : int

    Returns
    -------
    MatrixGame

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> game = dg.games.random_matrix_game(4, 6, seed=0)
    >>> (game.equilibrium[0] > 0).sum() == (game.equilibrium[1] > 0).sum()
    tensor(True)
    """
    shape = count(n, "n"), count(m, "m")
    return matrix_game(np.random.default_rng(count(seed, "seed", at_least=0)).uniform(-1, 1, shape))


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
