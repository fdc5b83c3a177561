"""Adversarial training: the min-max problem with an inner player for each sample."""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass
from functools import partial
from typing import Any, final

import numpy as np
import torch
from torch import Tensor

from dualgap.bracket import Bracket
from dualgap.errors import InvalidInput, NotConverged
from dualgap.games.trajectory import Status
from dualgap.progress import Progress, resolve
from dualgap.training.robust.accuracy import accuracy
from dualgap.training.robust.attacks import Attack, check_problem, fgsm
from dualgap.training.robust.balls import Box, furthest, project
from dualgap.training.robust.evaluating import evaluating
from dualgap.training.robust.sample_losses import check_classes, outputs_of, sample_losses
from dualgap.validation import count, is_torch, real

__all__ = ["RobustTraining", "adversarial_training", "attacked_accuracy", "clean_accuracy"]

#: The probability with which each of a result's two accuracies covers the law's.
CONFIDENCE = 0.95


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class RobustTraining:
    """A classifier that was trained against an attack, and how well it does on held-out samples.

    Parameters
    ----------
    model : torch.nn.Module
        In evaluation mode.
    losses : (epochs,) float64 array
        The mean loss under attack of each epoch, in nats, before each of its updates.
    clean_accuracy : Bracket
        Of the law of the held-out samples; CONFIDENCE at 95%, each of the two by itself.
    attacked_accuracy : Bracket
        The same with each sample attacked at ``radius``: the share that withstands this attack, which bounds the share
        that withstands every attack from above.
    radius : float
    status : Status
        DIVERGED when a loss or a weight was no longer finite: the model is then the one after the last finite epoch.

    Examples
    --------
    >>> share = accuracy([True, True, False], confidence=0.95)
    >>> RobustTraining(model=torch.nn.Identity(), losses=np.array([0.7]), clean_accuracy=share,
    ...                attacked_accuracy=share, radius=0.1, status=Status.BUDGET).require()
    RobustTraining(BUDGET after 1 epochs, accuracy 0.667 clean, 0.667 attacked at radius 0.1)
    """

    model: torch.nn.Module
    losses: np.ndarray
    clean_accuracy: Bracket
    attacked_accuracy: Bracket
    radius: float
    status: Status

    def require(self) -> RobustTraining:
        """This result, unless the training diverged.

        Raises
        ------
        NotConverged
            When it did; ``partial`` is this result.
        """
        if self.status is Status.DIVERGED:
            raise NotConverged(
                f"the training diverged after {len(self.losses)} epochs; use a smaller learning_rate",
                partial=self,
            )
        return self

    def __repr__(self) -> str:
        clean, attacked = float(self.clean_accuracy), float(self.attacked_accuracy)
        return (
            f"RobustTraining({self.status.name} after {len(self.losses)} epochs, accuracy {clean:.3f} clean, "
            f"{attacked:.3f} attacked at radius {self.radius:g})"
        )


