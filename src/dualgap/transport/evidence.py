"""Evidence that can be computed with at all: what certificates require of their fields before they prove anything."""

from __future__ import annotations

import math
import numbers
from typing import Any

import numpy as np
from scipy import sparse

from dualgap.errors import CertificateError
from dualgap.transport.ground import GROUNDS, Cost, MatrixCost, PointCost

__all__ = ["require_array", "require_cost", "require_number", "require_pair", "require_plan"]


def require_array(value: Any, what: str, shape: tuple[int | None, ...]) -> np.ndarray:
    """An array of finite float64 numbers of that shape; None stands for any length but 0.

    Raises
    ------
    CertificateError

    Examples
    --------
    >>> require_array([1.0, 2.0], "mean", (2,))
    array([1., 2.])
    """
    if not isinstance(value, (np.ndarray, list, tuple)):
        raise CertificateError(f"{what} must be an array, got {type(value).__name__}")
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise CertificateError(f"{what} must be an array of numbers, got {type(value).__name__}") from None
    wanted = array.shape if shape == (None,) * array.ndim else shape
    if array.ndim != len(shape) or any(n not in (None, k) for n, k in zip(wanted, array.shape, strict=True)):
        raise CertificateError(f"{what} must have shape {shape}, got {array.shape}")
    if array.size == 0 or not np.isfinite(array).all():
        raise CertificateError(f"{what} must hold finite numbers, got {'none' if array.size == 0 else 'others'}")
    return array


def require_pair(value: Any, what: str, count: int = 2) -> tuple[Any, ...]:
    """A tuple of so many parts."""
    if not isinstance(value, (tuple, list)) or len(value) != count:
        raise CertificateError(f"{what} must be a tuple of {count} parts, got {type(value).__name__}")
    return tuple(value)


def require_number(value: Any, what: str, *, at_least: float) -> float:
    """A finite number that is not below the least it can be."""
    number = float(value) if isinstance(value, numbers.Real) and not isinstance(value, bool) else math.nan
    if not at_least <= number < math.inf:
        raise CertificateError(f"{what} must be a finite number of at least {at_least:g}, got {value!r}")
    return number


def require_plan(plan: Any, shape: tuple[int, int]) -> None:
    """A sparse array of that shape."""
    if not sparse.issparse(plan):
        raise CertificateError(f"plan must be a scipy sparse array, got {type(plan).__name__}")
    if plan.shape != shape:
        raise CertificateError(f"plan has shape {plan.shape}, the costs {shape}")


def require_cost(cost: Any) -> None:
    """Costs that are finite and not negative."""
    if not isinstance(cost, Cost):
        raise CertificateError(f"cost must be the costs of all pairs, got {type(cost).__name__}")
    require_number(cost.order, "order of the cost", at_least=1)
    require_number(cost.unit, "unit of the cost", at_least=5e-324)
    if isinstance(cost, PointCost):
        x = require_array(cost.x, "x of the cost", (None, None))
        require_array(cost.y, "y of the cost", (None, x.shape[1]))
        if cost.ground not in GROUNDS:
            raise CertificateError(f"ground of the cost must be one of {GROUNDS}, got {cost.ground!r}")
        if math.isnan(cost.cap):
            raise CertificateError("cap of the cost must be a number, got nan")
    if isinstance(cost, MatrixCost) and (require_array(cost.matrix, "cost", (None, None)) < 0).any():
        raise CertificateError("cost has negative entries")
