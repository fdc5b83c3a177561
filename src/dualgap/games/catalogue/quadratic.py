"""Quadratic games: the linear vector fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

import torch
from torch import Tensor

from dualgap.errors import InvalidInput
from dualgap.games.game import ZeroSum
from dualgap.validation import as_array

__all__ = ["Quadratic", "quadratic"]


@final
@dataclass(frozen=True, eq=False)
class Quadratic(ZeroSum):
    """f(x, y) = x' P x / 2 + x' A y - y' Q y / 2; see :func:`quadratic`."""

    p: Tensor
    a: Tensor
    q: Tensor

    @property
    def sizes(self) -> tuple[int, int]:
        """The shape of A."""
        return self.a.shape[0], self.a.shape[1]

    @property
    def equilibrium(self) -> tuple[Tensor, Tensor]:
        """The origin, a critical point always and a saddle when P and Q are positive semi-definite."""
        n, m = self.sizes
        return self.a.new_zeros(n), self.a.new_zeros(m)

    def payoff(self, x: Tensor, y: Tensor, sample: Any) -> Tensor:
        """f, shape (...)."""
        p, a, q = self.p.to(x), self.a.to(x), self.q.to(x)
        return (x @ p * x).sum(-1) / 2 + (x @ a * y).sum(-1) - (y @ q * y).sum(-1) / 2


def quadratic(p: Any, a: Any, q: Any) -> Quadratic:
    """A zero-sum quadratic game.

    .. math:: f(x, y) = \\tfrac12 x^\\top P x + x^\\top A y - \\tfrac12 y^\\top Q y

    Convex-concave when P and Q are positive semi-definite; with indefinite ones it makes the examples that tell
    Nash from minimax.

    Parameters
    ----------
    p, q : (n, n) and (m, m) arrays
        Symmetric.
    a : (n, m) array

    Returns
    -------
    Quadratic

    Raises
    ------
    InvalidInput
        For matrices that are not symmetric or whose shapes do not fit.

    Examples
    --------
    >>> import dualgap as dg
    >>> game = dg.games.quadratic([[1.0]], [[2.0]], [[1.0]])
    >>> dg.predict_rate(game, dg.methods.SimultaneousGDA(step=0.1)) < 1
    True
    """
    matrices = {
        name: torch.as_tensor(as_array(value, name)).to(torch.float64) for name, value in (("p", p), ("a", a), ("q", q))
    }
    if matrices["a"].ndim != 2:
        raise InvalidInput(f"a must have shape (n, m), got {tuple(matrices['a'].shape)}", argument="a")
    n, m = matrices["a"].shape
    for name, size in (("p", n), ("q", m)):
        matrix = matrices[name]
        if tuple(matrix.shape) != (size, size):
            raise InvalidInput(
                f"{name} must have shape ({size}, {size}) beside a of shape ({n}, {m}), got {tuple(matrix.shape)}",
                argument=name,
            )
        if not torch.equal(matrix, matrix.T):
            raise InvalidInput(f"{name} must be symmetric; use ({name} + {name}.T) / 2", argument=name)
    return Quadratic(**matrices)
