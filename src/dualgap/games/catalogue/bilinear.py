"""The bilinear game, of which ``xy`` is the smallest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np
import torch
from torch import Tensor

from dualgap.errors import InvalidInput
from dualgap.games.constants import Constants
from dualgap.games.game import ZeroSum
from dualgap.games.sets import Box, FreeSpace, StrategySet
from dualgap.validation import as_array, count, detached, real

__all__ = ["Bilinear", "bilinear", "bilinear_with_singular_values", "xy"]


def times(player: Tensor, matrix: Tensor) -> Tensor:
    """A player (..., n) times a matrix (n, m); of one number, for which a matrix product takes several times as long."""
    return player * matrix[0] if matrix.numel() == 1 else player @ matrix


@final
@dataclass(frozen=True, eq=False)
class Bilinear(ZeroSum):
    """f(x, y) = x' A y; see :func:`bilinear`."""

    affine: ClassVar[bool] = True

    matrix: Tensor
    sets: tuple[StrategySet, StrategySet] = (FreeSpace(), FreeSpace())

    @property
    def sizes(self) -> tuple[int, int]:
        """The shape of A."""
        return self.matrix.shape[0], self.matrix.shape[1]

    @property
    def equilibrium(self) -> tuple[Tensor, Tensor] | None:
        """The origin where both sets hold it (the only one when A is square and invertible); None otherwise."""
        origin = self.matrix.new_zeros(self.sizes[0]), self.matrix.new_zeros(self.sizes[1])
        inside = all(one.distance(point) == 0 for one, point in zip(self.sets, origin, strict=True))
        return origin if inside else None

    @property
    def constants(self) -> Constants:
        """L is the largest singular value of A, and mu = 0: a rotation neither contracts nor expands."""
        n, m = self.sizes
        return Constants.of_quadratic(self.matrix.new_zeros(n, n), self.matrix, self.matrix.new_zeros(m, m))

    def payoff(self, x: Tensor, y: Tensor, sample: Any) -> Tensor:
        """x' A y, shape (...)."""
        return (x @ self.matrix.to(x) * y).sum(-1)

    def grad_x(self, x: Tensor, y: Tensor, sample: Any = None) -> Tensor:
        """A y, (..., n)."""
        return times(y, self.matrix.to(x).mT)

    def grad_y(self, x: Tensor, y: Tensor, sample: Any = None) -> Tensor:
        """-A' x, (..., m)."""
        return -times(x, self.matrix.to(x))

    def field(self, x: Tensor, y: Tensor, sample: Any = None) -> tuple[Tensor, Tensor]:
        """(A y, -A' x)."""
        return self.grad_x(x, y), self.grad_y(x, y)


def bilinear(matrix: Any, *, set_x: StrategySet | None = None, set_y: StrategySet | None = None) -> Bilinear:
    """The game that gradient descent-ascent cannot solve.

    .. math:: \\min_x \\max_y \\; x^\\top A y

    Its only Nash equilibrium is the origin when A is invertible. (Every (0, y) attains ``min_x max_y`` in the
    sense of the lecture's "x = 0, any y", but at y != 0 the first player gains without bound by moving.) The
    field is a rotation: simultaneous descent-ascent spirals out, alternating stays on an ellipse, extragradient
    spirals in.

    Parameters
    ----------
    matrix : (n, m) array
        A.
    set_x, set_y : StrategySet, optional
        What the players' strategies are taken from; everything when omitted.

    Returns
    -------
    Bilinear

    Raises
    ------
    InvalidInput
        When the matrix is not a finite (n, m) array.

    Examples
    --------
    >>> import dualgap as dg
    >>> xy = dg.games.bilinear([[1.0]])
    >>> round(dg.predict_rate(xy, dg.methods.SimultaneousGDA(step=0.1)), 9)
    1.004987562

    Reference: zhang2020
    """
    array = as_array(matrix, "matrix")
    if array.ndim != 2:
        raise InvalidInput(
            f"matrix must have shape (n, m), got {tuple(array.shape)}; a number a is [[a]]", argument="matrix"
        )
    for name, value in (("set_x", set_x), ("set_y", set_y)):
        if value is not None and not isinstance(value, StrategySet):
            raise InvalidInput(f"{name} must be a strategy set such as Box(-1, 1), got {value!r}", argument=name)
    return Bilinear(torch.as_tensor(array).to(torch.float64), (set_x or FreeSpace(), set_y or FreeSpace()))


def xy(*, bound: float | None = None) -> Bilinear:
    """The smallest game in which descent fails.

    .. math:: f(x, y) = x y

    Parameters
    ----------
    bound : float, optional
        Both players keep to [-bound, bound]; they are free when it is omitted.

    Returns
    -------
    Bilinear
        L = 1, mu = 0, the equilibrium (0, 0).

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> float(dg.duality_gap(dg.games.xy(bound=2.0), 0.5, -0.25))
    1.5
    """
    box = None if bound is None else Box(-real(bound, "bound", above=0), float(bound))
    return bilinear([[1.0]], set_x=box, set_y=box)


def bilinear_with_singular_values(values: Any, *, size: int | None = None, seed: int) -> Bilinear:
    """A bilinear game whose spectrum is chosen and whose directions are drawn.

    .. math:: f(x, y) = x^\\top U \\operatorname{diag}(\\sigma) V^\\top y

    with U and V uniformly distributed among the orthogonal matrices. The rate of a method depends on the singular values
    alone.

    Parameters
    ----------
    values : (k,) array
        The singular values, non-negative.
    size : int, optional
        The length of both players, at least k; k when omitted. The singular values beyond the k-th are 0, and the
        equilibria then fill a subspace.
    seed : int

    Returns
    -------
    Bilinear

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> round(dg.games.bilinear_with_singular_values([3.0, 1.0], seed=0).constants.lipschitz, 12)
    3.0
    """
    sigma = detached(as_array(values, "values"))
    if sigma.ndim != 1 or (sigma < 0).any():
        raise InvalidInput(f"values must be non-negative singular values, got {values!r}", argument="values")
    n = len(sigma) if size is None else count(size, "size", at_least=len(sigma))
    rng = np.random.default_rng(count(seed, "seed", at_least=0))
    left, right = (np.linalg.qr(rng.standard_normal((n, n))) for _ in range(2))
    # the signs of R's diagonal make the distribution of Q uniform
    u, v = (q * np.sign(np.diag(r)) for q, r in (left, right))
    return bilinear((u[:, : len(sigma)] * sigma) @ v[:, : len(sigma)].T)
