"""The descent itself: from the smallest size to the full one, one step after another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
import torch
from torch.nn.functional import adaptive_avg_pool2d, interpolate

from dualgap.errors import InvalidInput
from dualgap.games.trajectory import Status
from dualgap.progress import Progress
from dualgap.training.style.descent import Descent, Point
from dualgap.training.style.features import Features, pyramid
from dualgap.training.style.losses import StyleLoss
from dualgap.training.style.objective import Images, TransferObjective, Weights
from dualgap.validation import detached

__all__ = ["Problem", "coarse_to_fine"]


@final
@dataclass(frozen=True, kw_only=True)
class Problem:
    """What is compared and how the picture is found.

    Parameters
    ----------
    features : Features
    loss : StyleLoss
    optimiser : Descent
    steps : int
        At each size.
    """

    features: Features
    loss: StyleLoss
    optimiser: Descent
    steps: int

    def smallest_side(self, scales: int) -> int:
        """The least side of an image that is halved scales - 1 times, rounded up."""
        return (self.features.smallest_side - 1) * 2 ** (scales - 1) + 1


def coarse_to_fine(
    problem: Problem, images: Images, weights: Weights, scales: int, progress: Progress, label: str
) -> tuple[torch.Tensor, dict[str, np.ndarray], Status]:
    """The pictures (K, 3, H, W), the history by name, each (records, K), and how the last size ended.

    Raises
    ------
    InvalidInput
        When a loss is not finite at the first image.
    """
    sizes = [_reduced(images, halvings) for halvings in range(scales)]
    objectives = [
        TransferObjective(one, features=problem.features, loss=problem.loss, weights=weights) for one in sizes
    ]
    copies = len(weights.content)
    pictures = sizes[-1].start.expand(copies, -1, -1, -1)
    records: list[dict[str, np.ndarray]] = []
    status = Status.BUDGET
    progress.start(problem.steps * scales, label)
    try:
        for halvings in reversed(range(scales)):
            size = sizes[halvings].start.shape[-2:]
            if pictures.shape[-2:] != size:
                pictures = interpolate(pictures, size=(size[0], size[1]), mode="bilinear").clamp(0, 1)
            pictures, found, status = _descend(problem, objectives[halvings], pictures, progress)
            records += [{**one, "scale": np.array(halvings)} for one in found]
            if status is Status.DIVERGED:
                break
    finally:
        progress.stop()
    if pictures.shape[-2:] != images.start.shape[-2:]:
        pictures = interpolate(pictures, size=(images.start.shape[-2], images.start.shape[-1]), mode="bilinear")
    return pictures, {name: np.array([one[name] for one in records]) for name in records[0]}, status


def _reduced(images: Images, halvings: int) -> Images:
    """The images at a smaller size; the masks by how much of each new pixel they cover."""

    def smaller(image: torch.Tensor) -> torch.Tensor:
        return pyramid(image[None], halvings + 1)[-1][0].clamp(0, 1)

    if halvings == 0:
        return images
    content = None if images.content is None else smaller(images.content)
    start = content if images.start is images.content and content is not None else smaller(images.start)
    style = smaller(images.style)
    return Images(
        content=content,
        style=style,
        start=start,
        content_masks=_covered(images.content_masks, start),
        style_masks=_covered(images.style_masks, style),
    )


def _covered(masks: torch.Tensor | None, image: torch.Tensor) -> torch.Tensor | None:
    return None if masks is None else adaptive_avg_pool2d(masks[None], (image.shape[-2], image.shape[-1]))[0]


def _descend(
    problem: Problem, objective: TransferObjective, start: torch.Tensor, progress: Progress
) -> tuple[torch.Tensor, list[dict[str, np.ndarray]], Status]:
    """One step at a time, so that each is seen. A copy rests once a step gains too little, or two steps gain nothing."""
    evaluation = _Evaluation(objective, start.shape)
    here = evaluation(start.flatten(1))
    if evaluation.broken:
        raise InvalidInput("features must be finite at the start, got a loss that is not", argument="features")
    records = [evaluation.record(here)]
    step = problem.optimiser.steps(evaluation, here)
    moving = torch.ones_like(here.value, dtype=torch.bool)
    stood = torch.zeros_like(here.value)
    for taken in range(problem.steps):
        there = step(here, moving)
        if evaluation.broken:
            return here.place.reshape(start.shape), records, Status.DIVERGED
        moved = (there.place != here.place).any(-1)
        little = (here.value - there.value).abs() < problem.optimiser.tolerance * here.value.abs()
        stood = torch.where(moved, 0.0, stood + 1)
        here, moving = there, moving & ~((moved & little) | (stood >= 2))
        if bool(moved.any()):
            records.append(evaluation.record(here))
            last = records[-1]
            progress.advance(content=float(last["content"].mean()), style=float(last["style"].mean()))
        if not bool(moving.any()):
            progress.advance(problem.steps - taken - 1)
            return here.place.reshape(start.shape), records, Status.CONVERGED
    return here.place.reshape(start.shape), records, Status.BUDGET


class _Evaluation:
    """The objective, its gradient and its parts at K images as rows of numbers.

    ``broken`` says whether the last evaluation was not finite: a step that ends so has found nothing better.
    """

    def __init__(self, objective: TransferObjective, shape: torch.Size) -> None:
        self._objective = objective
        self._shape = shape
        self._names: tuple[str, ...] = ()
        self.broken = False

    def __call__(self, places: torch.Tensor) -> Point:
        images = places.detach().reshape(self._shape).clone().requires_grad_(True)
        with torch.enable_grad():
            losses = self._objective(images)
            (gradient,) = torch.autograd.grad(losses.total.sum(), images)
        parts = {"content": losses.content, "style": losses.style, **losses.layers}
        self._names = tuple(parts)
        value, gradient = losses.total.detach(), gradient.flatten(1)
        self.broken = not bool(torch.isfinite(value).all() and torch.isfinite(gradient).all())
        return Point(images.detach().flatten(1), value, gradient, torch.stack(list(parts.values()), -1).detach())

    def record(self, point: Point) -> dict[str, np.ndarray]:
        """The parts of a point by name, and the objective; each (K,)."""
        columns = detached(point.parts).T
        return {**dict(zip(self._names, columns, strict=True)), "objective": detached(point.value)}
