"""The loss of each sample of a classifier, found to be one."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from dualgap.errors import InvalidInput
from dualgap.validation import is_torch

__all__ = ["Loss", "check_classes", "margin_loss", "outputs_of", "sample_losses"]

#: From (outputs, labels) to the loss of each sample, (n,).
Loss = Callable[[Tensor, Tensor], Tensor]


def margin_loss(outputs: Tensor, labels: Tensor) -> Tensor:
    """How far the largest wrong output is above that of the label: at least 0 exactly where the label does not win.

    .. math:: L = \\max_{j \\ne y} f_j - f_y

    As the loss of :func:`pgd` it looks for wrong answers, rather than for a large cross entropy.

    Parameters
    ----------
    outputs : (n, classes) tensor
        Of two classes or more.
    labels : (n,) int tensor

    Returns
    -------
    (n,) tensor

    Examples
    --------
    >>> margin_loss(torch.tensor([[3.0, 1.0, 2.0]]), torch.tensor([2]))
    tensor([1.])

    Reference: carlini2017
    """
    check_classes(outputs, labels)
    if outputs.shape[1] < 2:
        raise InvalidInput(f"model must have two classes or more, got {outputs.shape[1]}", argument="model")
    places = labels.long()[:, None]
    others = outputs.scatter(1, places, -math.inf)
    return others.amax(1) - outputs.gather(1, places)[:, 0]


def outputs_of(model: Callable[[Tensor], Tensor], inputs: Tensor) -> Tensor:
    """What a model gives at the inputs, which must be what it takes.

    Raises
    ------
    InvalidInput
        When the model cannot be called, or torch refuses their shape or type in one of its layers.

    Examples
    --------
    >>> outputs_of(torch.nn.Flatten(), torch.zeros(5, 2, 2)).shape
    torch.Size([5, 4])
    """
    if not callable(model):
        raise InvalidInput(
            f"model must be a torch.nn.Module or a function of the inputs, got {type(model).__name__}", argument="model"
        )
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
        check_classes(outputs, labels)
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


def check_classes(outputs: Tensor, labels: Tensor) -> None:
    """Refuse outputs that are not one row of classes a sample, and labels that are not among them.

    Raises
    ------
    InvalidInput
    """
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