@torch.inference_mode(False)
def adversarial_training(
    model: torch.nn.Module,
    inputs: Tensor,
    labels: Tensor,
    *,
    held_out: tuple[Tensor, Tensor],
    radius: float,
    epochs: int,
    learning_rate: float,
    batch_size: int,
    attack: Attack = fgsm,
    order: float = math.inf,
    replays: int | None = None,
    box: Box = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> RobustTraining:
    """Train a classifier on the inputs that an attack makes of the training samples.

    .. math:: \\min_\\theta \\frac1n \\sum_i \\max_{|\\delta_i|_p \\le \\varepsilon}
              L(f_\\theta(x_i + \\delta_i), y_i)

    with L the cross entropy. The inner player answers each batch by the attack; the outer one takes a step of Adam
    there. The radius 0 is plain training. With ``replays`` = m the gradients are reused instead: each batch comes m times in
    a row, and from one gradient of the loss both the weights and the perturbations of its samples, which are kept from
    one epoch to the next, take their steps at once, so that an epoch costs as much as m of plain training.
    :class:`PerturbationGame` is this problem as a game.

    Parameters
    ----------
    model : torch.nn.Module from (n, ...) to (n, classes)
        A copy is trained; the model that was given stays as it is.
    inputs : (n, ...) float tensor
    labels : (n,) int tensor of classes 0, 1, ...
    held_out : (inputs, labels)
        Independent draws of the same law, for the accuracies.
    radius : float, at least 0, in the unit of the inputs
        epsilon, in training and in the accuracy under attack.
    epochs : int, at least 1
    learning_rate : float, above 0
    batch_size : int, at least 1
        At most n is used.
    attack : callable
        With the signature of :func:`fgsm`; ``functools.partial(pgd, step=..., steps=...)`` is another.
    order : 1, 2 or infinity
        p.
    replays : int, at least 1, optional
        m; the attack is then used for the accuracies alone.
    box
        As for :func:`fgsm`.
    seed : int, at least 0
        Decides the order of the samples.
    progress : Progress, optional

    Returns
    -------
    RobustTraining
        The same for the same seed on the same machine, for a model without dropout.

    Raises
    ------
    InvalidInput
        Before any training: as :func:`fgsm`, for both sets of samples.

    Examples
    --------
    >>> generator = torch.Generator().manual_seed(0)
    >>> x = torch.rand(200, 2, generator=generator)
    >>> y = (x[:, 0] > 0.5).long()
    >>> model = torch.nn.Linear(2, 2)
    >>> with torch.no_grad():
    ...     _ = model.weight.zero_(), model.bias.zero_()
    >>> result = adversarial_training(model, x[:100], y[:100], held_out=(x[100:], y[100:]), radius=0.05,
    ...                               epochs=40, learning_rate=0.05, batch_size=20)
    >>> bool(result.attacked_accuracy.value <= result.clean_accuracy.value)
    True

    Reference: madry2018, goodfellow2015, shafahi2019
    """
    if not isinstance(model, torch.nn.Module):
        raise InvalidInput(f"model must be a torch.nn.Module, got {type(model).__name__}", argument="model")
    count(epochs, "epochs")
    batch_size = count(batch_size, "batch_size")
    rate = real(learning_rate, "learning_rate", above=0)
    generator = torch.Generator().manual_seed(count(seed, "seed", at_least=0))
    test_inputs, test_labels = _pair(held_out)
    trained = copy.deepcopy(model).train()
    options: dict[str, Any] = {"radius": radius, "order": order, "box": box}
    repeated = None if replays is None else count(replays, "replays")  # before the samples are looked at
    for points, classes in ((inputs, labels), (test_inputs, test_labels)):
        _refuse_what_cannot_be_attacked(trained, points, classes, batch_size, attack, options)
    optimiser = torch.optim.Adam(_trainable(trained), lr=rate)
    free = {"kept": torch.zeros_like(inputs), "replays": repeated}
    run_epoch = partial(_free_epoch, **free) if repeated else partial(_epoch, attack=attack)
    losses, status, good = [], Status.BUDGET, _copied_state(trained)
    bar = resolve(progress)
    bar.start(epochs, "adversarial training")
    try:
        for _ in range(epochs):
            chosen = torch.randperm(len(inputs), generator=generator).to(inputs.device)
            batches = [(part, inputs[part], labels[part]) for part in chosen.split(batch_size)]
            mean = run_epoch(trained, optimiser, batches, options)
            if mean is None:
                status = Status.DIVERGED
                trained.load_state_dict(good)
                break
            losses.append(mean)
            good = _copied_state(trained)
            bar.advance(loss=mean)
    finally:
        bar.stop()
    trained.eval()
    return RobustTraining(
        model=trained,
        losses=np.array(losses),
        clean_accuracy=clean_accuracy(trained, test_inputs, test_labels, confidence=CONFIDENCE),
        attacked_accuracy=attacked_accuracy(
            trained, test_inputs, test_labels, attack=attack, confidence=CONFIDENCE, **options
        ),
        radius=float(radius),
        status=status,
    )


def clean_accuracy(model: torch.nn.Module, inputs: Tensor, labels: Tensor, *, confidence: float) -> Bracket:
    """The share of the inputs' law that a classifier gets right in evaluation mode; CONFIDENCE, see :func:`accuracy`.

    Examples
    --------
    >>> clean_accuracy(torch.nn.Identity(), torch.eye(3), torch.tensor([0, 1, 2]), confidence=0.95)
    Bracket(accuracy 1 in [0.29, 1], CONFIDENCE 95%, clopper-pearson)
    """
    points, labels, *_ = check_problem(inputs, labels, 0, math.inf, None)
    with evaluating(model):
        return accuracy(_correct(model, points, labels), confidence=confidence)


def attacked_accuracy(
    model: torch.nn.Module,
    inputs: Tensor,
    labels: Tensor,
    *,
    radius: float,
    confidence: float,
    attack: Attack = fgsm,
    order: float = math.inf,
    box: Box = None,
) -> Bracket:
    """The share of the inputs' law that a classifier still gets right after an attack; CONFIDENCE.

    A sample that was wrong before the attack counts as wrong. The model is attacked in evaluation mode, in which samples do
    not depend on each other. :func:`robust_accuracy` adds what can be proved.

    Examples
    --------
    >>> attacked_accuracy(torch.nn.Identity(), torch.eye(3), torch.tensor([0, 1, 2]), radius=0.6, confidence=0.95).value
    0.0
    """
    points, labels, radius, order, box = check_problem(inputs, labels, radius, order, box)
    with evaluating(model):
        moved = attack(model, points, labels, radius=radius, order=order, box=box)
        correct = _correct(model, points, labels) & _correct(model, moved, labels)
    return accuracy(correct, confidence=confidence, quantity=f"accuracy under attack at radius {radius:g}")


def _refuse_what_cannot_be_attacked(
    model: torch.nn.Module, inputs: Any, labels: Any, batch_size: int, attack: Attack, options: dict[str, Any]
) -> None:
    """Every sample goes through the model and its gradient once, batch by batch, before any training."""
    with evaluating(model):
        if not (is_torch(inputs) and is_torch(labels) and inputs.shape[:1] == labels.shape):
            fgsm(model, inputs, labels, **options)
        for points, classes in zip(inputs.split(batch_size), labels.split(batch_size), strict=True):
            fgsm(model, points, classes, **options)
        attack(model, inputs[:1], labels[:1], **options)


Batch = tuple[Tensor, Tensor, Tensor]


def _epoch(
    model: torch.nn.Module,
    optimiser: torch.optim.Optimizer,
    batches: list[Batch],
    options: dict[str, Any],
    *,
    attack: Attack,
) -> float | None:
    """One pass over the samples; the mean loss under attack, None when it or a weight is not finite.

    The samples were found to be in order before, so that what an attack finds wrong with the model now is divergence.
    """
    total, samples = 0.0, 0
    for _, points, classes in batches:
        try:
            with evaluating(model):
                moved = attack(model, points, classes, **options)
            losses = sample_losses(outputs_of(model, moved), classes)
        except InvalidInput as error:
            if error.argument != "model":
                raise
            return None
        if not _stepped(model, optimiser, losses.mean()):
            return None
        total, samples = total + float(losses.detach().sum()), samples + len(classes)
    return total / samples


def _free_epoch(
    model: torch.nn.Module,
    optimiser: torch.optim.Optimizer,
    batches: list[Batch],
    options: dict[str, Any],
    *,
    kept: Tensor,
    replays: int,
) -> float | None:
    """One pass in which each batch comes several times, and each gradient moves the weights and the samples at once.

    ``kept`` holds the perturbations of all samples, and is changed.
    """
    total, seen = 0.0, 0
    for places, points, classes in batches:
        for _ in range(replays):
            moved = (points + kept[places]).requires_grad_(True)
            try:
                losses = sample_losses(outputs_of(model, moved), classes)
            except InvalidInput as error:
                if error.argument != "model":
                    raise
                return None
            if not _stepped(model, optimiser, losses.mean()) or moved.grad is None:
                return None
            ball = {"order": options["order"], "box": options["box"]}
            further = furthest(moved.grad, moved.detach(), radius=options["radius"], **ball)
            kept[places] = project(further, points, radius=options["radius"], **ball) - points
            total, seen = total + float(losses.detach().sum()), seen + len(classes)
    return total / seen


def _stepped(model: torch.nn.Module, optimiser: torch.optim.Optimizer, loss: Tensor) -> bool:
    """A step of the outer player; whether the weights are finite after it."""
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return all(bool(torch.isfinite(weight).all()) for weight in model.parameters())


def _correct(model: torch.nn.Module, inputs: Tensor, labels: Tensor) -> Tensor:
    with torch.no_grad():
        outputs = outputs_of(model, inputs)
    check_classes(outputs, labels)
    return outputs.argmax(dim=1) == labels


def _copied_state(model: torch.nn.Module) -> dict[str, Tensor]:
    return {name: value.detach().clone() for name, value in model.state_dict().items()}


def _trainable(model: torch.nn.Module) -> list[torch.nn.Parameter]:
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    if not weights:
        raise InvalidInput("model must have parameters to train, got none that require a gradient", argument="model")
    return weights


def _pair(held_out: Any) -> tuple[Tensor, Tensor]:
    if not isinstance(held_out, (tuple, list)) or len(held_out) != 2:
        raise InvalidInput("held_out must be a pair (inputs, labels) of tensors", argument="held_out")
    return held_out[0], held_out[1]
