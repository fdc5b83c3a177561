"""Laws on the line as mixtures of single humps: masses of cells in either tail, and bounds of the density on a cell."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from array_api_compat import array_namespace, device
from scipy.special import log_ndtr

from dualgap.divergences.discrete import alike
from dualgap.errors import InvalidInput
from dualgap.measures import Density, Gaussian, Measure, Mixture
from dualgap.validation import detached

__all__ = [
    "Hump",
    "LaplaceHump",
    "LineLaw",
    "NormalHump",
    "in_single_precision",
    "line_law",
    "log_density_of",
    "log_ratio_bounds",
]

EPS = float(np.finfo(np.float64).eps)


class Hump(ABC):
    """A density on the line that rises up to its mode and falls after it.

    Attributes
    ----------
    mode, scale : float
        The mode is nan where it is not known; then nothing bounds the density on a cell.
    ends : pair of float
        The interval that holds all of the mass.
    largest_grid : int
        How many cells are worth while.
    """

    mode: float
    scale: float
    ends: tuple[float, float] = (-math.inf, math.inf)
    largest_grid: int = 300_000

    @abstractmethod
    def log_density(self, x: np.ndarray) -> np.ndarray:
        """ln of the density."""

    @abstractmethod
    def log_cdf(self, x: np.ndarray) -> np.ndarray:
        """ln of the mass below x."""

    @abstractmethod
    def log_sf(self, x: np.ndarray) -> np.ndarray:
        """ln of the mass above x."""

    @abstractmethod
    def grid(self) -> np.ndarray:
        """Where its cells begin, in units of the scale from the mode; what lies outside weighs next to nothing."""

    def edges(self) -> np.ndarray:
        """Where its cells begin."""
        return self.mode + self.scale * self.grid()

    def log_masses(self, edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """ln of the mass of every cell between (k,) increasing edges, tails first and last, and its relative error."""
        return _log_masses(self, edges)

    def log_density_bounds(self, edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Bounds of ln density on every cell between two edges: the least value is at an end."""
        return between_ends(self.log_density(edges), edges, self.mode, float(self.log_density(np.array(self.mode))))

    def tail_moments(self, b: float) -> tuple[float, float, float] | None:
        """The integrals of 1, |x - mode| and (x - mode)^2 over x > mode + b, for b > 0; None unless it is symmetric."""
        return None

    def log_density_polynomial(self) -> tuple[float, float, float] | None:
        """(a, b, c) with ln density = a - b |x - mode| - c (x - mode)^2, where there are such."""
        return None


@final
@dataclass(frozen=True)
class NormalHump(Hump):
    """N(mode, scale^2).

    >>> float(NormalHump(0.0, 1.0).log_cdf(np.array(0.0)))
    -0.6931471805599453
    """

    mode: float
    scale: float

    def log_density(self, x: np.ndarray) -> np.ndarray:
        """-z^2/2 - ln(scale sqrt(2 pi))."""
        return -(((x - self.mode) / self.scale) ** 2) / 2 - math.log(self.scale * math.sqrt(2 * math.pi))

    def log_cdf(self, x: np.ndarray) -> np.ndarray:
        """ln Phi(z)."""
        return log_ndtr((x - self.mode) / self.scale)

    def log_sf(self, x: np.ndarray) -> np.ndarray:
        """ln Phi(-z)."""
        return log_ndtr((self.mode - x) / self.scale)

    def grid(self) -> np.ndarray:
        """To 38 deviations, where the mass is the smallest of all doubles."""
        half = np.concatenate([np.linspace(0, 10, 41), [11, 12.5, 15, 20, 27, 38]])
        return np.concatenate([-half[:0:-1], half])

    def tail_moments(self, b: float) -> tuple[float, float, float]:
        """In z = b / scale: Q(z), phi(z), z phi(z) + Q(z), times powers of the scale."""
        z = b / self.scale
        mass, density = math.exp(float(log_ndtr(-z))), math.exp(-z * z / 2) / math.sqrt(2 * math.pi)
        return mass, self.scale * density, self.scale**2 * (z * density + mass)

    def log_density_polynomial(self) -> tuple[float, float, float]:
        """Quadratic."""
        return -math.log(self.scale * math.sqrt(2 * math.pi)), 0.0, 1 / (2 * self.scale**2)


