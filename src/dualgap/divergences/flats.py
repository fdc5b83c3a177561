"""Where draws lie: on flats, near curves, or at the same places, which is what a nearest-neighbour estimate must know first."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np
from scipy.spatial import cKDTree  # pyright: ignore[reportAttributeAccessIssue]

from dualgap.errors import InvalidInput

__all__ = ["Flat", "flat_of", "in_common_unit", "intrinsic_dimension", "require_full_dimension"]

#: Variances below this share of the largest are rounding: the draws lie on a flat.
FLAT = 1e-13
#: A draw this far off a flat, in units of the spread, is off it.
OFF = 1e-6
#: Draws that the local dimension is estimated from.
LOOKED_AT = 5000
#: In more dimensions the estimate of the local dimension is itself too small, by its bias.
LARGEST_DIMENSION = 10


@final
@dataclass(frozen=True)
class Flat:
    """An affine subspace.

    Parameters
    ----------
    centre : (d,) array
    normals : (d, d - r) array
        Orthonormal directions that leave it.
    spread : float
        Standard deviation of the draws along its longest direction.
    """

    centre: np.ndarray
    normals: np.ndarray
    spread: float

    @property
    def dimension(self) -> int:
        """r."""
        return self.normals.shape[0] - self.normals.shape[1]

    def contains(self, points: np.ndarray) -> bool:
        """Whether all of the points lie on it, up to a millionth of its spread."""
        return bool((np.abs((points - self.centre) @ self.normals) <= OFF * self.spread).all())


def flat_of(points: np.ndarray) -> Flat:
    """The smallest affine subspace that holds the points, by the eigenvectors of their covariance.

    Examples
    --------
    >>> t = np.linspace(0.0, 1.0, 9)
    >>> flat_of(np.column_stack([t, 3 * t])).dimension
    1
    """
    centre = points.mean(axis=0)
    values, vectors = np.linalg.eigh((points - centre).T @ (points - centre) / len(points))
    largest = float(values[-1])
    return Flat(centre, vectors[:, values <= FLAT * largest], math.sqrt(max(largest, 0.0)))


def in_common_unit(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both divided by a power of two, so that the largest coordinate range is about 1: exact, and no square overflows.

    A coordinate in which no two draws differ, which may be huge next to that range, becomes 0.
    """
    with np.errstate(over="ignore"):
        ranges = np.maximum(x.max(0), y.max(0)) - np.minimum(x.min(0), y.min(0))
    if not np.isfinite(ranges).all():
        return in_common_unit(x / 4, y / 4)
    exponent = math.frexp(float(ranges.max()))[1]
    first, second = (np.where(ranges > 0, draws, 0.0) for draws in (x, y))
    return np.ldexp(first, -exponent), np.ldexp(second, -exponent)


def intrinsic_dimension(points: np.ndarray) -> tuple[float, int]:
    """The local dimension of the law of some points, and the number of draws that it is estimated from.

    .. math:: \\hat d = N \\Big/ \\sum_i \\ln \\frac{r_2(i)}{r_1(i)}

    with the distances of a draw to its two nearest others: where the density is locally constant, their ratio follows a
    Pareto law with exponent d. The standard error is d / sqrt(N). Draws that coincide with another are left out.

    Examples
    --------
    >>> angle = np.random.default_rng(0).uniform(0, 6.28, 500)
    >>> estimate, _ = intrinsic_dimension(np.column_stack([np.cos(angle), np.sin(angle)]))
    >>> round(estimate)
    1

    Reference: facco2017
    """
    points = points[:: -(-len(points) // LOOKED_AT)]
    first, second = cKDTree(points).query(points, k=[2, 3])[0].T
    apart = (first > 0) & (second > first)
    logs = float(np.log(second[apart] / first[apart]).sum())
    return (np.count_nonzero(apart) / logs, int(np.count_nonzero(apart))) if logs > 0 else (math.inf, 0)


def require_full_dimension(points: np.ndarray, name: str, flat: Flat) -> None:
    """Refuse draws that lie near a curved set of lower dimension than their flat: a power of distances is no volume there.

    Raises
    ------
    InvalidInput
    """
    dimension = flat.dimension
    if not 2 <= dimension <= LARGEST_DIMENSION:
        return
    estimate, draws = intrinsic_dimension(points)
    if draws and estimate * (1 + 4 / math.sqrt(draws)) < 0.8 * dimension:
        raise InvalidInput(
            f"{name} must have a density on the {dimension} dimensions that its draws span, got draws that are locally "
            f"{estimate:.2g}-dimensional, so that the estimate would be about {dimension / estimate:.2g} times too "
            "large; bring the coordinates to a common scale, or pass the dimension of the set as dimension=",
            argument=name,
        )
