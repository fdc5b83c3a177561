"""The exact worst case of a linear model on an l-p ball, cut to a box or not, by duality."""

from __future__ import annotations

import math
from typing import Any

import torch
from array_api_compat import array_namespace

from dualgap.errors import InvalidInput
from dualgap.training.robust.balls import Box, furthest, norm_order, valid_box
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
    order = norm_order(order)
    if order == math.inf:
        return 1.0
    return math.inf if order == 1 else order / (order - 1)


def worst_case_loss(
    weights: Any, intercept: float, inputs: Any, labels: Any, *, radius: float, order: float, box: Box = None
) -> Any:
    """The largest logistic loss of a linear model on a ball around each input, exactly.

    .. math:: \\max_{|\\delta|_p \\le \\varepsilon} \\zeta(-y(w'(x + \\delta) + b))
              = \\zeta(-y(w'x + b) + \\varepsilon |w|_q), \\qquad \\zeta(t) = \\log(1 + e^t)

    with 1/p + 1/q = 1: softplus increases, and the largest value of w' delta on the ball is epsilon times the dual
    norm. In a box it is that of :func:`furthest`, whose optimality the duality of the two constraints proves:

    .. math:: \\max_{|\\delta|_p \\le \\varepsilon,\\; 0 \\le s_i \\delta_i \\le m_i} w'\\delta
              = \\min_{|w^1| \\le |w|} \\varepsilon |w^1|_q + \\sum_i m_i (|w_i| - |w^1_i|)

    with s_i the sign of w_i and m_i the room in its direction.

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
    box : (lowest, highest), optional
        The valid values of every coordinate; the inputs must be in it.

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
    xp, q, box = array_namespace(x), dual_order(order), _box(box, x)
    if box is None:
        gain = radius * _norm(w, q)
    else:
        gain = -y * ((_furthest(w, x, y, radius, order, box) - x) @ w)
    exponent = -y * (x @ w + b) + gain
    return xp.logaddexp(exponent, xp.zeros_like(exponent))


def worst_case_inputs(weights: Any, inputs: Any, labels: Any, *, radius: float, order: float, box: Box = None) -> Any:
    """The points of the balls at which :func:`worst_case_loss` is attained.

    .. math:: z = x - \\varepsilon\\, y\\, \\frac{\\operatorname{sign}(w) |w|^{q-1}}{|w|_q^{q-1}}

    which for p = inf is FGSM's corner, and for p = 1 moves the coordinate with the largest weight alone. In a box:
    :func:`furthest`.

    Parameters
    ----------
    weights : (d,) array
    inputs : (n, d) array
    labels : (n,) array of -1 and 1
    radius : float, at least 0
    order : float in [1, inf]
    box : (lowest, highest), optional

    Returns
    -------
    (n, d) array
        Within the radius of the inputs in the l-p norm, and in the box.

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
    dual_order(order)
    return _furthest(w, x, y, radius, order, _box(box, x))


def _furthest(w: Any, x: Any, y: Any, radius: float, order: float, box: Box) -> Any:
    """:func:`furthest` along -y w, of the kind of the inputs."""
    direction, centre = (torch.as_tensor(part) for part in (-y[:, None] * w, x))
    found = furthest(direction, centre, radius=radius, order=norm_order(order), box=box)
    return found if is_torch(x) else found.numpy()


def _norm(w: Any, q: float) -> Any:
    """|w|_q in units of the largest weight: powers of any order of the weights themselves leave the range of floats."""
    xp = array_namespace(w)
    largest = xp.max(xp.abs(w))
    return largest * xp.linalg.vector_norm(w / largest, ord=q) if float(largest) > 0 else largest


def _box(box: Any, x: Any) -> Box:
    return valid_box(box, torch.as_tensor(x))


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
