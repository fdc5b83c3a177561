"""What a style may touch: which regions, with whose colours, and in which unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, final

import torch
from torch.nn.functional import adaptive_avg_pool2d

from dualgap.errors import InvalidInput
from dualgap.validation import as_array, choice

__all__ = ["Control", "chosen_pixels", "mask_tensor"]


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Control:
    """Regions, colours and units of a style transfer.

    Parameters
    ----------
    content_masks : (H, W) or (R, H, W) array, optional
        Where in the picture each of R regions is: booleans, or numbers in [0, 1] that count from 1/2. Pixels in no region
        feel no style.
    style_masks : (H', W') or (R, H', W') array, optional
        Where the style of region r is taken from; all of the style image when omitted.
    colours : {"style", "content"}
        Whose colours the picture has. With "content" the lightness alone is transferred, from a style whose lightness is
        given the mean and the deviation of the content's; hue and saturation stay.
    scaled : bool
        Whether a layer's loss is divided by its value at the first image, which makes layers count alike.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> Control(colours="content").scaled
    True

    Reference: gatys2017
    """

    content_masks: Any = None
    style_masks: Any = None
    colours: str = "style"
    scaled: bool = True

    def __post_init__(self) -> None:
        choice(self.colours, "colours", ("style", "content"))
        if not isinstance(self.scaled, bool):
            raise InvalidInput(f"scaled must be True or False, got {self.scaled!r}", argument="scaled")
        if self.content_masks is None and self.style_masks is not None:
            raise InvalidInput("content_masks must say where in the picture each style goes", argument="content_masks")


def mask_tensor(masks: Any, name: str, image: torch.Tensor) -> torch.Tensor:
    """Masks as (R, H, W) numbers in [0, 1] for an image (3, H, W).

    Raises
    ------
    InvalidInput
        When they are not masks of that size, or one of them is empty.

    Examples
    --------
    >>> mask_tensor([[1, 0]], "content_masks", torch.zeros(3, 1, 2))
    tensor([[[1., 0.]]])
    """
    boolean = str(getattr(masks, "dtype", "")).removeprefix("torch.") == "bool"
    array = as_array(masks + 0.0 if boolean else masks, name)
    size = tuple(image.shape[-2:])
    if array.ndim not in (2, 3) or tuple(array.shape[-2:]) != size:
        raise InvalidInput(
            f"{name} must be of shape {size} or (regions, {size[0]}, {size[1]}), the image's size, "
            f"got shape {tuple(array.shape)}",
            argument=name,
        )
    found = torch.as_tensor(array).detach().to(image).reshape(-1, *size)
    if float(found.min()) < 0 or float(found.max()) > 1:
        raise InvalidInput(f"{name} must be booleans or numbers in [0, 1]", argument=name)
    for region, mask in enumerate(found):
        if not bool((mask >= 0.5).any()):
            raise InvalidInput(f"{name} must have a pixel in every region, region {region} has none", argument=name)
    return found


def chosen_pixels(
    masks: torch.Tensor | None, grid: Mapping[str, tuple[int, int]], name: str
) -> dict[str, list[torch.Tensor | None]]:
    """For each layer and region the indices of the layer's pixels inside the region; None for all of them.

    Parameters
    ----------
    masks : (R, H, W) tensor or None
        None for one region that is everything.
    grid : mapping of layer to (rows, columns)
    name : str
        The argument that they come from, for errors.

    Raises
    ------
    InvalidInput
        When a region has no pixel of a coarse layer.

    Examples
    --------
    >>> left = torch.tensor([[[1.0, 1.0, 0.0, 0.0]]])
    >>> chosen_pixels(left, {"half": (1, 2)}, "content_masks")
    {'half': [tensor([0])]}
    """
    if masks is None:
        return {layer: [None] for layer in grid}
    found: dict[str, list[torch.Tensor | None]] = {}
    for layer, cells in grid.items():
        inside = (adaptive_avg_pool2d(masks[None], cells)[0] >= 0.5).flatten(1)
        found[layer] = [row.nonzero()[:, 0] for row in inside]
        for region, pixels in enumerate(inside):
            if not bool(pixels.any()):
                raise InvalidInput(
                    f"{name} must have regions that the layer {layer!r} of {cells[0]} x {cells[1]} pixels can see, "
                    f"region {region} is too small; use features of fewer levels",
                    argument=name,
                )
    return found
