"""The normal distribution, singular ones included."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

import numpy as np

from dualgap import validation
from dualgap.errors import InvalidInput
from dualgap.measures.measure import Measure

__all__ = ["Gaussian"]

#: An eigenvalue of a symmetric matrix is computed to about d * eps * (largest); below this share it counts as zero.
EIGENVALUE_TOLERANCE = 1e-12


@final
@dataclass(frozen=True, eq=False)
class Gaussian(Measure):
    """N(mean, covariance) on R^d; a singular covariance means a law on an affine subspace.

    Parameters
    ----------
    mean : (d,) array, or a number for d = 1
    covariance : (d, d) array, or a number for d = 1
        The covariance matrix (for d = 1 the variance, not the standard deviation): symmetric, positive semi-definite.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> dg.Gaussian([0.0, 0.0], [[1.0, 0.0], [0.0, 4.0]]).dimension
    2
    >>> dg.Gaussian(0.0, -1.0)
    Traceback (most recent call last):
        ...
    dualgap.errors.InvalidInput: covariance must be positive semi-definite, got the eigenvalue -1
    """

    mean: Any
    covariance: Any

    def __post_init__(self) -> None:
        mean = validation.as_array(self.mean, "mean")
        covariance = validation.as_array(self.covariance, "covariance")
        if validation.is_torch(mean) != validation.is_torch(covariance):
            raise InvalidInput(
                "covariance must be of the same array kind as mean: both numpy or both torch",
                argument="covariance",
            )
        mean = mean.reshape(1) if mean.ndim == 0 else mean
        covariance = covariance.reshape(1, 1) if covariance.ndim == 0 else covariance
        if mean.ndim != 1:
            raise InvalidInput(f"mean must have shape (d,), got {tuple(mean.shape)}", argument="mean")
        d = len(mean)
        if tuple(covariance.shape) != (d, d):
            raise InvalidInput(
                f"covariance must have shape ({d}, {d}), got {tuple(covariance.shape)}", argument="covariance"
            )
        plain = validation.detached(covariance)
        asymmetry = np.abs(plain - plain.T).max()
        if asymmetry > 1e-8 * np.abs(plain).max():
            raise InvalidInput(
                f"covariance must be symmetric, got an asymmetry of {asymmetry:.3g}; "
                "use (covariance + covariance.T) / 2",
                argument="covariance",
            )
        eigenvalues = np.linalg.eigvalsh(plain / 2 + plain.T / 2)  # halved first: a sum may be too large for a float
        if eigenvalues[0] < -EIGENVALUE_TOLERANCE * max(abs(eigenvalues[-1]), abs(eigenvalues[0])) * d:
            raise InvalidInput(
                f"covariance must be positive semi-definite, got the eigenvalue {eigenvalues[0]:.6g}",
                argument="covariance",
            )
        object.__setattr__(self, "mean", mean)
        object.__setattr__(self, "covariance", covariance)

    @property
    def dimension(self) -> int:
        """The d of R^d."""
        return len(self.mean)
