"""Many transport problems on the line at once: (..., n) points against (..., m)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from dualgap import validation
from dualgap.bracket import Bracket, Guarantee
from dualgap.errors import InvalidInput
from dualgap.transport.discrete import (
    TorchKind,
    exact_up_to_rounding,
    holding,
    in_kind_of,
    require_representable,
    wants_gradient,
)
from dualgap.transport.envelope import root
from dualgap.transport.one_dimensional import ROUNDED, LineCertificate, line_bounds, line_masses, monotone_coupling
from dualgap.validation import detached, is_torch

__all__ = ["coupled_distances", "wasserstein_1d"]


def wasserstein_1d(x: Any, y: Any, *, order: float = 1, x_weights: Any = None, y_weights: Any = None) -> Bracket:
    """Wasserstein distances on the line for a batch of pairs, exactly.

    .. math:: W_p^p = \\int_0^1 |F^{-1}(t) - G^{-1}(t)|^p \\, dt

    Parameters
    ----------
    x : (..., n) array
        Positions; the leading axes are independent measures.
    y : (..., m) array
        With the same leading axes as x.
    order : float, at least 1
    x_weights, y_weights : (n,) and (m,) arrays, optional
        Masses summing to 1, shared by the batch; equal when omitted.

    Returns
    -------
    Bracket
        EXACT, with arrays of shape (...); a torch value can be differentiated in x and y.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> dg.wasserstein_1d([[0.0, 1.0], [0.0, 4.0]], [[1.0, 2.0], [3.0, 1.0]]).value
    array([1., 1.])

    Reference: villani2009
    """
    order = validation.order_of_distance(order)
    x, y = _positions(x, "x"), _positions(y, "y")
    if x.shape[:-1] != y.shape[:-1]:
        raise InvalidInput(
            f"x and y must have the same leading axes, got shapes {tuple(x.shape)} and {tuple(y.shape)}", argument="y"
        )
    a = _shared_masses(x_weights, "x_weights", x.shape[-1])
    b = _shared_masses(y_weights, "y_weights", y.shape[-1])
    points = (detached(x), detached(y))
    batch = points[0].shape[:-1]
    rows, others = (one.reshape(-1, one.shape[-1]) for one in points)
    number, lower, upper = (np.asarray(one).reshape(batch)[()] for one in line_bounds(rows, others, a, b, order))
    require_representable(upper)
    guarantee = exact_up_to_rounding(lower, upper)
    certificate = LineCertificate(lower=lower, upper=upper, points=points, masses=(a, b), order=order)
    if wants_gradient(x, y):
        kind = TorchKind.of(x, y)
        first, second = (kind.double(one).reshape(-1, one.shape[-1]) for one in (x, y))
        value = kind.back(root(coupled_distances(first, second, a, b, order), order).reshape(batch))
    else:
        value = in_kind_of(number.astype(_dtype(x, y)) if batch else number, x, y)
    lower, upper = holding(value, lower, upper)
    certificate = replace(certificate, lower=lower, upper=upper)
    if batch and (is_torch(x) or is_torch(y)):
        kind = TorchKind.of(x, y)
        lower, upper = kind.double(lower), kind.double(upper)
    return Bracket(
        value=value,
        lower=lower,
        upper=upper,
        guarantee=guarantee,
        method="one_dimensional",
        certificate=certificate,
        reason="" if guarantee is Guarantee.EXACT else ROUNDED,
        quantity="wasserstein_1d",
    )


def coupled_distances(x: Any, y: Any, a: np.ndarray | None, b: np.ndarray | None, order: float) -> Any:
    """The order-th powers of the distances of a batch, as a differentiable function of the positions.

    Parameters
    ----------
    x, y : (k, n) and (k, m) float64 tensors
    a, b : (n,) and (m,) arrays, or None
    order : float

    Returns
    -------
    (k,) tensor
    """
    import torch

    rows = []
    for one, other in zip(x, y, strict=True):
        i, j, mass, _ = monotone_coupling(detached(one), detached(other), a, b)
        i, j, mass = (torch.as_tensor(array, device=x.device) for array in (i, j, mass))
        rows.append((mass * (one[i] - other[j]).abs() ** order).sum())
    return torch.stack(rows)


def _positions(value: Any, name: str) -> Any:
    array = validation.as_array(value, name)
    if array.ndim == 0:
        raise InvalidInput(f"{name} must be positions of shape (..., n), got a single number", argument=name)
    return array


def _shared_masses(weights: Any, name: str, n: int) -> np.ndarray | None:
    if weights is None:
        return None
    weights = validation.probabilities(weights, name)
    if tuple(weights.shape) != (n,):
        raise InvalidInput(f"{name} must have shape ({n},), got {tuple(weights.shape)}", argument=name)
    if wants_gradient(weights):
        raise InvalidInput(
            f"{name} must not require grad in a batch; dg.wasserstein(dg.Points(x, weights), ...) "
            "differentiates in the masses",
            argument=name,
        )
    return line_masses(weights)


def _dtype(*arrays: Any) -> Any:
    return np.result_type(*(array.dtype for array in arrays if not is_torch(array)), np.float32)
