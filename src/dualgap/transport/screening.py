"""Screening: lower estimates of the reduced costs of all pairs, faster than the costs themselves.

A pair whose estimate is above a threshold is above it; only the few others are computed by differences of coordinates.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from copy import copy
from dataclasses import replace
from typing import Any, final

import numpy as np

from dualgap.transport.ground import ROUNDOFF, Cost, PointCost
from dualgap.validation import is_torch

__all__ = ["Differences", "Products", "Roots", "Screen", "screen"]

#: The unit roundoff of float32, in which products of squared costs are taken.
SINGLE_ROUNDOFF = 2.0**-24

#: What products below the smallest float32 or float64 may lose, beside coordinates of at most 1.
UNDERFLOW = 2.0**-100


class Screen(ABC):
    """Lower estimates of ``c_ij - f_i - g_j``.

    Attributes
    ----------
    tile : (rows, columns)
        The size of blocks that suits it.
    unit : float
        What a unit of the blocks is worth.
    on_device : bool
        Whether blocks are tensors on another device, which takes one at a time.
    """

    tile: tuple[int, int]
    unit: float
    on_device: bool

    @abstractmethod
    def block(self, rows: slice, columns: slice) -> Any:
        """The estimates of a block of pairs: an array of numpy or torch, never above the true reduced costs."""

    @abstractmethod
    def strip(self, rows: slice) -> Screen:
        """The screen of some rows alone, counted from 0: what a worker needs to be sent for them."""


def screen(cost: Cost, f: np.ndarray, g: np.ndarray, device: str | None = None) -> Screen:
    """The fastest screen of a cost.

    Parameters
    ----------
    cost : Cost, of shape (n, m)
    f, g : (n,) and (m,) arrays
    device : str, optional
        Of torch, to multiply there.

    Examples
    --------
    >>> from dualgap.transport.ground import point_cost
    >>> cost = point_cost(np.zeros((1, 1)), np.array([[1.0], [2.0]]), order=2, ground="euclidean")
    >>> screened = screen(cost, np.zeros(1), np.zeros(2))
    >>> estimates = screened.block(slice(0, 1), slice(0, 2)) * screened.unit
    >>> bool((estimates <= [1.0, 4.0]).all() and (estimates > [0.99, 3.99]).all())
    True
    """
    if isinstance(cost, PointCost) and cost.ground == "euclidean" and cost.unit == 1 and cost.cap == math.inf:
        if cost.order == 2:
            return Products(cost, f, g, device)
        if cost.order == 1:
            return Roots(cost, f, g, device)
    return Differences(cost, f, g)


@final
class Differences(Screen):
    """The reduced costs themselves, less their rounding: for any cost."""

    tile, unit, on_device = (64, 2048), 1.0, False

    def __init__(self, cost: Cost, f: np.ndarray, g: np.ndarray) -> None:
        self._cost, self._f, self._g = cost, f, g
        self._shrink = 1 - cost.relative_error - 4 * ROUNDOFF
        self._slack = 4 * ROUNDOFF

    def block(self, rows: slice, columns: slice) -> np.ndarray:
        """By the block of the cost."""
        cost = self._cost
        if isinstance(cost, PointCost):
            found = replace(cost, y=cost.y[columns]).block(rows.start, rows.stop) * self._shrink
        else:
            found = cost.block(rows.start, rows.stop)[:, columns] * self._shrink
        f, g = self._f[rows], self._g[columns]
        found -= (f + self._slack * np.abs(f))[:, None]
        found -= g + self._slack * (np.abs(g) + float(np.abs(f).max(initial=0)))
        return found

    def strip(self, rows: slice) -> Differences:
        """Of views."""
        part = copy(self)
        part._cost, part._f = self._cost.strip(rows), self._f[rows]
        return part


@final
class Products(Screen):
    """Squared Euclidean costs as one matrix product, each cloud around its own mean.

    .. math:: |x - y|^2 - f - g = (|x|^2 - f) - 2 x \\cdot y + (|y|^2 - g)

    A product of K terms in a precision of roundoff u is off by at most (K + 3) u times the sum of their sizes, and
    2 |x| |y| is at most |x|^2 + |y|^2: the error splits into a part for the row and one for the column, which are
    subtracted before the product. A shift v between the means is linear, 2 v (x - y), and goes to the potentials.
    """

    def __init__(self, cost: PointCost, f: np.ndarray, g: np.ndarray, device: str | None = None) -> None:
        centres = cost.x.mean(axis=0), cost.y.mean(axis=0)
        x, y, shift = cost.x - centres[0], cost.y - centres[1], centres[0] - centres[1]
        d, apart = x.shape[1], float(shift @ shift)
        spread = np.abs(f).max() + np.abs(g).max() + 4 * apart + np.square(x).sum(axis=1).max()
        spread += np.square(y).sum(axis=1).max()
        f, g = f - 2 * (x @ shift) - apart, g + 2 * (y @ shift)
        middle = float(np.median(f))  # constants move freely between the two; small numbers round least
        f, g = f - middle, g + middle
        largest = math.sqrt(float(np.abs(f).max()) + float(np.abs(g).max()))
        size = 2.0 ** math.frexp(max(float(np.abs(x).max()), float(np.abs(y).max()), largest, 2.0**-500))[1]
        roundoff = SINGLE_ROUNDOFF if device is None else ROUNDOFF
        lost = 16 * (d + 8) * ROUNDOFF * float(spread) / size**2 + UNDERFLOW
        sides = []
        for points, potential in ((x / size, f / size**2), (y / size, g / size**2)):
            squares = np.square(points).sum(axis=1)
            rest = squares - potential
            sides.append((points, rest - (d + 8) * roundoff * (squares + np.abs(rest)) - lost))
        (x, of_rows), (y, of_columns) = sides
        left = np.column_stack([x, of_rows, np.ones(len(x))])
        right = np.vstack([-2 * y.T, np.ones(len(y)), of_columns])
        self.unit, self.on_device = size**2, device is not None
        self._left, self._right, self.tile = _placed(left, right, device, np.float32)

    def block(self, rows: slice, columns: slice) -> Any:
        """By one product, in units in which coordinates and potentials are at most 1."""
        return _product(self._left, self._right, rows, columns)

    def strip(self, rows: slice) -> Products:
        """Of a view."""
        part = copy(self)
        part._left = self._left[rows]
        return part


@final
class Roots(Screen):
    """Euclidean distances as roots of a matrix product in float64, less what rounding may have added to the square."""

    def __init__(self, cost: PointCost, f: np.ndarray, g: np.ndarray, device: str | None = None) -> None:
        centre = cost.x.mean(axis=0) / 2 + cost.y.mean(axis=0) / 2
        x, y = cost.x - centre, cost.y - centre
        size = 2.0 ** math.frexp(max(float(np.abs(x).max()), float(np.abs(y).max()), 2.0**-500))[1]
        x, y, d = x / size, y / size, x.shape[1]
        sides = []
        for points in (x, y):
            squares = np.square(points).sum(axis=1)
            sides.append(squares * (1 - 16 * (d + 8) * ROUNDOFF) - UNDERFLOW)
        slack = 8 * ROUNDOFF
        self.unit, self.on_device = size, device is not None
        self._f, self._g = (one / size + slack * (np.abs(one) / size + 4 * math.sqrt(d)) for one in (f, g))
        left = np.column_stack([x, sides[0], np.ones(len(x))])
        right = np.vstack([-2 * y.T, np.ones(len(y)), sides[1]])
        self._left, self._right, self.tile = _placed(left, right, device, np.float64)
        if device is not None:
            self._f, self._g = (_tensor(one, device) for one in (self._f, self._g))

    def block(self, rows: slice, columns: slice) -> Any:
        """By one product and its roots."""
        found = _product(self._left, self._right, rows, columns)
        if is_torch(found):
            found = found.clamp_(min=0).sqrt_()
        else:
            np.sqrt(np.maximum(found, 0, out=found), out=found)
        found -= self._g[columns]
        found -= self._f[rows, None]
        return found

    def strip(self, rows: slice) -> Roots:
        """Of views."""
        part = copy(self)
        part._left, part._f = self._left[rows], self._f[rows]
        return part


def _placed(left: np.ndarray, right: np.ndarray, device: str | None, kind: type) -> tuple[Any, Any, tuple[int, int]]:
    """Both factors where they are multiplied, and the size of blocks that suits the place."""
    if device is not None:
        return _tensor(left, device), _tensor(right, device), (4096, 2**15)
    return np.ascontiguousarray(left, dtype=kind), np.ascontiguousarray(right, dtype=kind), (64, 2048)


def _product(left: Any, right: Any, rows: slice, columns: slice) -> Any:
    """Of a part of the rows and a part of the columns; those apart from each other are brought together first."""
    part = right[:, columns]
    if columns.step is not None:
        part = part.contiguous() if is_torch(part) else np.ascontiguousarray(part)
    return left[rows] @ part


def _tensor(array: np.ndarray, device: str) -> Any:
    """In float64: a device may be set to shorten products of float32 to 10 bits."""
    import torch

    return torch.as_tensor(np.ascontiguousarray(array), dtype=torch.float64, device=device)
