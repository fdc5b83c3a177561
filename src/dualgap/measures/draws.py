"""Independent draws of a law, and its density at given points: what Monte Carlo needs."""

from __future__ import annotations

from typing import Any

import numpy as np

from dualgap.errors import InvalidInput
from dualgap.measures.density import Density
from dualgap.measures.gaussian import Gaussian
from dualgap.measures.measure import Measure
from dualgap.measures.mixture import Mixture
from dualgap.validation import detached

__all__ = ["can_be_drawn", "draws_of", "log_density_at"]


def can_be_drawn(law: Measure) -> bool:
    """Whether the law has a density, and draws of it can be made.

    Examples
    --------
    >>> can_be_drawn(Gaussian(0.0, 1.0)), can_be_drawn(Gaussian(0.0, 0.0))
    (True, False)
    """
    if isinstance(law, Gaussian):
        covariance = detached(law.covariance)
        return bool(np.linalg.eigvalsh(covariance)[0] > 1e-12 * np.trace(covariance))
    if isinstance(law, Mixture):
        return all(can_be_drawn(part) for part in law.components)
    return isinstance(law, Density) and (law.sample is not None or (law.quantile is not None and law.dimension == 1))


def draws_of(law: Measure, n: int, rng: np.random.Generator) -> np.ndarray:
    """n independent draws.

    Returns
    -------
    (n, d) float64 array

    Raises
    ------
    InvalidInput
        When the law cannot be drawn from, or its own sampler returns something else.

    Examples
    --------
    >>> draws_of(Gaussian([0.0, 0.0], np.eye(2)), 3, np.random.default_rng(0)).shape
    (3, 2)
    """
    if isinstance(law, Gaussian):
        values, vectors = np.linalg.eigh(detached(law.covariance))
        root = vectors * np.sqrt(np.maximum(values, 0.0))  # a singular covariance has a root too
        return detached(law.mean) + rng.standard_normal((n, len(root))) @ root.T
    if isinstance(law, Mixture):
        weights = detached(law.weights)
        labels = rng.choice(len(weights), size=n, p=weights / weights.sum())
        points = np.empty((n, law.dimension))
        for k, part in enumerate(law.components):
            where = labels == k
            if where.any():
                points[where] = draws_of(part, int(where.sum()), rng)
        return points
    if isinstance(law, Density) and law.sample is not None:
        points = np.asarray(law.sample(n, rng), dtype=np.float64)
        if points.shape != (n, law.dimension) or not np.isfinite(points).all():
            raise InvalidInput(
                f"sample must return finite draws of shape ({n}, {law.dimension}), got shape {points.shape}",
                argument="sample",
            )
        return points
    if isinstance(law, Density) and law.quantile is not None:
        return np.reshape(np.asarray(law.quantile(rng.random(n)), dtype=np.float64), (n, 1))
    raise InvalidInput(f"p and q must be laws that can be drawn from, got {type(law).__name__}", argument="p")


def log_density_at(law: Measure, x: np.ndarray) -> np.ndarray:
    """ln of the density at (n, d) points.

    Examples
    --------
    >>> round(float(log_density_at(Gaussian(0.0, 1.0), np.zeros((1, 1)))[0]), 6)
    -0.918939
    """
    if isinstance(law, Gaussian):
        root = np.linalg.cholesky(detached(law.covariance))
        white = np.linalg.solve(root, (x - detached(law.mean)).T)
        return -(white**2).sum(0) / 2 - np.log(np.diag(root)).sum() - len(root) * np.log(2 * np.pi) / 2
    if isinstance(law, Mixture):
        weights = detached(law.weights)
        parts = [np.log(w) + log_density_at(part, x) for w, part in zip(weights, law.components, strict=True) if w > 0]
        return np.logaddexp.reduce(parts, axis=0) - np.log(weights.sum())
    if isinstance(law, Density):
        with np.errstate(all="ignore"):
            values: Any = np.asarray(law.log_density(x), dtype=np.float64)
        if values.shape != (len(x),) or np.isnan(values).any():
            raise InvalidInput(
                f"log_density must give a number for each of {len(x)} points, got shape {values.shape}",
                argument="log_density",
            )
        return values
    raise InvalidInput(f"p and q must have densities, got {type(law).__name__}", argument="p")