@final
@dataclass(frozen=True)
class LaplaceHump(Hump):
    """e^(-|x - mode| / scale) / (2 scale).

    >>> float(LaplaceHump(0.0, 1.0).log_sf(np.array(0.0)))
    -0.6931471805599453
    """

    mode: float
    scale: float

    def log_density(self, x: np.ndarray) -> np.ndarray:
        """-|z| - ln(2 scale)."""
        return -np.abs(x - self.mode) / self.scale - math.log(2 * self.scale)

    def log_cdf(self, x: np.ndarray) -> np.ndarray:
        """z - ln 2 below the mode, ln(1 - e^-z / 2) above it."""
        z = (np.asarray(x) - self.mode) / self.scale
        return np.where(z < 0, z - math.log(2), np.log1p(-np.exp(-np.abs(z)) / 2))

    def log_sf(self, x: np.ndarray) -> np.ndarray:
        """The mirror image."""
        return self.log_cdf(2 * self.mode - np.asarray(x))

    def grid(self) -> np.ndarray:
        """To 700 scales, where the mass is next to the smallest of all doubles."""
        half = np.concatenate([np.linspace(0, 20, 81), np.linspace(21, 60, 40), [70, 90, 130, 200, 350, 700]])
        return np.concatenate([-half[:0:-1], half])

    def tail_moments(self, b: float) -> tuple[float, float, float]:
        """e^-z / 2 times 1, (z + 1) and (z^2 + 2z + 2) with z = b / scale, times powers of the scale."""
        z = b / self.scale
        mass = math.exp(-z) / 2
        return mass, self.scale * mass * (z + 1), self.scale**2 * mass * (z * z + 2 * z + 2)

    def log_density_polynomial(self) -> tuple[float, float, float]:
        """Linear in the distance."""
        return -math.log(2 * self.scale), 1 / self.scale, 0.0


