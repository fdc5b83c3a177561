"""The exact worst case of a linear model on an l-p ball, by duality of norms."""

from __future__ import annotations

import math
from typing import Any

import torch
from array_api_compat import array_namespace

from dualgap.errors import InvalidInput
from dualgap.validation import as_array, is_torch, real

__all__ = ["dual_order", "worst_case_inputs", "worst_case_loss"]


def dual_order(order: float) -> float:
    """The q with 1/p + 1/q = 1.

    Parameters
    ----------
    order : float in [1, inf]
        p.

    Returns
    -------
    float in [1, inf]

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> dual_order(math.inf), dual_order(2), dual_order(1)
    (1.0, 2.0, inf)
    """
    if isinstance(order, float) and order == math.inf:
        return 1.0
    order = real(order, "order", at_least=1)
    return math.inf if order == 1 else order / (order - 1)


def worst_case_loss(weights: Any, intercept: float, inputs: Any, labels: Any, *, radius: float, order: float) -> Any:
    """The largest logistic loss of a linear model on a ball around each input, exactly.

    .. math:: \\max_{|\\delta|_p \\le \\varepsilon} \\zeta(-y(w'(x + \\delta) + b))
              = \\zeta(-y(w'x + b) + \\varepsilon |w|_q), \\qquad \\zeta(t) = \\log(1 + e^t)

    with 1/p + 1/q = 1: softplus increases, and the largest value of w' delta on the ball is epsilon times the dual
    norm.

    Parameters
    ----------
    weights : (d,) array
        w.
    intercept : float
        b.
    inputs : (n, d) array
    labels : (n,) array of -1 and 1
    radius : float, at least 0, in the unit of the inputs
        epsilon.
    order : float in [1, inf]
        p; ``math.inf`` for FGSM's ball.

    Returns
    -------
    (n,) array
        In nats, of the kind of the inputs; exact up to rounding.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> worst_case_loss([1.0, -2.0], 0.0, [[1.0, 0.5]], [1], radius=0.25, order=math.inf)
    array([1.137])

    Reference: goodfellow2015
    """
    w, x, y, b, radius = _model(weights, intercept, inputs, labels, radius)
    xp = array_namespace(x)
    exponent = -y * (x @ w + b) + radius * xp.linalg.vector_norm(w, ord=dual_order(order))
    return xp.logaddexp(exponent, xp.zeros_like(exponent))


def worst_case_inputs(weights: Any, inputs: Any, labels: Any, *, radius: float, order: float) -> Any:
    """The points of the balls at which :func:`worst_case_loss` is attained.

    .. math:: z = x - \\varepsilon\\, y\\, \\frac{\\operatorname{sign}(w) |w|^{q-1}}{|w|_q^{q-1}}

    which for p = inf is FGSM's corner, and for p = 1 moves the coordinate with the largest weight alone.

    Parameters
    ----------
    weights : (d,) array
    inputs : (n, d) array
    labels : (n,) array of -1 and 1
    radius : float, at least 0
    order : float in [1, inf]

    Returns
    -------
    (n, d) array
        Within the radius of the inputs in the l-p norm.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> worst_case_inputs([1.0, -2.0], [[1.0, 0.5]], [1], radius=0.25, order=math.inf)
    array([[0.75, 0.75]])

    Reference: goodfellow2015
    """
    w, x, y, _, radius = _model(weights, 0.0, inputs, labels, radius)
    xp = array_namespace(x)
    q = dual_order(order)
    size = xp.abs(w)
    largest = xp.max(size)
    if float(largest) == 0:
        return x + xp.zeros_like(x)
    if q == math.inf:
        direction = xp.zeros_like(w)
        place = int(xp.argmax(size))
        direction[place] = xp.sign(w[place])
    else:
        share = (size / largest) ** (q - 1)
        direction = xp.sign(w) * share / xp.sum(share * (size / largest)) ** ((q - 1) / q)
    return x - radius * y[:, None] * direction


def _model(
    weights: Any, intercept: float, inputs: Any, labels: Any, radius: float
) -> tuple[Any, Any, Any, float, float]:
    w, x, y = as_array(weights, "weights"), as_array(inputs, "inputs"), as_array(labels, "labels")
    if is_torch(x):
        w, y = (torch.as_tensor(part).to(x) for part in (w, y))
    elif is_torch(w) or is_torch(y):
        raise InvalidInput(
            "inputs must be a torch tensor where weights or labels are, got another kind", argument="inputs"
        )
    if w.ndim != 1:
        raise InvalidInput(f"weights must be of shape (d,), got {tuple(w.shape)}", argument="weights")
    if x.ndim != 2 or x.shape[1] != w.shape[0]:
        raise InvalidInput(
            f"inputs must be of shape (n, {w.shape[0]}), one column a weight, got {tuple(x.shape)}",
            argument="inputs",
        )
    if y.shape != x.shape[:1]:
        raise InvalidInput(f"labels must be of shape ({x.shape[0]},), got {tuple(y.shape)}", argument="labels")
    odd = y[(y != 1) & (y != -1)]
    if odd.shape[0]:
        raise InvalidInput(
            f"labels must be -1 or 1, got {float(odd[0]):g}; use 2 * labels - 1 for 0 and 1",
            argument="labels",
        )
    return w, x, y, real(intercept, "intercept"), real(radius, "radius", at_least=0)
