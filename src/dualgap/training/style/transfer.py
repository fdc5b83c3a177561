"""Style transfer: the image with one image's content and another's style."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from dualgap.errors import InvalidInput
from dualgap.games.trajectory import Status
from dualgap.progress import Progress, resolve
from dualgap.training.style.colours import in_lightness_of, recoloured, with_lightness
from dualgap.training.style.control import Control, mask_tensor
from dualgap.training.style.convolutions import RandomConvolutions
from dualgap.training.style.descent import LBFGS, Descent
from dualgap.training.style.features import Features
from dualgap.training.style.images import image_array, image_tensor
from dualgap.training.style.losses import StyleLoss
from dualgap.training.style.objective import Images, Weights
from dualgap.training.style.result import StyleTransfer
from dualgap.training.style.run import Problem, coarse_to_fine
from dualgap.training.style.transport_losses import SlicedLoss
from dualgap.validation import as_array, count, real

__all__ = ["style_transfer", "texture"]

STARTS = ("content", "colours", "noise")


@torch.inference_mode(False)
def style_transfer(
    content: Any,
    style: Any,
    *,
    features: Features | None = None,
    loss: StyleLoss | None = None,
    content_weight: Any = 0.2,
    style_weight: Any = 1.0,
    smoothness: float = 1.0,
    steps: int = 40,
    scales: int = 2,
    start: Any = "colours",
    optimiser: Descent | None = None,
    control: Control | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> StyleTransfer:
    """The image with the content of one image and the style of another.

    .. math:: \\min_x \\alpha L_c(x, x_c) + \\beta L_s(x, x_s) + \\gamma\\, S(x)
              + 10 \\operatorname{mean} d(x, [0, 1])^2, \\qquad
              S(x) = TV(x) + 3\\, B(x) + 300\\, TV(x - \\mathrm{lightness}(x))

    TV and B are the means of squared first and second differences: S keeps the picture smooth, without a checkerboard, and
    its hue smoother, since content is lightness and a style matched at an edge by hue alone would show as a coloured
    fringe. L_c and L_s are means over layers. A layer's content loss is in units of the variation of the content's own
    features, sum (h^c - mean h^c)^2 / 2; a layer's style loss is in units of its value at the start, where it is 1. So no
    layer drowns the others, and the weights mean the same for every picture. With ``Control(scaled=False)`` there are no
    units.

    The picture is found at 1/2^(scales - 1) of its size first, and each result, enlarged, is where the next size begins.

    Parameters
    ----------
    content : (H, W, 3) or (H, W) array
        Floats in [0, 1] or uint8; numpy, torch or Pillow. A torch image's device is where the work is done.
    style : (H', W', 3) or (H', W') array
        Of any size when ``loss`` compares sizes.
    features : Features, optional
        :class:`RandomConvolutions` of three levels with this seed when omitted.
    loss : StyleLoss, optional
        :class:`SlicedLoss` with this seed when omitted.
    content_weight, style_weight : float, or (K,) array, at least 0
        alpha and beta; K of either give K pictures in one run, each as it would be alone. One of the two is positive.
    smoothness : float, at least 0
        gamma.
    steps : int, at least 1
        At each size.
    scales : int, at least 1
        How many sizes.
    start : {"colours", "content", "noise"} or (H, W, 3) array
        The first image: the content moved to the mean and covariance of the style's colours, the content, uniform noise,
        or an image.
    optimiser : Descent, optional
        ``LBFGS()`` when omitted, or ``Adam()``.
    control : Control, optional
        Masks, original colours, losses without units.
    seed : int, at least 0
        Decides the features and the loss where none are given, and the noise.
    progress : Progress, optional

    Returns
    -------
    StyleTransfer
        The same for the same seed on the same machine. Status CONVERGED when each step of the last size lowered the
        objective by less than the optimiser's tolerance, as a share, or by nothing.

    Raises
    ------
    InvalidInput
        Before any work: an image that is not one or is too small for the features, a weight below 0.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> content, style = np.linspace(0, 1, 16 * 16 * 3).reshape(16, 16, 3), rng.random((20, 20, 3))
    >>> features = RandomConvolutions(levels=2, sizes=(3,), channels=8)
    >>> result = style_transfer(content, style, features=features, steps=5, scales=1)
    >>> result.image.shape, result.status.name, bool(result.style_loss[-1] < result.style_loss[0])
    ((16, 16, 3), 'BUDGET', True)

    Reference: gatys2016, ustyuzhaninov2016, heitz2021
    """
    given: Control = _of_kind(control, "control", Control, Control())
    problem = _problem(features, loss, optimiser, steps, scales, seed)
    least = problem.smallest_side(scales)
    content_pixels = image_tensor(content, "content", smallest_side=least)
    style_pixels = image_tensor(style, "style", smallest_side=least).to(content_pixels)
    weights, batched = _weights(content_weight, style_weight, smoothness, given, content_pixels)
    original = content_pixels
    if given.colours == "content":
        style_pixels, content_pixels = in_lightness_of(style_pixels, content_pixels)
    images = Images(
        content=content_pixels,
        style=style_pixels,
        start=_start(start, content_pixels, style_pixels, seed),
        content_masks=_masks(given.content_masks, "content_masks", content_pixels),
        style_masks=_masks(given.style_masks, "style_masks", style_pixels),
    )
    _require_comparable(images, problem.loss)
    found, history, status = coarse_to_fine(problem, images, weights, scales, resolve(progress), "style transfer")
    if given.colours == "content":
        found = with_lightness(found, original)
    return _result(found, history, status, batched, content)


@torch.inference_mode(False)
def texture(
    style: Any,
    *,
    size: tuple[int, int] | None = None,
    features: Features | None = None,
    loss: StyleLoss | None = None,
    smoothness: float = 0.1,
    steps: int = 60,
    scales: int = 3,
    start: Any = "noise",
    optimiser: Descent | None = None,
    scaled: bool = True,
    seed: int = 0,
    progress: Progress | None = None,
) -> StyleTransfer:
    """An image that has a style and no content: style transfer with alpha = 0.

    .. math:: \\min_x L_s(x, x_s) + \\gamma\\, S(x) + 10 \\operatorname{mean} d(x, [0, 1])^2

    Parameters
    ----------
    style : (H', W', 3) or (H', W') array
    size : pair of int, optional
        The height and width; the style's when omitted.
    features, loss, smoothness, steps, scales, optimiser, seed, progress
        As for :func:`style_transfer`.
    start : "noise" or (H, W, 3) array
        With "noise", uniform noise moved to the mean and covariance of the style's colours.
    scaled : bool
        Whether a layer's loss is divided by its value at the start.

    Returns
    -------
    StyleTransfer
        Its content loss is 0.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> style = np.tile([[0.2, 0.8], [0.8, 0.2]], (8, 8))
    >>> features = RandomConvolutions(levels=1, sizes=(3,), channels=8, outline_levels=1)
    >>> texture(style, size=(12, 20), features=features, steps=3, scales=1).image.shape
    (12, 20, 3)

    Reference: gatys2015texture, heitz2021
    """
    problem = _problem(features, loss, optimiser, steps, scales, seed)
    least = problem.smallest_side(scales)
    style_pixels = image_tensor(style, "style", smallest_side=least)
    height, width = _size(size, style_pixels, least)
    if isinstance(start, str):
        if start != "noise":
            raise InvalidInput(f"start must be 'noise' or an image, got {start!r}", argument="start")
        begin = recoloured(_noise(style_pixels.new_empty(3, height, width), seed), style_pixels)
    else:
        begin = _image_of_size(start, style_pixels.new_empty(3, height, width))
    control = Control(scaled=scaled)
    weights, _ = _weights(0.0, 1.0, smoothness, control, style_pixels)
    images = Images(content=None, style=style_pixels, start=begin)
    _require_comparable(images, problem.loss)
    found, history, status = coarse_to_fine(problem, images, weights, scales, resolve(progress), "texture")
    return _result(found, history, status, False, style)


def _problem(
    features: Features | None, loss: StyleLoss | None, optimiser: Descent | None, steps: int, scales: int, seed: int
) -> Problem:
    count(seed, "seed", at_least=0)
    count(steps, "steps")
    count(scales, "scales")
    features = RandomConvolutions(seed=seed, levels=3) if features is None else features
    loss = SlicedLoss(seed=seed) if loss is None else loss
    return Problem(
        features=_of_kind(features, "features", Features),
        loss=_of_kind(loss, "loss", StyleLoss),
        optimiser=_of_kind(optimiser, "optimiser", Descent, LBFGS()),
        steps=steps,
    )


def _of_kind(value: Any, name: str, kind: type, default: Any = None) -> Any:
    value = default if value is None else value
    if not isinstance(value, kind):
        example = {"Features": "RandomConvolutions()", "StyleLoss": "SlicedLoss()", "Descent": "LBFGS()"}
        raise InvalidInput(
            f"{name} must be a {kind.__name__}, such as {example.get(kind.__name__, 'Control()')}, "
            f"got {type(value).__name__}",
            argument=name,
        )
    return value


def _weights(content: Any, style: Any, smoothness: Any, control: Control, like: torch.Tensor) -> tuple[Weights, bool]:
    """alpha and beta as (K,) tensors, and whether there is a leading axis."""
    arrays = [_weight(value, name) for value, name in ((content, "content_weight"), (style, "style_weight"))]
    lengths = {array.size for array in arrays if array.ndim}
    if len(lengths) > 1:
        raise InvalidInput(
            f"content_weight and style_weight must have the same length, got {arrays[0].size} and {arrays[1].size}",
            argument="style_weight",
        )
    alpha, beta = (np.atleast_1d(array) for array in np.broadcast_arrays(*arrays))
    if bool((alpha + beta == 0).any()):
        raise InvalidInput("style_weight must be above 0 where content_weight is 0, got 0", argument="style_weight")
    tensors = [torch.tensor(array).to(like) for array in (alpha, beta)]
    smoothness = real(smoothness, "smoothness", at_least=0)
    weights = Weights(content=tensors[0], style=tensors[1], smoothness=smoothness, scaled=control.scaled)
    return weights, bool(lengths)


def _weight(value: Any, name: str) -> np.ndarray:
    if np.ndim(value) == 0:
        return np.array(real(value, name, at_least=0))
    array = np.asarray(as_array(value, name), dtype=np.float64)
    if array.ndim > 1 or float(array.min()) < 0:
        raise InvalidInput(
            f"{name} must be a number or a list of numbers, at least 0, got shape {array.shape} from {array.min():g}",
            argument=name,
        )
    return array


def _masks(masks: Any, name: str, image: torch.Tensor) -> torch.Tensor | None:
    return None if masks is None else mask_tensor(masks, name, image)


def _require_comparable(images: Images, loss: StyleLoss) -> None:
    content, style = images.start.shape[-2:], images.style.shape[-2:]
    if not loss.compares_sizes and content != style:
        raise InvalidInput(
            f"style must have the size of content, {content[0]} x {content[1]}, for this loss, got "
            f"{style[0]} x {style[1]}; use GramLoss('gatys') for images of different sizes",
            argument="style",
        )
    for first, second in ((images.content_masks, images.style_masks),):
        if first is not None and second is not None and len(second) not in (1, len(first)):
            raise InvalidInput(
                f"style_masks must be one or as many as content_masks, {len(first)}, got {len(second)}",
                argument="style_masks",
            )


def _start(start: Any, content: torch.Tensor, style: torch.Tensor, seed: int) -> torch.Tensor:
    if not isinstance(start, str):
        return _image_of_size(start, content)
    if start == "content":
        return content
    if start == "colours":
        return recoloured(content, style)
    if start == "noise":
        return _noise(content, seed)
    raise InvalidInput(f"start must be 'colours', 'content', 'noise' or an image, got {start!r}", argument="start")


def _image_of_size(start: Any, content: torch.Tensor) -> torch.Tensor:
    pixels = image_tensor(start, "start").to(content)
    if pixels.shape != content.shape:
        raise InvalidInput(
            f"start must have the size of content, {content.shape[-2]} x {content.shape[-1]}, got "
            f"{pixels.shape[-2]} x {pixels.shape[-1]}",
            argument="start",
        )
    return pixels


def _noise(like: torch.Tensor, seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(like.shape, generator=generator, dtype=like.dtype).to(like)


def _size(size: Any, style: torch.Tensor, least: int) -> tuple[int, int]:
    if size is None:
        return style.shape[-2], style.shape[-1]
    if not isinstance(size, (tuple, list)) or len(size) != 2:
        raise InvalidInput(f"size must be a pair (height, width), got {size!r}", argument="size")
    return count(size[0], "size", at_least=least), count(size[1], "size", at_least=least)


def _result(
    found: torch.Tensor, history: dict[str, np.ndarray], status: Status, batched: bool, like: Any
) -> StyleTransfer:
    def records(name: str) -> np.ndarray:
        return history[name] if batched else history[name][:, 0]

    image = image_array(found if batched else found[0], like)
    fixed = ("content", "style", "objective", "scale")
    return StyleTransfer(
        image=image,
        content_loss=records("content"),
        style_loss=records("style"),
        objective=records("objective"),
        layer_losses={name: records(name) for name in history if name not in fixed},
        scale=history["scale"],
        status=status,
    )
