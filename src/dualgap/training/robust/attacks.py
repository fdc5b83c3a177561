"""Attacks on a classifier: inputs near the given ones at which its loss is larger."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from dualgap.errors import InvalidInput
from dualgap.validation import as_array, count, is_torch, real

__all__ = ["Attack", "Loss", "fgsm", "outputs_of", "pgd", "sample_losses"]

#: From (outputs, labels) to the loss of each sample, (n,).
Loss = Callable[[Tensor, Tensor], Tensor]
#: From (model, inputs, labels) and the keywords radius, loss and box to inputs in the ball.
Attack = Callable[..., Tensor]


def fgsm(
    model: Callable[[Tensor], Tensor],
    inputs: Tensor,
    labels: Tensor,
    *,
    radius: float,
    loss: Loss | None = None,
    box: tuple[float, float] | None = None,
) -> Tensor:
    """The fast gradient sign method: one step to a corner of the l-infinity ball.

    .. math:: z = \\Pi_{box}(x + \\varepsilon \\operatorname{sign} \\nabla_x L(f(x), y))

    It is the exact worst case for a linear model whose loss decreases in the margin (:func:`worst_case_inputs`); for
    any other model it is an attack, so that the loss there bounds the worst one from below.

    Parameters
    ----------
    model : torch.nn.Module or callable (n, ...) -> (n, classes)
        Samples must not depend on each other: put batch normalisation into evaluation mode first. Its parameters and
        their gradients are left as they are.
    inputs : (n, ...) float tensor
    labels : (n,) tensor
        Classes 0, 1, ... for cross entropy; what ``loss`` takes otherwise.
    radius : float, at least 0, in the unit of the inputs
        epsilon.
    loss : callable (outputs, labels) -> (n,) tensor, optional
        Cross entropy when omitted.
    box : (lowest, highest), optional
        The valid values, for example (0, 1) for pixels; the inputs must be in it. None: every number is valid.

    Returns
    -------
    (n, ...) tensor
        Within the radius of the inputs in every coordinate, and in the box; without gradient.

    Raises
    ------
    InvalidInput
        When radius is negative, a label is out of range, inputs are outside the box or not finite, or no gradient of
        the loss reaches the inputs.

    Examples
    --------
    >>> model = torch.nn.Linear(2, 2, bias=False)
    >>> _ = model.weight.data.copy_(torch.tensor([[1.0, -1.0], [0.0, 0.0]]))
    >>> fgsm(model, torch.tensor([[0.5, 0.5]]), torch.tensor([0]), radius=0.25)
    tensor([[0.2500, 0.7500]])

    Reference: goodfellow2015
    """
    points, labels, radius, box = _problem(inputs, labels, radius, box)
    gradient, _ = _input_gradient(model, points, labels, loss)
    return _projected(points + radius * gradient.sign(), points, radius, box)


def pgd(
    model: Callable[[Tensor], Tensor],
    inputs: Tensor,
    labels: Tensor,
    *,
    radius: float,
    step: float,
    steps: int,
    loss: Loss | None = None,
    box: tuple[float, float] | None = None,
) -> Tensor:
    """Projected gradient ascent by signs: FGSM iterated, each iterate starting from the last and kept in the ball.

    .. math:: z_{j+1} = \\Pi_{ball \\cap box}(z_j + \\eta \\operatorname{sign} \\nabla_z L(f(z_j), y)), \\qquad z_0 = x

    Of z_0, ..., z_J and the point that :func:`fgsm` finds, each sample keeps the one with the largest loss, so that
    the loss is never below FGSM's.

    Parameters
    ----------
    model, inputs, labels, radius, loss, box
        As for :func:`fgsm`.
    step : float, above 0, in the unit of the inputs
        eta.
    steps : int, at least 1
        J.

    Returns
    -------
    (n, ...) tensor
        Within the radius of the inputs in every coordinate, and in the box; without gradient.

    Raises
    ------
    InvalidInput
        As :func:`fgsm`.

    Examples
    --------
    >>> model = lambda x: torch.cat([-x, x], dim=1)
    >>> pgd(model, torch.tensor([[0.5]]), torch.tensor([0]), radius=0.25, step=0.125, steps=4, box=(0, 1))
    tensor([[0.7500]])

    Reference: madry2018
    """
    points, labels, radius, box = _problem(inputs, labels, radius, box)
    step, steps = real(step, "step", above=0), count(steps, "steps")
    gradient, losses = _input_gradient(model, points, labels, loss)
    best, largest = points, losses
    corner = _projected(points + radius * gradient.sign(), points, radius, box)
    best, largest = _better(best, largest, corner, _losses_at(model, corner, labels, loss))
    iterate = _projected(points + step * gradient.sign(), points, radius, box)
    for _ in range(steps - 1):
        gradient, losses = _input_gradient(model, iterate, labels, loss)
        best, largest = _better(best, largest, iterate, losses)
        iterate = _projected(iterate + step * gradient.sign(), points, radius, box)
    return _better(best, largest, iterate, _losses_at(model, iterate, labels, loss))[0]


def outputs_of(model: Callable[[Tensor], Tensor], inputs: Tensor) -> Tensor:
    """What a model gives at the inputs, which must be what it takes.

    Raises
    ------
    InvalidInput
        When torch refuses their shape or type in one of the model's layers.

    Examples
    --------
    >>> outputs_of(torch.nn.Flatten(), torch.zeros(5, 2, 2)).shape
    torch.Size([5, 4])
    """
    try:
        return model(inputs)
    except torch.OutOfMemoryError:
        raise
    except RuntimeError as error:
        raise InvalidInput(
            f"model must take inputs of shape (n, {', '.join(map(str, inputs.shape[1:]))}) and type {inputs.dtype}: {error}",
            argument="model",
        ) from error


def sample_losses(outputs: Tensor, labels: Tensor, loss: Loss | None = None) -> Tensor:
    """The loss of each sample, found to be one.

    Parameters
    ----------
    outputs : (n, classes) tensor
        What the model gives; of any shape (n, ...) for a ``loss`` of one's own.
    labels : (n,) tensor
    loss : callable (outputs, labels) -> (n,) tensor, optional
        Cross entropy when omitted.

    Returns
    -------
    (n,) tensor

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> sample_losses(torch.zeros(1, 2), torch.tensor([1]))
    tensor([0.6931])
    """
    if not is_torch(outputs):
        raise InvalidInput(f"model must return a tensor, got {type(outputs).__name__}", argument="model")
    if loss is None:
        _check_classes(outputs, labels)
        losses = cross_entropy(outputs, labels.long(), reduction="none")
    else:
        losses = loss(outputs, labels)
    if not is_torch(losses) or losses.shape != labels.shape:
        found = tuple(losses.shape) if is_torch(losses) else type(losses).__name__
        raise InvalidInput(
            f"loss must return one number a sample, shape {tuple(labels.shape)}, got {found}; "
            "use reduction='none' in torch's losses",
            argument="loss",
        )
    if not bool(torch.isfinite(losses).all()):
        raise InvalidInput("model must give finite losses at finite inputs, got nan or infinity", argument="model")
    return losses


def _check_classes(outputs: Tensor, labels: Tensor) -> None:
    if outputs.ndim != 2 or outputs.shape[0] != labels.shape[0]:
        raise InvalidInput(
            f"model must return one row of classes a sample, shape ({labels.shape[0]}, classes), "
            f"got {tuple(outputs.shape)}",
            argument="model",
        )
    if labels.is_floating_point():
        raise InvalidInput(f"labels must be whole numbers for cross entropy, got {labels.dtype}", argument="labels")
    classes = outputs.shape[1]
    least, most = int(labels.min()), int(labels.max())
    if least < 0 or most >= classes:
        raise InvalidInput(
            f"labels must be classes from 0 to {classes - 1}, got {least if least < 0 else most}",
            argument="labels",
        )


def _problem(
    inputs: Any, labels: Any, radius: float, box: tuple[float, float] | None
) -> tuple[Tensor, Tensor, float, tuple[float, float] | None]:
    for value, name in ((inputs, "inputs"), (labels, "labels")):
        if not is_torch(value):
            raise InvalidInput(
                f"{name} must be a torch tensor, got {type(value).__name__}; use torch.as_tensor",
                argument=name,
            )
    if not inputs.is_floating_point():
        raise InvalidInput(f"inputs must be a float tensor, got {inputs.dtype}; use .float()", argument="inputs")
    points = as_array(inputs, "inputs").detach()
    as_array(labels, "labels")
    if points.ndim < 1 or labels.ndim != 1 or labels.shape[0] != points.shape[0]:
        raise InvalidInput(
            f"labels must be one a sample, shape ({points.shape[0] if points.ndim else 0},), got {tuple(labels.shape)}",
            argument="labels",
        )
    radius = real(radius, "radius", at_least=0)
    return points, labels, radius, _valid_box(box, points)


def _valid_box(box: Any, points: Tensor) -> tuple[float, float] | None:
    if box is None:
        return None
    if not isinstance(box, (tuple, list)) or len(box) != 2:
        raise InvalidInput(f"box must be (lowest, highest) or None, got {box!r}", argument="box")
    lowest, highest = real(box[0], "box[0]"), real(box[1], "box[1]", above=float(box[0]))
    least, most = float(points.min()), float(points.max())
    if least < lowest or most > highest:
        raise InvalidInput(
            f"inputs must be in the box [{lowest:g}, {highest:g}], got values from {least:g} to {most:g}",
            argument="inputs",
        )
    return lowest, highest


def _input_gradient(
    model: Callable[[Tensor], Tensor], points: Tensor, labels: Tensor, loss: Loss | None
) -> tuple[Tensor, Tensor]:
    """Each sample's gradient of its own loss, and the losses."""
    with torch.enable_grad():
        variable = points.clone().requires_grad_(True)
        losses = sample_losses(outputs_of(model, variable), labels, loss)
        gradient = torch.autograd.grad(losses.sum(), variable, allow_unused=True)[0] if losses.requires_grad else None
    if gradient is None:
        raise InvalidInput(
            "model must be differentiable in its inputs, got one in which no gradient reaches them; "
            "remove detach, argmax, rounding to integers or no_grad from it",
            argument="model",
        )
    if not bool(torch.isfinite(gradient).all()):
        raise InvalidInput("model must have a finite gradient at the inputs, got nan or infinity", argument="model")
    return gradient, losses.detach()


def _losses_at(model: Callable[[Tensor], Tensor], points: Tensor, labels: Tensor, loss: Loss | None) -> Tensor:
    with torch.no_grad():
        return sample_losses(outputs_of(model, points), labels, loss)


def _projected(moved: Tensor, points: Tensor, radius: float, box: tuple[float, float] | None) -> Tensor:
    """The nearest point of ball and box: both are products of intervals, so that clipping is the projection."""
    lowest, highest = (-math.inf, math.inf) if box is None else box
    return torch.minimum(torch.maximum(moved, points - radius), points + radius).clamp(lowest, highest)


def _better(best: Tensor, largest: Tensor, found: Tensor, losses: Tensor) -> tuple[Tensor, Tensor]:
    improved = losses > largest
    where = improved.reshape(-1, *(1,) * (best.ndim - 1))
    return torch.where(where, found, best), torch.where(improved, losses, largest)
