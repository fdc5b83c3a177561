"""A game of two numbers whose only critical point every method misses from afar."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, final

import numpy as np
import torch
from torch import Tensor

from dualgap.errors import NotConverged
from dualgap.games.constants import Constants
from dualgap.games.game import ZeroSum

__all__ = ["Forsaken", "forsaken"]

#: How far the bilinear part is moved off the origin.
OFFSET = 0.45
#: Where Newton's method for the critical point begins, and how many of its steps double the digits up to float64's.
GUESS, NEWTON_STEPS = (0.1, 0.4), 20


@final
@dataclass(frozen=True)
class Forsaken(ZeroSum):
    """See :func:`forsaken`."""

    sizes: tuple[int, int] = (1, 1)

    @cached_property
    def equilibrium(self) -> tuple[Tensor, Tensor]:
        """The critical point, by Newton's method."""
        z = np.array(GUESS)
        for _ in range(NEWTON_STEPS):
            x, y = z
            field = np.array([y - OFFSET + _slope(x), _slope(y) - x])
            z = z - np.linalg.solve([[_curvature(x), 1.0], [-1.0, _curvature(y)]], field)
        x, y = z
        if not abs(y - OFFSET + _slope(x)) + abs(_slope(y) - x) < 1e-14:
            raise NotConverged("Newton's method did not find the critical point", partial=z)
        return torch.tensor([x], dtype=torch.float64), torch.tensor([y], dtype=torch.float64)

    @property
    def constants(self) -> Constants:
        """No L, because the field is of degree 5; mu is the least of phi'' = 1/2 - 6t² + 5t⁴, at t² = 3/5."""
        return Constants(lipschitz=float("inf"), monotonicity=_curvature(0.6**0.5))

    def payoff(self, x: Tensor, y: Tensor, sample: Any) -> Tensor:
        """f, shape (...)."""
        return (x * (y - OFFSET) + _potential(x) - _potential(y)).sum(-1)


def forsaken() -> Forsaken:
    """A limit cycle around an attracting critical point.

    .. math:: f(x, y) = x (y - 0.45) + \\phi(x) - \\phi(y), \\qquad
              \\phi(t) = \\tfrac14 t^2 - \\tfrac12 t^4 + \\tfrac16 t^6

    The only critical point, near (0.0780, 0.4119), has the eigenvalues :math:`0.045 \\pm 0.908 i` and attracts every
    method of small steps from nearby; a repelling cycle shields it, and an attracting cycle further out, on which the
    field never vanishes, catches what starts outside: extragradient of small steps from (1, 1) circles for ever.

    Returns
    -------
    Forsaken

    Examples
    --------
    >>> import dualgap as dg
    >>> game = dg.games.forsaken()
    >>> [round(float(part), 4) for part in game.equilibrium]
    [0.078, 0.4119]
    >>> dg.predict_rate(game, dg.methods.ExtraGradient(step=0.05)) < 1
    True

    Reference: hsieh2021
    """
    return Forsaken()


def _potential(t: Tensor) -> Tensor:
    return t**2 / 4 - t**4 / 2 + t**6 / 6


def _slope(t: float) -> float:
    return t / 2 - 2 * t**3 + t**5


def _curvature(t: float) -> float:
    return 1 / 2 - 6 * t**2 + 5 * t**4
