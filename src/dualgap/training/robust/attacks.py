"""Attacks on a classifier: inputs near the given ones at which its loss is larger."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from dualgap.errors import InvalidInput
from dualgap.training.robust.balls import Box, attack_order, draw_in, furthest, project, valid_box
from dualgap.training.robust.sample_losses import Loss, outputs_of, sample_losses
from dualgap.validation import as_array, count, is_torch, real

__all__ = ["Attack", "check_problem", "fgsm", "input_gradient", "iterated_fgsm", "pgd"]

#: From (model, inputs, labels) and the keywords radius, order, loss and box to inputs in the ball.
Attack = Callable[..., Tensor]


def fgsm(
    model: Callable[[Tensor], Tensor],
    inputs: Tensor,
    labels: Tensor,
    *,
    radius: float,
    order: float = math.inf,
    loss: Loss | None = None,
    box: Box = None,
) -> Tensor:
    """The fast gradient sign method: one step to where the linearised loss is largest in the ball and the box.

    .. math:: z = \\arg\\max_{|z - x|_p \\le \\varepsilon,\\, z \\in box} \\nabla_x L(f(x), y)'z
              = \\Pi_{box}(x + \\varepsilon \\operatorname{sign} \\nabla_x L(f(x), y))
              \\text{ for } p = \\infty

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
    order : 1, 2 or infinity
        p, the norm of the ball over all of a sample's coordinates.
    loss : callable (outputs, labels) -> (n,) tensor, optional
        Cross entropy when omitted.
    box : (lowest, highest), optional
        The valid values, for example (0, 1) for pixels; the inputs must be in it. None: every number is valid.

    Returns
    -------
    (n, ...) tensor
        Within the radius of the inputs in the norm, and in the box; without gradient.

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
    points, labels, radius, order, box = check_problem(inputs, labels, radius, order, box)
    gradient, _ = input_gradient(model, points, labels, loss)
    return furthest(gradient, points, radius=radius, order=order, box=box)


def iterated_fgsm(
    model: Callable[[Tensor], Tensor],
    inputs: Tensor,
    labels: Tensor,
    *,
    radius: float,
    step: float,
    steps: int,
    loss: Loss | None = None,
    box: Box = None,
) -> Tensor:
    """FGSM, iterated: each iterate starts from the last and is brought back into the ball; the last one is returned.

    .. math:: z_0 = x, \\qquad z_{j+1} = \\Pi_{|z - x|_\\infty \\le \\varepsilon,\\, z \\in box}
              (z_j + \\eta \\operatorname{sign} \\nabla_z L(f(z_j), y)), \\qquad j < J

    With one step of the size of the radius it is :func:`fgsm`. The loss need not grow from one iterate to the next;
    :func:`pgd` keeps the best of them, restarts, and knows other balls.

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
        z_J; within the radius of the inputs in every coordinate, and in the box; without gradient.

    Raises
    ------
    InvalidInput
        As :func:`fgsm`.

    Examples
    --------
    >>> model = lambda x: torch.cat([-x, x], dim=1)
    >>> iterated_fgsm(model, torch.tensor([[0.5]]), torch.tensor([0]), radius=0.25, step=0.0625, steps=3)
    tensor([[0.6875]])

    Reference: kurakin2017
    """
    points, labels, radius, order, box = check_problem(inputs, labels, radius, math.inf, box)
    step, steps = real(step, "step", above=0), count(steps, "steps")
    iterate = points
    for _ in range(steps):
        gradient, _ = input_gradient(model, iterate, labels, loss)
        iterate = project(iterate + step * gradient.sign(), points, radius=radius, order=order, box=box)
    return iterate


def pgd(
    model: Callable[[Tensor], Tensor],
    inputs: Tensor,
    labels: Tensor,
    *,
    radius: float,
    step: float,
    steps: int,
    order: float = math.inf,
    restarts: int = 1,
    loss: Loss | None = None,
    box: Box = None,
    seed: int = 0,
) -> Tensor:
    """Projected gradient ascent: steps to where the linearised loss is largest, each brought back into ball and box.

    .. math:: z_{j+1} = \\Pi_{ball \\cap box}\\Bigl(\\arg\\max_{|z - z_j|_p \\le \\eta,\\, z \\in box}
              \\nabla_z L(f(z_j), y)'z\\Bigr)

    which for p = infinity is :math:`z_j + \\eta \\operatorname{sign} \\nabla L`, projected. The first ascent starts at
    x, the others at points drawn uniformly from the ball. Of all iterates and the point that :func:`fgsm` finds, each
    sample keeps the one with the largest loss, so that the loss is never below FGSM's.

    Parameters
    ----------
    model, inputs, labels, radius, order, loss, box
        As for :func:`fgsm`.
    step : float, above 0, in the unit of the inputs
        eta.
    steps : int, at least 1
        Of each ascent.
    restarts : int, at least 1
        How many ascents there are.
    seed : int, at least 0
        Decides the starts; torch's global random state is neither read nor moved.

    Returns
    -------
    (n, ...) tensor
        Within the radius of the inputs in the norm, and in the box; without gradient.

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
    points, labels, radius, order, box = check_problem(inputs, labels, radius, order, box)
    step, steps, restarts = real(step, "step", above=0), count(steps, "steps"), count(restarts, "restarts")
    generator = torch.Generator().manual_seed(count(seed, "seed", at_least=0))
    gradient, losses = input_gradient(model, points, labels, loss)
    corner = furthest(gradient, points, radius=radius, order=order, box=box)
    best = _better((points, losses), corner, _losses_at(model, corner, labels, loss))
    for restart in range(restarts):
        iterate = points
        if restart:
            iterate = draw_in(points, radius=radius, order=order, box=box, generator=generator)
            gradient, losses = input_gradient(model, iterate, labels, loss)
            best = _better(best, iterate, losses)
        for j in range(steps):
            moved = furthest(gradient, iterate, radius=step, order=order, box=box)
            iterate = project(moved, points, radius=radius, order=order, box=box)
            if j < steps - 1:
                gradient, losses = input_gradient(model, iterate, labels, loss)
            else:
                losses = _losses_at(model, iterate, labels, loss)
            best = _better(best, iterate, losses)
    return best[0]


def check_problem(
    inputs: Any, labels: Any, radius: Any, order: Any, box: Any
) -> tuple[Tensor, Tensor, float, float, Box]:
    """The samples, radius, order and box of an attack, found to be in order before any work.

    Raises
    ------
    InvalidInput
    """
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
    return points, labels, real(radius, "radius", at_least=0), attack_order(order), valid_box(box, points)


def input_gradient(
    model: Callable[[Tensor], Tensor], points: Tensor, labels: Tensor, loss: Loss | None
) -> tuple[Tensor, Tensor]:
    """Each sample's gradient of its own loss, and the losses."""
    with torch.inference_mode(False), torch.enable_grad():
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


def _better(best: tuple[Tensor, Tensor], found: Tensor, losses: Tensor) -> tuple[Tensor, Tensor]:
    """The points with the larger losses, sample by sample, and these losses."""
    points, largest = best
    improved = losses > largest
    where = improved.reshape(-1, *(1,) * (points.ndim - 1))
    return torch.where(where, found, points), torch.where(improved, losses, largest)
