"""What moving a unit of mass costs: a ground distance to a power, or a matrix of the user's."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import final

import numpy as np
from scipy.spatial.distance import cdist

__all__ = ["GROUNDS", "Cost", "MatrixCost", "PointCost", "pairwise", "point_cost"]

#: The ground distances between points, by name.
GROUNDS = ("euclidean", "cityblock")

#: The unit roundoff of float64.
ROUNDOFF = 2.0**-53

#: Coordinates of this size are divided before they are subtracted from each other.
HUGE = 2.0**900

#: Powers of two up to this stay far from overflow and underflow, whatever is summed.
_SAFE_EXPONENT = 500

#: Pairs in one block: a block of costs that stays in the cache of one core.
_BLOCK = 2**18


class Cost(ABC):
    """The cost c_ij of moving a unit of mass from atom i to atom j, for the transport distance of some order.

    .. math:: W = u \\, \\Big( \\min_{\\pi} \\sum_{ij} \\pi_{ij} c_{ij} \\Big)^{1 / p}

    Costs are in units of ``unit ** order``; the unit is 1 unless powers of the coordinates would leave float64.

    Attributes
    ----------
    shape : (n, m)
    order : float, the p above
    unit : float, the u above
    relative_error : float
        How far a cost that :meth:`block` returns may be above the true one, relative to it.
    """

    order: float
    unit: float
    relative_error: float

    @property
    @abstractmethod
    def shape(self) -> tuple[int, int]:
        """(n, m): how many atoms on either side."""

    @property
    @abstractmethod
    def reach(self) -> float:
        """An upper bound of the order-th roots of all costs, in ``unit``."""

    @abstractmethod
    def block(self, start: int, stop: int) -> np.ndarray:
        """The costs from atoms ``start`` up to ``stop`` to all atoms, (stop - start, m), in ``unit ** order``."""

    @abstractmethod
    def distances(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """The order-th roots of the costs of pairs, in ``unit``, without underflow in between."""

    @abstractmethod
    def powers(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """The costs of pairs, in ``unit ** order``."""

    @abstractmethod
    def part(self, rows: np.ndarray, columns: np.ndarray) -> Cost:
        """The cost between some atoms of each side."""

    @abstractmethod
    def strip(self, rows: slice) -> Cost:
        """The cost from consecutive atoms to all others: a view."""

    @abstractmethod
    def transposed(self) -> Cost:
        """The cost of the way back: rows and columns change places."""

    def blocks(self) -> Iterator[tuple[slice, np.ndarray]]:
        """All costs, a block of rows at a time."""
        n, m = self.shape
        rows = max(1, _BLOCK // m)
        for start in range(0, n, rows):
            stop = min(n, start + rows)
            yield slice(start, stop), self.block(start, stop)

    def dense(self) -> np.ndarray:
        """The (n, m) matrix of costs, writable."""
        matrix = np.empty(self.shape)
        for rows, block in self.blocks():
            matrix[rows] = block
        return matrix


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class PointCost(Cost):
    """Costs |x_i - y_j|^p between points.

    Parameters
    ----------
    x : (n, d) array
    y : (m, d) array
    order : float
    ground : "euclidean" or "cityblock"
    unit : float
        A power of two where it is beyond 2**900.
    cap : float
        :meth:`block` lowers costs above it, in ``unit ** order``, to it: what potentials prove with them is a lower
        bound all the more. The costs of a high order span more digits than float64 has.
    """

    x: np.ndarray
    y: np.ndarray
    order: float
    ground: str
    unit: float
    cap: float = math.inf

    @property
    def shape(self) -> tuple[int, int]:
        """(n, m)."""
        return len(self.x), len(self.y)

    @property
    def reach(self) -> float:
        """The diagonal of the box around all points."""
        both = np.maximum(self.x.max(axis=0), self.y.max(axis=0)), np.minimum(self.x.min(axis=0), self.y.min(axis=0))
        sides = _subtract(*both, self.unit)
        return float(sides.sum() if self.ground == "cityblock" else math.hypot(*sides)) * (
            1 + 64 * ROUNDOFF * len(sides)
        )

    @property
    def relative_error(self) -> float:
        """A difference and its quotient by the unit are rounded once, the square and the d - 1 sums once each, the root
        halves that; the power multiplies it by the order and adds its own few roundings."""
        d = self.x.shape[1]
        return 2 * ROUNDOFF * (self.order * (d + 4) + 4)

    def block(self, start: int, stop: int) -> np.ndarray:
        """Costs of a block of rows, by differences: |x|^2 - 2xy + |y|^2 loses digits far from the origin."""
        x = self.x[start:stop]
        squared = self.ground == "euclidean" and self.order == 2
        if self.unit == 1:
            full = cdist(x, self.y, "sqeuclidean") if squared else _power(pairwise(x, self.y, self.ground), self.order)
            return np.minimum(full, self.cap, out=full) if self.cap < math.inf else full
        total = np.zeros((len(x), len(self.y)))
        for k in range(x.shape[1]):
            difference = np.abs(_subtract(x[:, k, None], self.y[None, :, k], self.unit))
            total += difference if self.ground == "cityblock" else difference * difference
        if squared:
            return np.minimum(total, self.cap)
        with np.errstate(over="ignore"):  # what overflows is above the cap
            return np.minimum(_power(total if self.ground == "cityblock" else np.sqrt(total), self.order), self.cap)

    def distances(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """Ground distances of pairs, each scaled by its own largest coordinate difference."""
        difference = np.abs(_subtract(self.x[rows], self.y[columns], self.unit))
        if self.unit > 1:  # what the division by the unit rounds away is counted, for an upper bound to be one
            difference += LEAST * ((difference < np.finfo(np.float64).tiny) & (self.x[rows] != self.y[columns]))
        if self.ground == "cityblock":
            return difference.sum(axis=1)
        largest = difference.max(axis=1)
        safe = np.where(largest > 0, largest, 1.0)[:, None]
        return largest * np.sqrt(np.square(difference / safe).sum(axis=1))

    def powers(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """The order-th powers of the distances."""
        return _power(self.distances(rows, columns), self.order)

    def part(self, rows: np.ndarray, columns: np.ndarray) -> PointCost:
        """Between some of the points."""
        return replace(self, x=self.x[rows], y=self.y[columns])

    def strip(self, rows: slice) -> PointCost:
        """From some of the points."""
        return replace(self, x=self.x[rows])

    def transposed(self) -> PointCost:
        """From y to x."""
        return replace(self, x=self.y, y=self.x)


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class MatrixCost(Cost):
    """Costs given as a matrix, exact as they stand.

    Parameters
    ----------
    matrix : (n, m) array, non-negative
    order : float
    """

    matrix: np.ndarray
    order: float
    unit: float = 1.0
    relative_error: float = 0.0

    @property
    def shape(self) -> tuple[int, int]:
        """(n, m)."""
        return self.matrix.shape[0], self.matrix.shape[1]

    @property
    def reach(self) -> float:
        """The root of the largest entry."""
        return float(self.matrix.max()) ** (1 / self.order)

    def block(self, start: int, stop: int) -> np.ndarray:
        """A block of rows of the matrix."""
        return self.matrix[start:stop]

    def distances(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """The order-th roots of entries."""
        return _power(self.matrix[rows, columns], 1 / self.order)

    def powers(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """Entries."""
        return self.matrix[rows, columns]

    def part(self, rows: np.ndarray, columns: np.ndarray) -> MatrixCost:
        """Some rows and columns; no copy where these are all."""
        if len(rows) == self.shape[0] and len(columns) == self.shape[1]:
            return self
        return replace(self, matrix=self.matrix[np.ix_(rows, columns)])

    def strip(self, rows: slice) -> MatrixCost:
        """Some rows."""
        return replace(self, matrix=self.matrix[rows])

    def transposed(self) -> MatrixCost:
        """A view of the transposed matrix."""
        return replace(self, matrix=self.matrix.T)


def point_cost(x: np.ndarray, y: np.ndarray, *, order: float, ground: str) -> PointCost:
    """The costs between two clouds, in a unit that keeps their powers inside float64.

    Parameters
    ----------
    x : (n, d) array
    y : (m, d) array
    order : float, at least 1
    ground : "euclidean" or "cityblock"

    Examples
    --------
    >>> import numpy as np
    >>> point_cost(np.zeros((1, 2)), np.array([[3.0, 4.0]]), order=1, ground="euclidean").block(0, 1)
    array([[5.]])
    """
    high, low = np.maximum(x.max(axis=0), y.max(axis=0)), np.minimum(x.min(axis=0), y.min(axis=0))
    half = float((high / 2 - low / 2).max())  # halved first: the difference of two float64 may overflow
    exponent = math.frexp(half)[1] + 1
    fits = half == 0 or abs(exponent) * max(order, 2.0) < _SAFE_EXPONENT
    # 2**1023 is the largest power of two; a diameter above it is still at most 4 units.
    return PointCost(x=x, y=y, order=order, ground=ground, unit=1.0 if fits else 2.0 ** min(exponent, 1023))


#: Counted where a division by the unit may have left nothing; a mass times this is still a normal float.
LEAST = 1e-300


def pairwise(x: np.ndarray, y: np.ndarray, ground: str) -> np.ndarray:
    """Distances between all points of two clouds, (n, m), from differences of coordinates.

    Examples
    --------
    >>> import numpy as np
    >>> pairwise(np.zeros((1, 2)), np.array([[3.0, 4.0]]), "cityblock")
    array([[7.]])
    """
    return cdist(x, y, "cityblock") if ground == "cityblock" else cdist(x, y, "euclidean")


def _subtract(x: np.ndarray, y: np.ndarray, unit: float) -> np.ndarray:
    """(x - y) / unit. Huge coordinates are scaled first (by a power of two), others after the difference."""
    if unit > HUGE:
        return x / unit - y / unit
    return (x - y) / unit


def _power(base: np.ndarray, exponent: float) -> np.ndarray:
    return base if exponent == 1 else np.square(base) if exponent == 2 else np.power(base, exponent)
