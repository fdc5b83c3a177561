"""Where attacked samples can be: a ball cut to a box, and how large a linear function gets there, rounded upwards."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor

from dualgap.training.robust.balls import Box

__all__ = ["Region", "rounding_of"]

#: Half the distance from 1 to the next float64, and what a product loses that is too small for a float64.
UNIT, TINIEST = 2.0**-53, 1e-300


def rounding_of(terms: int) -> float:
    """What a sum of so many products can be wrong by, relative to the sum of their sizes, in any order of addition.

    .. math:: \\gamma_n = \\frac{n u}{1 - n u}, \\qquad u = 2^{-53}

    with n the terms and eight roundings before and after, twice over, so that the sum of the sizes may be rounded itself.

    Examples
    --------
    >>> 2e-14 < rounding_of(100) < 3e-14
    True

    Reference: higham2002
    """
    return 2 * (terms + 8) * UNIT


@final
@dataclass(frozen=True, eq=False)
class Region:
    """The points z with |z - x|_p <= epsilon and, where there is a box, a <= z_i <= b; one set for each sample.

    Parameters
    ----------
    centre : (n, d) float64 tensor
        x, in the box.
    radius : (n,) float64 tensor, at least 0
    order : 1, 2 or infinity
    box : (lowest, highest) or None

    Examples
    --------
    >>> region = Region(torch.zeros(1, 2, dtype=torch.float64), torch.ones(1, dtype=torch.float64), 2.0, (-1.0, 0.5))
    >>> [round(float(limit), 9) for limit in region.hull()[1][0]]
    [0.5, 0.5]
    """

    centre: Tensor
    radius: Tensor
    order: float
    box: Box

    def hull(self) -> tuple[Tensor, Tensor]:
        """The least box around each set, rounded outwards."""
        radius = self.radius[:, None]
        low = torch.nextafter(self.centre - radius, torch.tensor(-math.inf, dtype=torch.float64))
        high = torch.nextafter(self.centre + radius, torch.tensor(math.inf, dtype=torch.float64))
        # nothing was rounded where the radius is 0
        low, high = torch.where(radius > 0, low, self.centre), torch.where(radius > 0, high, self.centre)
        return (low, high) if self.box is None else (low.clamp_min(self.box[0]), high.clamp_max(self.box[1]))

    def largest(self, rows: Tensor) -> Tensor:
        """An upper bound of a'z over each sample's set, for rows a of shape (n, rows, d) or (1, rows, d); (n, rows).

        .. math:: a'z \\le a'x + \\varepsilon |a^1|_q + \\sum_i m_i |a_i - a^1_i|

        for any split of a, of which the first part is paid by the ball and the rest by the box, m_i being the room that
        the box leaves; the best split has :math:`|a^1_i| = \\min(|a_i|, c_i)` with c from the furthest point itself.
        """
        low, high = self.hull()
        if self.order == math.inf:
            return _pushed(rows.clamp_min(0), high) + _pushed(rows.clamp_max(0), low)
        size = rows.abs()
        gain = self._by_ball(size)
        if self.box is not None:
            # whatever the split is, the bound holds; rooms are rounded upwards
            rooms = torch.where(rows > 0, self.box[1] - self.centre[:, None], self.centre[:, None] - self.box[0])
            rooms = rooms * (1 + 4 * UNIT)
            paid = torch.minimum(size, self._caps(size, rooms))
            gain = torch.minimum(gain, self._by_ball(paid) + _dot(rooms, size - paid + 4 * UNIT * size))
        return _pushed(rows, self.centre) + gain

    def _by_ball(self, size: Tensor) -> Tensor:
        """epsilon |a|_q, rounded upwards."""
        norm = size.amax(-1) if self.order == 1 else torch.linalg.vector_norm(size, dim=-1)
        return self.radius[:, None] * norm * (1 + rounding_of(size.shape[-1])) + TINIEST

    def _caps(self, size: Tensor, rooms: Tensor) -> Tensor:
        """How much of each |a_i| the ball pays, at the point of the set that lies furthest along a."""
        radius = self.radius[:, None, None]
        size = size.expand(rooms.shape)
        if self.order == 1:
            ranked, ranks = size.sort(-1, descending=True)
            used = rooms.gather(-1, ranks).cumsum(-1)
            last = (used < radius).sum(-1, keepdim=True).clamp_max(size.shape[-1] - 1)
            cap = ranked.gather(-1, last)
            return torch.where(used[..., -1:] < radius, 0.0, cap)
        # moved by min(s |a|, m): the s whose norm is the radius, as in balls.furthest
        full, ranks = (rooms / size.clamp_min(1e-300)).sort(-1)
        squares = rooms.gather(-1, ranks) ** 2
        used = squares.cumsum(-1) - squares
        free = (size.gather(-1, ranks) ** 2).flip(-1).cumsum(-1).flip(-1)
        reached = used + full.clamp_max(1e150) ** 2 * free >= radius**2
        first = reached.to(torch.uint8).argmax(-1, keepdim=True)
        left = (radius**2 - used.gather(-1, first)).clamp_min(0) / free.gather(-1, first).clamp_min(1e-300)
        s = torch.where(reached.any(-1, keepdim=True), left.sqrt(), math.inf)
        return rooms / s.clamp_min(1e-300)


def _dot(first: Tensor, second: Tensor) -> Tensor:
    """The sum of products of numbers that are not negative, rounded upwards."""
    return (first * second).sum(-1) * (1 + rounding_of(first.shape[-1])) + TINIEST


def _pushed(rows: Tensor, points: Tensor) -> Tensor:
    """rows' points, rounded upwards: (n, rows) of (n or 1, rows, d) and (n, d)."""
    value = (rows @ points[..., None])[..., 0]
    size = (rows.abs() @ points.abs()[..., None])[..., 0]
    return value + rounding_of(points.shape[-1]) * size + TINIEST
