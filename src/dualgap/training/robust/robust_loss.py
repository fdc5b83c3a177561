"""The largest loss of a ReLU network on balls about samples, between an attack and bounds of the network."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor

from dualgap.bracket import Bracket, Guarantee
from dualgap.errors import InvalidInput
from dualgap.training.robust.attacks import check_problem, pgd
from dualgap.training.robust.balls import Box
from dualgap.training.robust.layers import Affine, Layer, forward, relu_layers
from dualgap.training.robust.network_certificate import NetworkCertificate
from dualgap.training.robust.region import Region
from dualgap.training.robust.relaxation import relaxed
from dualgap.training.robust.sample_losses import Loss, margin_loss, sample_losses
from dualgap.validation import choice, count

__all__ = ["Bounds", "attacked", "between", "certify", "robust_loss"]

#: How a network is bounded from above: by intervals, or by linear functions pulled back through its layers.
Bounds = Literal["interval", "linear"]
#: An attack keeps this much clear of the sphere, so that rounding cannot carry its points out of the ball: this share of
#: the radius, or so many units of the inputs' dtype where that is more (a float32 is wrong by 6e-8 of itself).
CLEAR, CLEAR_UNITS = 1e-9, 4
#: So many samples are bounded at once.
PIECE = 128


@torch.inference_mode(False)
def robust_loss(
    model: torch.nn.Module,
    inputs: Tensor,
    labels: Tensor,
    *,
    radius: float,
    order: float = math.inf,
    box: Box = None,
    method: Bounds = "linear",
    steps: int = 20,
    restarts: int = 1,
    seed: int = 0,
) -> Bracket:
    """The worst cross entropy of a ReLU network on a ball about each sample: an attack below, a relaxation above.

    .. math:: L(f(z), y) \\;\\le\\; \\max_{|z' - x|_p \\le \\varepsilon,\\, z' \\in box} L(f(z'), y)
              \\;\\le\\; \\log\\Bigl(1 + \\sum_{j \\ne y} e^{u_j}\\Bigr),
              \\qquad u_j \\ge \\max_{z'} f_j(z') - f_y(z')

    for the point z that :func:`pgd` finds and bounds u_j from intervals or from linear functions above and below each
    rectifier. Without a hidden layer and with two classes both sides meet: the dual norm of the difference of the rows.

    Parameters
    ----------
    model : torch.nn.Module
        A Sequential of Linear, Conv2d, ReLU, Flatten and Identity layers. The bounds are of the network with these very
        weights in exact arithmetic; a float32 evaluation differs from it by its own rounding.
    inputs : (n, ...) float tensor
    labels : (n,) int tensor of classes 0, 1, ...
    radius : float, at least 0, in the unit of the inputs
        epsilon.
    order : 1, 2 or infinity
        p.
    box : (lowest, highest), optional
        The valid values; the inputs must be in it.
    method : "linear" or "interval"
        The first is tighter, the second faster on wide layers.
    steps, restarts, seed
        Of the attack, as for :func:`pgd`, with steps of 2.5 radii in all.

    Returns
    -------
    Bracket
        CERTIFIED, of shape (n,), in nats, rounding included; the value is the loss at the attacked point. The certificate
        proves every hidden unit's bounds again, one layer after the other.

    Raises
    ------
    InvalidInput
        Before any work: a layer that cannot be bounded, and as for :func:`fgsm`.

    Examples
    --------
    >>> model = torch.nn.Sequential(torch.nn.Linear(2, 2, bias=False))
    >>> _ = model[0].weight.data.copy_(torch.tensor([[1.0, -2.0], [0.0, 0.0]]))
    >>> found = robust_loss(model, torch.tensor([[1.0, 0.5]]), torch.tensor([0]), radius=0.25)
    >>> float(found.lower[0]), bool(found.gap.max() < 1e-8)
    (1.137, True)

    Reference: zhang2018, gowal2019, wong2018
    """
    choice(method, "method", ("interval", "linear"))
    points, labels, radius, order, box, layers = read_problem(model, inputs, labels, radius, order, box)
    found = attacked(
        lambda rows: forward(layers, rows),
        points,
        labels,
        radius=radius,
        order=order,
        box=box,
        steps=count(steps, "steps"),
        restarts=count(restarts, "restarts"),
        seed=count(seed, "seed", at_least=0),
    )
    certificate = certify(
        layers, points, labels, radius=radius, order=order, box=box, points=found, linear=method == "linear"
    ).claiming()
    at_points = sample_losses(forward(layers, found), labels)
    return Bracket(
        value=between(at_points.numpy(), certificate.lower, certificate.upper, inputs),
        lower=certificate.lower,
        upper=certificate.upper,
        guarantee=Guarantee.CERTIFIED,
        method=method,
        certificate=certificate,
        quantity=f"worst loss at radius {radius:g}",
    )


def between(values: np.ndarray, lower: np.ndarray, upper: np.ndarray, like: Tensor) -> Tensor:
    """Values as a tensor of another's kind that rounding does not carry out of bounds, where a number lies between them.

    Examples
    --------
    >>> third = np.array([1 / 3])  # its neighbours in float32 are 0.33333331 and 0.33333334
    >>> between(third, third - 1, third, torch.zeros(1)).double()
    tensor([0.3333], dtype=torch.float64)
    >>> between(third, third - 1, third, torch.zeros(1)).item() < 1 / 3 < torch.tensor(1 / 3).item()
    True
    """
    rounded = torch.as_tensor(np.clip(values, lower, upper)).to(like.dtype)
    low, high = rounded.double() < torch.as_tensor(lower), rounded.double() > torch.as_tensor(upper)
    infinity = torch.full_like(rounded, math.inf)
    rounded = torch.where(low, torch.nextafter(rounded, infinity), rounded)
    return torch.where(high, torch.nextafter(rounded, -infinity), rounded).to(like.device)


def read_problem(
    model: Any, inputs: Any, labels: Any, radius: Any, order: Any, box: Any
) -> tuple[Tensor, Tensor, float, float, Box, tuple[Layer, ...]]:
    """The samples as float64 rows on the CPU, and the network's layers, found to be in order before any work.

    Raises
    ------
    InvalidInput
    """
    points, labels, radius, order, box = check_problem(inputs, labels, radius, order, box)
    layers = relu_layers(model, tuple(points.shape[1:]))
    rows, labels = points.reshape(len(points), -1).cpu().double(), labels.cpu()
    margin_loss(forward(layers, rows[:1]).expand(len(labels), -1), labels)
    if not any(isinstance(layer, Affine) for layer in layers):
        raise InvalidInput("model must have a layer with weights, got none", argument="model")
    return rows, labels.long(), radius, order, box, layers


def attacked(
    model: Callable[[Tensor], Tensor],
    centre: Tensor,
    labels: Tensor,
    *,
    radius: float,
    order: float,
    box: Box,
    steps: int,
    restarts: int,
    seed: int,
    loss: Loss | None = None,
) -> Tensor:
    """The points that :func:`pgd` finds, a little inside of the balls, and in the box as it is in float64."""
    reach = radius * (1 - max(CLEAR, CLEAR_UNITS * torch.finfo(centre.dtype).eps))
    if reach == 0:
        return centre
    found = pgd(
        model,
        centre,
        labels,
        radius=reach,
        order=order,
        step=2.5 * reach / steps,
        steps=steps,
        restarts=restarts,
        box=box,
        seed=seed,
        loss=loss,
    )
    if box is None:
        return found
    # the ends of the box were rounded to the dtype: what is beyond one gives way to its neighbour nearer to the centre
    beyond = (found.double() < box[0]) | (found.double() > box[1])
    return torch.where(beyond, torch.nextafter(found, centre), found)


def certify(
    layers: tuple[Layer, ...],
    centre: Tensor,
    labels: Tensor,
    *,
    radius: float | Tensor,
    order: float,
    box: Box,
    points: Tensor,
    linear: bool,
) -> NetworkCertificate:
    """Claims about every unit of the network over the balls, which claim nothing about the loss yet."""
    sizes = torch.as_tensor(radius, dtype=torch.float64).expand(len(centre))
    pieces = []
    for rows, size in zip(centre.split(PIECE), sizes.split(PIECE), strict=True):
        pieces.append(relaxed(layers, Region(rows, size, order, box), linear=linear).inputs)
    claims = tuple(
        (torch.cat([piece[k][0] for piece in pieces]).numpy(), torch.cat([piece[k][1] for piece in pieces]).numpy())
        for k in range(len(layers) + 1)
    )
    return NetworkCertificate(
        lower=np.zeros(len(centre)),
        upper=np.full(len(centre), math.inf),
        layers=tuple(
            (layer.weight.numpy(), layer.bias.numpy()) if isinstance(layer, Affine) else None for layer in layers
        ),
        centre=centre.numpy(),
        labels=labels.numpy(),
        radius=sizes.numpy(),
        order=order,
        box=box,
        points=points.numpy(),
        claims=claims,
        linear=linear,
    )
