"""The bilinear game, of which ``xy`` is the smallest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

import torch
from torch import Tensor

from dualgap.errors import InvalidInput
from dualgap.games.game import ZeroSum
from dualgap.games.sets import FreeSpace, StrategySet
from dualgap.validation import as_array

__all__ = ["Bilinear", "bilinear"]


@final
@dataclass(frozen=True, eq=False)
class Bilinear(ZeroSum):
    """f(x, y) = x' A y; see :func:`bilinear`."""

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

    def payoff(self, x: Tensor, y: Tensor, sample: Any) -> Tensor:
        """x' A y, shape (...)."""
        return (x @ self.matrix.to(x) * y).sum(-1)


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
