"""Squared distances of mean embeddings: sums of a kernel over two weighted point sets, with their rounding."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from scipy.spatial.distance import cdist

from dualgap.bracket import Bracket, Certificate, Guarantee
from dualgap.divergences.discrete import alike
from dualgap.divergences.kernels import constant
from dualgap.errors import CertificateError
from dualgap.measures import Points
from dualgap.validation import detached

__all__ = ["KernelSumRecomputed", "of_points", "root_bracket"]

EPS = float(np.finfo(np.float64).eps)


@final
@dataclass(frozen=True, kw_only=True)
class KernelSumRecomputed(Certificate):
    """Two weighted point sets, whose sum of kernels is taken again, exactly rounded.

    Parameters
    ----------
    points_p, points_q : (n, d) and (m, d) float64 arrays
    p, q : (n,) and (m,) float64 arrays
    kernel : callable, (n, m) array of distances -> (n, m) array
    error : float
        The rounding error of the squared distance.
    """

    points_p: np.ndarray
    points_q: np.ndarray
    p: np.ndarray
    q: np.ndarray
    kernel: Callable[[np.ndarray], np.ndarray]
    error: float

    def bounds(self) -> tuple[float, float]:
        """The distance, twice, or the interval in which rounding leaves it.

        Raises
        ------
        CertificateError
            When the weights do not belong to the points.
        """
        if self.p.shape != self.points_p.shape[:1] or self.q.shape != self.points_q.shape[:1]:
            raise CertificateError("there is not one weight to every point")
        points = np.concatenate([self.points_p, self.points_q])
        signed = np.concatenate([self.p / math.fsum(self.p), -self.q / math.fsum(self.q)])
        square = math.fsum(
            math.fsum(weight * signed * self.kernel(cdist(point[None], points)[0]))
            for weight, point in zip(signed, points, strict=True)
        )
        root = math.sqrt(max(square, 0.0))
        if square <= 2 * self.error:  # what is left is rounding, here as there
            return 0.0, min(root, math.sqrt(self.error))
        return root, root


def of_points(p: Points, q: Points, kernel: Callable[[Any], Any], plain: Callable[[np.ndarray], np.ndarray],
              largest: float, method: str) -> Bracket:  # fmt: skip
    """The root of sum c_i c_j k(x_i, x_j) over the points of both, with weights c of p and -c of q.

    Parameters
    ----------
    kernel : callable, array of squared distances -> array, differentiable
    plain : callable, array of distances -> array
        The same kernel for the certificate.
    largest : float
        A bound on the absolute value of the kernel on these points.
    """
    x, y, dtype = alike(p.points, q.points)
    a, b, other = alike(p.weights, q.weights)
    a, x, _ = alike(a, x)
    b, y, _ = alike(b, y)
    atoms_a, atoms_b = a / a.sum(), b / b.sum()
    square = _form(atoms_a, x, x, atoms_a, kernel) + _form(atoms_b, y, y, atoms_b, kernel)
    square = square - 2 * _form(atoms_a, x, y, atoms_b, kernel)
    # d + 16 roundings a kernel value, 2 log2(n) of the sums, of numbers whose sizes add up to 4 times the largest.
    error = EPS * (x.shape[1] + 32 + 4 * math.log2(len(a) + len(b))) * 4 * largest
    evidence = {
        "points_p": detached(p.points),
        "points_q": detached(q.points),
        "p": detached(p.weights),
        "q": detached(q.weights),
    }
    return root_bracket(square, error, dtype if dtype == other else None, method,
                        lambda low, high: KernelSumRecomputed(lower=low, upper=high, kernel=plain, error=error, **evidence))  # fmt: skip


def root_bracket(square: Any, error: float, dtype: Any, method: str,
                 certificate: Callable[[float, float], Certificate | None]) -> Bracket:  # fmt: skip
    """The bracket of a distance from its square; the gradient at 0, where the root has none, is 0."""
    plain = float(constant(square))
    value = square**0.5 if plain > 0 else square * 0.0
    lower, upper = math.sqrt(max(plain - error, 0.0)), math.sqrt(max(plain, 0.0) + error)
    if dtype is not None and "float32" in str(dtype):
        value = value.to(dtype) if hasattr(value, "to") else np.float32(value)
    shown = float(constant(value))
    lower, upper = min(lower, shown), max(upper, shown)
    return Bracket(
        value=value,
        lower=lower,
        upper=upper,
        guarantee=Guarantee.EXACT,
        method=method,
        certificate=certificate(lower, upper),
    )


def _form(a: Any, x: Any, y: Any, b: Any, kernel: Callable[[Any], Any]) -> Any:
    """a^T K b, with squared distances taken coordinate by coordinate: no cancellation between large coordinates."""
    squares = 0
    with np.errstate(over="ignore"):  # infinitely far is far enough for a kernel that vanishes there
        for k in range(x.shape[1]):
            squares = squares + (x[:, k, None] - y[None, :, k]) ** 2
        return a @ kernel(squares) @ b
