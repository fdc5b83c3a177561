"""Style transfer: the image with one image's content and another's style."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

import numpy as np
import torch

from dualgap.errors import InvalidInput, NotConverged
from dualgap.games.trajectory import Status
from dualgap.progress import Progress, resolve
from dualgap.training.style.features import Features, RandomConvolutions
from dualgap.training.style.images import image_array, image_tensor
from dualgap.training.style.losses import GramLoss, StyleLoss
from dualgap.training.style.objective import Losses, TransferObjective
from dualgap.validation import count, real

__all__ = ["StyleTransfer", "style_transfer"]

#: Curvature pairs that L-BFGS keeps: each is two images of memory.
MEMORY = 20


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class StyleTransfer:
    """A picture, and how the losses came down.

    Parameters
    ----------
    image : (H, W, 3) array
        In [0, 1]; of the kind of the content image.
    content_loss, style_loss, objective : (records,) float64 arrays
        Before the first step and after each; scaled as :func:`style_transfer` states it.
    status : Status
        DIVERGED when a loss was no longer finite: the image is then the last good one.

    Examples
    --------
    >>> StyleTransfer(image=np.zeros((4, 6, 3)), content_loss=np.array([0.0, 0.2]), style_loss=np.array([1.0, 0.1]),
    ...               objective=np.array([1.0, 0.11]), status=Status.BUDGET).require()
    StyleTransfer(BUDGET after 1 steps, 6 x 4, content loss 0.2, style loss 1 -> 0.1)
    """

    image: Any
    content_loss: np.ndarray
    style_loss: np.ndarray
    objective: np.ndarray
    status: Status

    @property
    def steps(self) -> int:
        """The steps that were taken."""
        return len(self.objective) - 1

    def require(self) -> StyleTransfer:
        """This result, unless the losses diverged.

        Raises
        ------
        NotConverged
            When they did; ``partial`` is this result.
        """
        if self.status is Status.DIVERGED:
            raise NotConverged(
                f"a loss was not finite after step {self.steps}; use a smaller style_weight or other features",
                partial=self,
            )
        return self

    def __repr__(self) -> str:
        height, width = self.image.shape[:2]
        return (
            f"StyleTransfer({self.status.name} after {self.steps} steps, {width} x {height}, "
            f"content loss {self.content_loss[-1]:.3g}, "
            f"style loss {self.style_loss[0]:.3g} -> {self.style_loss[-1]:.3g})"
        )


def style_transfer(
    content: Any,
    style: Any,
    *,
    features: Features | None = None,
    loss: StyleLoss | None = None,
    steps: int = 100,
    content_weight: float = 0.03,
    style_weight: float = 1.0,
    smoothness: float = 1.0,
    start: Any = "content",
    tolerance: float = 1e-4,
    seed: int = 0,
    progress: Progress | None = None,
) -> StyleTransfer:
    """The image with the content of one image and the style of another.

    .. math:: \\min_x \\alpha L_c(x, x_c) + \\beta L_s(x, x_s) + \\gamma\\, TV(x)
              + 10 \\operatorname{mean} d(x, [0, 1])^2

    by L-BFGS. L_c and L_s are means over layers. A layer's content loss is in units of the variation of the content's
    own features, sum (h^c - mean h^c)^2 / 2; a layer's style loss is in units of its value at the content image, where
    it starts by default at 1. So no layer drowns the others, and the weights mean the same for every picture.

    Parameters
    ----------
    content : (H, W, 3) or (H, W) array
        Floats in [0, 1] or uint8; numpy or torch. A torch image's device is where the work is done.
    style : (H', W', 3) or (H', W') array
        Of any size when ``loss`` compares sizes.
    features : Features, optional
        :class:`RandomConvolutions` with this seed when omitted.
    loss : StyleLoss, optional
        ``GramLoss("gatys")`` when omitted.
    steps : int, at least 1
    content_weight, style_weight, smoothness : float, at least 0
        alpha, beta and gamma. One of alpha and beta is positive.
    start : {"content", "noise"} or (H, W, 3) array
    tolerance : float, at least 0
        Ends with status CONVERGED when a step lowers the objective by less than this share of it. A step that does
        not lower it at all, with the memory of L-BFGS cleared, ends the run at tolerance 0 as well.
    seed : int, at least 0
        Decides the features where none are given, and the noise.
    progress : Progress, optional

    Returns
    -------
    StyleTransfer
        The same for the same seed on the same machine.

    Raises
    ------
    InvalidInput
        Before any work: an image that is not one or is too small for the features, a weight below 0.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> content, style = np.linspace(0, 1, 16 * 16 * 3).reshape(16, 16, 3), rng.random((20, 20, 3))
    >>> features = RandomConvolutions(levels=2, sizes=(3,), channels=8)
    >>> result = style_transfer(content, style, features=features, steps=5)
    >>> result.image.shape, result.status.name, bool(result.style_loss[-1] < result.style_loss[0])
    ((16, 16, 3), 'BUDGET', True)

    Reference: gatys2016, ustyuzhaninov2016
    """
    count(seed, "seed", at_least=0)
    count(steps, "steps")
    real(tolerance, "tolerance", at_least=0)
    features = RandomConvolutions(seed=seed) if features is None else features
    loss = GramLoss("gatys") if loss is None else loss
    content_pixels, style_pixels = _images(content, style, features, loss)
    objective = TransferObjective(
        content_pixels,
        style_pixels,
        features=features,
        loss=loss,
        content_weight=content_weight,
        style_weight=style_weight,
        smoothness=smoothness,
    )
    begin = _start(start, content_pixels, seed)
    pixels, records, status = _descend(objective, begin, steps, tolerance, resolve(progress))
    return StyleTransfer(
        image=image_array(pixels, content),
        content_loss=np.array([record.content for record in records]),
        style_loss=np.array([record.style for record in records]),
        objective=np.array([record.objective for record in records]),
        status=status,
    )


def _images(content: Any, style: Any, features: Features, loss: StyleLoss) -> tuple[torch.Tensor, torch.Tensor]:
    if not isinstance(features, Features):
        raise InvalidInput(
            f"features must be Features, such as RandomConvolutions(), got {type(features).__name__}",
            argument="features",
        )
    if not isinstance(loss, StyleLoss):
        raise InvalidInput(
            f"loss must be a StyleLoss, such as GramLoss('gatys'), got {type(loss).__name__}", argument="loss"
        )
    first = image_tensor(content, "content", smallest_side=features.smallest_side)
    second = image_tensor(style, "style", smallest_side=features.smallest_side).to(first)
    if not loss.compares_sizes and first.shape != second.shape:
        raise InvalidInput(
            f"style must have the size of content, {first.shape[-2]} x {first.shape[-1]}, for this loss, got "
            f"{second.shape[-2]} x {second.shape[-1]}; use GramLoss('gatys') for images of different sizes",
            argument="style",
        )
    return first, second


def _start(start: Any, content: torch.Tensor, seed: int) -> torch.Tensor:
    if isinstance(start, str):
        if start == "content":
            return content
        if start == "noise":
            generator = torch.Generator().manual_seed(seed)
            return torch.rand(content.shape, generator=generator, dtype=content.dtype).to(content)
        raise InvalidInput(f"start must be 'content', 'noise' or an image, got {start!r}", argument="start")
    pixels = image_tensor(start, "start").to(content)
    if pixels.shape != content.shape:
        raise InvalidInput(
            f"start must have the size of content, {content.shape[-2]} x {content.shape[-1]}, got "
            f"{pixels.shape[-2]} x {pixels.shape[-1]}",
            argument="start",
        )
    return pixels


def _descend(
    objective: TransferObjective, start: torch.Tensor, steps: int, tolerance: float, progress: Progress
) -> tuple[torch.Tensor, list[Losses], Status]:
    """L-BFGS one step at a time, so that each is seen; a stalled step clears its memory once before it ends the run."""
    pixels = start.clone().requires_grad_(True)
    evaluate = _Evaluation(objective, pixels)
    optimiser = _lbfgs(pixels)
    records, good, fresh = [evaluate.at_pixels()], start.clone(), True
    if not np.isfinite(records[0].objective):
        raise InvalidInput("features must be finite at the start, got a loss that is not", argument="features")
    progress.start(steps, "style transfer")
    try:
        for _ in range(steps):
            optimiser.step(evaluate)
            now, before = evaluate.at_pixels(), records[-1]
            if not np.isfinite(now.objective) or not bool(torch.isfinite(pixels).all()):
                return good, records, Status.DIVERGED
            if now.objective < before.objective:
                records.append(now)
                good.copy_(pixels.detach())
                progress.advance(content=now.content, style=now.style)
                if before.objective - now.objective < tolerance * before.objective:
                    return good, records, Status.CONVERGED
                fresh = False
            elif fresh:
                return good, records, Status.CONVERGED
            else:
                with torch.no_grad():
                    pixels.copy_(good)
                optimiser, fresh = _lbfgs(pixels), True
    finally:
        progress.stop()
    return good, records, Status.BUDGET


def _lbfgs(pixels: torch.Tensor) -> torch.optim.LBFGS:
    return torch.optim.LBFGS(
        [pixels],
        max_iter=1,
        max_eval=25,
        tolerance_grad=0.0,
        tolerance_change=0.0,
        history_size=MEMORY,
        line_search_fn="strong_wolfe",
    )


class _Evaluation:
    """The objective and its gradient at the pixels; the last point is remembered, for L-BFGS asks for it twice."""

    def __init__(self, objective: TransferObjective, pixels: torch.Tensor) -> None:
        self._objective = objective
        self._pixels = pixels
        self._point: torch.Tensor | None = None

    def __call__(self) -> float:
        if self._point is None or not torch.equal(self._point, self._pixels):
            with torch.enable_grad():
                total, self._losses = self._objective(self._pixels)
                (self._gradient,) = torch.autograd.grad(total, self._pixels)
            self._point = self._pixels.detach().clone()
        self._pixels.grad = self._gradient.clone()
        return self._losses.objective

    def at_pixels(self) -> Losses:
        self()
        return self._losses
