"""Closed sets, with laws whose distance to them has known moments."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from array_api_compat import array_namespace
from scipy.spatial.distance import pdist

from dualgap.testing.known_distances.distance_to import norms, pairwise
from dualgap.testing.known_distances.moments import (
    circle_moment,
    noncentral_moment,
    radial_moment,
    sphere_moment,
)
from dualgap.validation import count, is_torch, real

__all__ = ["Centres", "Circle", "ClosedSet", "Origin", "Sphere", "Subspace", "SubspaceOfMixture"]


class ClosedSet(ABC):
    """A closed set A of R^d, and a law P, standard normal unless said.

    Attributes
    ----------
    label : str
        What it is, in a few words.
    least_dimension : int
        Of a space that it can be in.
    """

    label: str
    least_dimension: int = 1

    @abstractmethod
    def distance(self, points: Any) -> Any:
        """(n,) distances to A of (n, d) points: arrays of numpy, or tensors."""

    @abstractmethod
    def project(self, points: np.ndarray) -> np.ndarray:
        """(n, d): a nearest point of A to each."""

    @abstractmethod
    def moment(self, dimension: int, order: float) -> float:
        """E dist(X, A)^p for X of law P."""

    def draw(self, n: int, dimension: int, rng: np.random.Generator) -> np.ndarray:
        """n draws of P."""
        return rng.normal(size=(n, dimension))


@final
@dataclass(frozen=True)
class Origin(ClosedSet):
    """The point 0: moving towards it is scaling."""

    label = "0"

    def distance(self, points: Any) -> Any:
        """The length."""
        return norms(points)

    def project(self, points: np.ndarray) -> np.ndarray:
        """0."""
        return np.zeros_like(points)

    def moment(self, dimension: int, order: float) -> float:
        """Of a chi law with d degrees of freedom."""
        return radial_moment(dimension, order)


@final
@dataclass(frozen=True)
class Subspace(ClosedSet):
    """The span of the first coordinates.

    Parameters
    ----------
    rank : int
        How many, less than the dimension.

    Examples
    --------
    >>> Subspace(1).distance(np.array([[7.0, 3.0, 4.0]])).tolist()
    [5.0]
    """

    rank: int = 1

    @property
    def label(self) -> str:  # pyright: ignore[reportIncompatibleVariableOverride] - read only, here as there
        """With its size."""
        return f"a subspace of {self.rank}"

    def __post_init__(self) -> None:
        count(self.rank, "rank")

    @property
    def least_dimension(self) -> int:  # pyright: ignore[reportIncompatibleVariableOverride] - read only, here as there
        """The subspace is not the whole space."""
        return self.rank + 1

    def distance(self, points: Any) -> Any:
        """The length of the other coordinates."""
        return norms(points[:, self.rank :])

    def project(self, points: np.ndarray) -> np.ndarray:
        """The other coordinates set to 0."""
        return np.where(np.arange(points.shape[1]) < self.rank, points, 0.0)

    def moment(self, dimension: int, order: float) -> float:
        """Of a chi law with d - rank degrees of freedom."""
        return radial_moment(dimension - self.rank, order)


@final
@dataclass(frozen=True)
class Sphere(ClosedSet):
    """Of a radius, around 0.

    Parameters
    ----------
    radius : float

    Examples
    --------
    >>> Sphere(2.0).distance(np.array([[3.0, 4.0]])).tolist()
    [3.0]
    """

    radius: float = 1.0

    @property
    def label(self) -> str:  # pyright: ignore[reportIncompatibleVariableOverride] - read only, here as there
        """With its size."""
        return f"a sphere of {self.radius:g}"

    def __post_init__(self) -> None:
        real(self.radius, "radius", above=0)

    def distance(self, points: Any) -> Any:
        """How far the length is from the radius."""
        return abs(norms(points) - self.radius)

    def project(self, points: np.ndarray) -> np.ndarray:
        """The point times the radius over its length; from 0, along the first axis."""
        return self.radius * _directions(points)

    def moment(self, dimension: int, order: float) -> float:
        """By quadrature over the radius, on both sides of the sphere."""
        return sphere_moment(dimension, order, self.radius)


@final
@dataclass(frozen=True)
class Circle(ClosedSet):
    """Of a radius around 0, in the plane of the first two coordinates.

    Parameters
    ----------
    radius : float

    Examples
    --------
    >>> Circle(1.0).distance(np.array([[4.0, 0.0, 4.0]])).tolist()
    [5.0]
    """

    radius: float = 1.0

    least_dimension = 2

    @property
    def label(self) -> str:  # pyright: ignore[reportIncompatibleVariableOverride] - read only, here as there
        """With its size."""
        return f"a circle of {self.radius:g}"

    def __post_init__(self) -> None:
        real(self.radius, "radius", above=0)

    def distance(self, points: Any) -> Any:
        """The hypotenuse of the distances within the plane and from it."""
        within = norms(points[:, :2]) - self.radius
        xp = array_namespace(points)
        return norms(xp.concat([within[:, None], points[:, 2:]], axis=1))

    def project(self, points: np.ndarray) -> np.ndarray:
        """The nearest point of the circle; from its axis, the one on the first axis."""
        return np.hstack([self.radius * _directions(points[:, :2]), np.zeros_like(points[:, 2:])])

    def moment(self, dimension: int, order: float) -> float:
        """By quadrature over the distances within the plane (Rayleigh) and from it (chi)."""
        return circle_moment(dimension, order, self.radius)


@final
@dataclass(frozen=True)
class Centres(ClosedSet):
    """Finitely many points, and a mixture of uniform laws on balls around them that do not overlap.

    Parameters
    ----------
    number : int
    radius : float
        Of the balls; the two nearest of the centres are two radii apart.
    seed : int
        Of the centres, which are normal but for their scale.

    Examples
    --------
    >>> Centres(3, radius=0.5).moment(4, 1.0)  # radius d / (d + 1)
    0.4
    """

    number: int = 8
    radius: float = 1.0
    seed: int = 0

    @property
    def label(self) -> str:  # pyright: ignore[reportIncompatibleVariableOverride] - read only, here as there
        """With its size."""
        return f"{self.number} centres of balls"

    def __post_init__(self) -> None:
        count(self.number, "number")
        real(self.radius, "radius", above=0)
        count(self.seed, "seed", at_least=0)

    def places(self, dimension: int) -> np.ndarray:
        """The (number, d) centres."""
        normal = np.random.default_rng((self.seed, self.number)).normal(size=(self.number, dimension))
        # the factor keeps the balls apart after rounding
        return normal if self.number == 1 else normal * (2 * self.radius * (1 + 1e-12) / pdist(normal).min())

    def distance(self, points: Any) -> Any:
        """To the nearest centre."""
        far = pairwise(points, self.places(points.shape[1]))
        return far.min(1).values if is_torch(far) else far.min(1)

    def project(self, points: np.ndarray) -> np.ndarray:
        """The nearest centre."""
        places = self.places(points.shape[1])
        return places[pairwise(points, places).argmin(1)]

    def moment(self, dimension: int, order: float) -> float:
        """radius^p d / (d + p): in a ball, the distance over the radius is the d-th root of a uniform number."""
        return self.radius**order * dimension / (dimension + order)

    def draw(self, n: int, dimension: int, rng: np.random.Generator) -> np.ndarray:
        """n draws of the mixture."""
        lengths = self.radius * rng.uniform(size=(n, 1)) ** (1 / dimension)
        labels = rng.integers(self.number, size=n)
        return self.places(dimension)[labels] + lengths * _directions(rng.normal(size=(n, dimension)))


@final
@dataclass(frozen=True)
class SubspaceOfMixture(ClosedSet):
    """The span of the first coordinates, and a mixture of normal laws of one deviation.

    Parameters
    ----------
    rank : int
    number : int
        Of components, equally likely.
    spread, deviation : float
        The means are normal with deviation ``spread``.
    seed : int
        Of the means.

    Examples
    --------
    >>> round(SubspaceOfMixture(spread=1e-9).moment(3, 2.0), 12)  # two normal coordinates of deviation 1/2
    0.5
    """

    rank: int = 1
    number: int = 4
    spread: float = 2.0
    deviation: float = 0.5
    seed: int = 0

    @property
    def label(self) -> str:  # pyright: ignore[reportIncompatibleVariableOverride] - read only, here as there
        """With its size."""
        return f"a subspace of {self.rank} from {self.number} clusters"

    def __post_init__(self) -> None:
        count(self.number, "number")
        real(self.spread, "spread", at_least=0)
        real(self.deviation, "deviation", above=0)
        count(self.seed, "seed", at_least=0)
        Subspace(self.rank)

    @property
    def least_dimension(self) -> int:  # pyright: ignore[reportIncompatibleVariableOverride] - read only, here as there
        """The subspace is not the whole space."""
        return self.rank + 1

    def means(self, dimension: int) -> np.ndarray:
        """The (number, d) means."""
        return self.spread * np.random.default_rng((self.seed, self.number)).normal(size=(self.number, dimension))

    def distance(self, points: Any) -> Any:
        """The length of the other coordinates."""
        return Subspace(self.rank).distance(points)

    def project(self, points: np.ndarray) -> np.ndarray:
        """The other coordinates set to 0."""
        return Subspace(self.rank).project(points)

    def moment(self, dimension: int, order: float) -> float:
        """The mean of the components' noncentral chi moments, by Kummer's function."""
        squares = ((self.means(dimension)[:, self.rank :] / self.deviation) ** 2).sum(1)
        moments = [noncentral_moment(dimension - self.rank, order, float(square)) for square in squares]
        return self.deviation**order * float(np.mean(moments))

    def draw(self, n: int, dimension: int, rng: np.random.Generator) -> np.ndarray:
        """n draws of the mixture."""
        labels = rng.integers(self.number, size=n)
        return self.means(dimension)[labels] + self.deviation * rng.normal(size=(n, dimension))


def _directions(points: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(points, axis=1, keepdims=True)
    first = np.eye(1, points.shape[1])
    return np.where(lengths > 0, points / np.where(lengths > 0, lengths, 1.0), first)
