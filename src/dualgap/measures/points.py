"""Discrete measures in R^d, and samples of unknown laws."""

from __future__ import annotations

from dataclasses import InitVar, dataclass
from typing import Any, final

import numpy as np
from numpy.lib.stride_tricks import as_strided

from dualgap import validation
from dualgap.errors import InvalidInput
from dualgap.measures.measure import Measure

__all__ = ["Points", "Samples"]


@final
@dataclass(frozen=True, eq=False)
class Points(Measure):
    """The discrete measure that puts mass ``weights[i]`` on ``points[i]``.

    .. math:: \\mu = \\sum_i w_i \\delta_{x_i}

    Parameters
    ----------
    points : (n, d) array, or (n,) for d = 1
        Positions, finite; repeated points add their masses.
    weights : (n,) array, optional
        Non-negative, summing to 1; 1/n each when omitted.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> mu = dg.Points([[0.0, 0.0], [3.0, 4.0]], [0.25, 0.75])
    >>> mu.points.shape, mu.dimension
    ((2, 2), 2)
    """

    points: Any
    weights: Any = None
    _name: InitVar[str] = "points"

    def __post_init__(self, _name: str) -> None:
        points = validation.points_array(self.points, _name)
        if self.weights is None:
            weights = (
                points.new_full((len(points),), 1 / len(points))
                if validation.is_torch(points)
                # One number seen n times: equal masses cost no memory and no time.
                else as_strided(np.array(1 / len(points), points.dtype), (len(points),), (0,))
            )
        else:
            weights = validation.probabilities(self.weights, "weights")
            if weights.ndim != 1:
                raise InvalidInput(f"weights must have shape (n,), got {tuple(weights.shape)}", argument="weights")
            validation.same_length(len(points), len(weights), (_name, "weights"), "length")
        object.__setattr__(self, "points", points)
        object.__setattr__(self, "weights", weights)

    @property
    def dimension(self) -> int:
        """The d of R^d."""
        return int(self.points.shape[1])


@final
@dataclass(frozen=True, eq=False)
class Samples(Measure):
    """Independent draws of an unknown law: it is the *law's* divergence that is asked for, not the draws'.

    Parameters
    ----------
    points : (n, d) array, or (n,) for d = 1
        At least two draws.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> dg.Samples([0.1, -0.4, 0.3]).dimension
    1
    """

    points: Any
    _name: InitVar[str] = "points"

    def __post_init__(self, _name: str) -> None:
        points = validation.points_array(self.points, _name)
        if len(points) < 2:
            raise InvalidInput(f"{_name} must hold at least 2 draws, got {len(points)}", argument=_name)
        object.__setattr__(self, "points", points)

    @property
    def dimension(self) -> int:
        """The d of R^d."""
        return int(self.points.shape[1])