@final
@dataclass(frozen=True, eq=False)
class LineLaw:
    """A mixture of humps.

    Parameters
    ----------
    weights : (k,) float64 array, positive
    humps : k humps
    """

    weights: np.ndarray
    humps: tuple[Hump, ...]

    def grid(self) -> np.ndarray:
        """The beginnings of the cells of all humps."""
        return np.unique(np.concatenate([hump.edges() for hump in self.humps]))

    def reaches(self, edges: np.ndarray) -> tuple[bool, bool]:
        """Whether there can be mass below the first edge, and above the last."""
        return any(h.ends[0] < edges[0] for h in self.humps), any(h.ends[1] > edges[-1] for h in self.humps)

    def log_masses(self, edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """ln of the mass of every cell between (k,) increasing edges, tails first and last, and its relative error."""
        logs, errors = zip(*(hump.log_masses(edges) for hump in self.humps), strict=True)
        weighted = np.log(self.weights)[:, None] + np.array(logs)
        total = np.logaddexp.reduce(weighted, axis=0)
        with np.errstate(invalid="ignore"):
            shares = np.where(total > -np.inf, np.exp(weighted - total), 0.0)
        return total, (shares * np.array(errors)).sum(0) + 8 * EPS * (1 + len(self.humps))

    def log_density(self, x: np.ndarray) -> np.ndarray:
        """ln of the density."""
        return np.logaddexp.reduce([math.log(w) + h.log_density(x) for w, h in self._parts()], axis=0)

    def log_density_bounds(self, edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Bounds of ln density on every cell between two edges: each hump has its least value at an end."""
        low, high = zip(*(hump.log_density_bounds(edges) for hump in self.humps), strict=True)
        logs = np.log(self.weights)[:, None]
        return tuple(np.logaddexp.reduce(logs + np.array(part), axis=0) for part in (low, high))  # pyright: ignore[reportReturnType]

    def _parts(self) -> list[tuple[float, Hump]]:
        return list(zip(self.weights.tolist(), self.humps, strict=True))


def between_ends(ends: np.ndarray, edges: np.ndarray, mode: float, top: float) -> tuple[np.ndarray, np.ndarray]:
    """Bounds on every cell of what rises up to its mode and falls after it, by its values at the edges."""
    with np.errstate(invalid="ignore"):
        size = np.maximum(np.abs(ends[1:]), np.abs(ends[:-1]))
        slack = 8 * EPS * (1 + np.where(np.isfinite(size), size, 0.0))
        inside = (edges[:-1] < mode) & (mode < edges[1:])
        return (
            np.minimum(ends[1:], ends[:-1]) - slack,
            np.where(inside, top, np.maximum(ends[1:], ends[:-1])) + slack,
        )


def _log_masses(hump: Hump, edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """By differences of the smaller tail, which keep their digits far out, or by the density, where it hardly changes."""
    below = np.concatenate([[-np.inf], hump.log_cdf(edges), [0.0]])
    above = np.concatenate([[0.0], hump.log_sf(edges), [-np.inf]])
    # On each side of the median the mass is e^high - e^low with the smaller pair of tails.
    left = below[1:] <= above[:-1]
    high, low = np.where(left, below[1:], above[:-1]), np.where(left, below[:-1], above[1:])
    with np.errstate(invalid="ignore", divide="ignore"):
        fall = np.where(high > -np.inf, low - high, -np.inf)
        share = -np.expm1(fall)
        logs = np.where(share > 0, high + np.log(share), -np.inf)
        rounding = (
            8 * EPS * (4 + np.where(np.isfinite(high), np.abs(high), 0) + np.where(np.isfinite(low), np.abs(low), 0))
        )
        errors = np.where(share > 0, rounding / share, 1.0)
    # The mass of a narrow cell is its width times a value of the density, which is known better than the difference.
    ends = hump.log_density(edges)
    size = np.maximum(np.abs(ends[1:]), np.abs(ends[:-1])) + abs(math.log(hump.scale))
    steep = np.abs(ends[1:] - ends[:-1]) / 2 + 16 * EPS * (2 + size)
    steep[(edges[:-1] < hump.mode) & (hump.mode < edges[1:])] = np.inf
    narrow = np.flatnonzero(steep < errors[1:-1])
    logs[1 + narrow] = ((ends[1:] + ends[:-1]) / 2 + np.log(np.diff(edges)))[narrow]
    errors[1 + narrow] = steep[narrow]
    return logs, errors


def line_law(law: Measure) -> LineLaw | None:
    """The law as a mixture of laws whose cells have known masses; None when it is not one."""
    from dualgap.divergences import cumulative  # it is made of what this module defines

    if isinstance(law, Gaussian) and law.dimension == 1:
        variance = float(detached(law.covariance)[0, 0])
        if variance > 0:
            return LineLaw(np.ones(1), (NormalHump(float(detached(law.mean)[0]), math.sqrt(variance)),))
    if isinstance(law, Density) and law.family is not None and law.family.name == "laplace":
        values = law.family.numbers
        return LineLaw(np.ones(1), (LaplaceHump(values["loc"], values["scale"]),))
    if isinstance(law, Density) and law.dimension == 1 and (hump := cumulative.hump_of(law)) is not None:
        return LineLaw(np.ones(1), (hump,))
    if isinstance(law, Mixture) and law.dimension == 1:
        parts = [(w, line_law(c)) for w, c in zip(detached(law.weights), law.components, strict=True) if w > 0]
        if all(part is not None for _, part in parts):
            return LineLaw(
                np.concatenate([w * part.weights for w, part in parts if part]) / math.fsum(w for w, _ in parts),
                tuple(hump for _, part in parts if part for hump in part.humps),
            )
    return None


def log_density_of(law: Measure, x: np.ndarray) -> Any:
    """ln of the density at (n,) points, differentiable in what the law is made of."""
    if isinstance(law, Gaussian):
        mean, variance = law.mean[0], law.covariance[0, 0]
        xp = array_namespace(law.mean)
        at = xp.asarray(x, device=device(law.mean))
        return -((at - mean) ** 2) / (2 * variance) - xp.log(2 * math.pi * variance) / 2
    if isinstance(law, Mixture):
        parts: list[Any] = []
        for weight, component in zip(law.weights, law.components, strict=True):
            if float(detached(weight)) > 0:
                log_weight = array_namespace(law.weights).log(weight)
                share, log, _ = alike(log_weight, log_density_of(component, x))
                parts.append(share + log)
        total = parts[0]
        for part in parts[1:]:
            total, part, _ = alike(total, part)
            total = array_namespace(total).logaddexp(total, part)
        return total
    if isinstance(law, Density) and (humps := line_law(law)) is not None:
        return humps.log_density(x)
    raise InvalidInput(f"p and q must have densities, got {type(law).__name__}", argument="p")


def in_single_precision(law: Measure) -> bool:
    """Whether all numbers that the law is made of are float32."""
    if isinstance(law, Mixture):
        return "float32" in str(law.weights.dtype) and all(in_single_precision(part) for part in law.components)
    return isinstance(law, Gaussian) and all("float32" in str(x.dtype) for x in (law.mean, law.covariance))


def log_ratio_bounds(p: LineLaw, q: LineLaw, edges: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """The exact range of ln(p/q) on every cell between two single normal laws, where it is a quadratic; None otherwise."""
    (first, *more), (second, *others) = p.humps, q.humps
    if more or others or not (isinstance(first, NormalHump) and isinstance(second, NormalHump)):
        return None
    # With z = (x - m1)/s1: ln(p/q) = ln(s2/s1) + (r^2 (z + d)^2 - z^2)/2, r = s1/s2, d = (m1 - m2)/s1.
    r, d = first.scale / second.scale, (first.mode - second.mode) / first.scale
    z = (edges - first.mode) / first.scale

    def ratio(z: np.ndarray) -> np.ndarray:
        return (r - 1) * (r + 1) / 2 * z * z + r * r * d * z + r * r * d * d / 2 - math.log(r)

    ends = ratio(z)
    # The deviations are roots of variances, so that r is right to eps, not r - 1.
    size = (1 + r * r) * (1 + z * z) + r * r * np.abs(d * z) + r * r * d * d + abs(math.log(r))
    slack = 16 * EPS * np.maximum(size[1:], size[:-1])
    low, high = np.minimum(ends[1:], ends[:-1]), np.maximum(ends[1:], ends[:-1])
    if r != 1:
        vertex = -r * r * d / ((r - 1) * (r + 1))
        inside = (z[:-1] < vertex) & (vertex < z[1:])
        at = float(ratio(np.array(vertex)))
        low, high = np.where(inside, np.minimum(low, at), low), np.where(inside, np.maximum(high, at), high)
    return low - slack, high + slack
