"""What an image is, and the tensor that the features see."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from dualgap.errors import InvalidInput
from dualgap.validation import as_array, is_torch

__all__ = ["image_array", "image_tensor"]


def image_tensor(image: Any, name: str, *, smallest_side: int = 1) -> torch.Tensor:
    """The image as the features see it.

    Parameters
    ----------
    image : (H, W, 3) or (H, W) array
        Floats in [0, 1], or whole numbers of type uint8 in [0, 255]; numpy, torch, or an image of Pillow. A grey image
        has three equal colours.
    name : str
        The argument's name, for errors.
    smallest_side : int
        The least height and width.

    Returns
    -------
    (3, H, W) tensor
        In [0, 1] and contiguous; float64 where the image is, float32 otherwise; on the image's device.

    Raises
    ------
    InvalidInput
        When the argument is not an image, is not in [0, 1], or is too small.

    Examples
    --------
    >>> image_tensor([[0.0, 0.5], [1.0, 0.5]], "content").shape
    torch.Size([3, 2, 2])
    """
    if hasattr(image, "__array_interface__") and not hasattr(image, "dtype"):
        image = np.asarray(image)
    eight_bit = str(getattr(image, "dtype", "")).removeprefix("torch.") == "uint8"
    array = as_array(image, name)
    shape = tuple(array.shape)
    if array.ndim == 3 and shape[-1] == 4:
        raise InvalidInput(
            f"{name} must have 3 colours, got shape {shape}; drop the fourth, the transparency: {name}[..., :3]",
            argument=name,
        )
    if array.ndim not in (2, 3) or (array.ndim == 3 and shape[-1] != 3):
        raise InvalidInput(
            f"{name} must be an image of shape (height, width, 3) or (height, width), got shape {shape}",
            argument=name,
        )
    if min(shape[:2]) < smallest_side:
        raise InvalidInput(
            f"{name} must be at least {smallest_side} x {smallest_side} pixels for the layers of features, "
            f"got {shape[0]} x {shape[1]}; use a larger image, or features of fewer levels",
            argument=name,
        )
    pixels = torch.as_tensor(array).detach()
    if eight_bit:
        pixels = pixels.to(torch.float32) / 255
    least, most = float(pixels.min()), float(pixels.max())
    if least < 0 or most > 1:
        raise InvalidInput(
            f"{name} must have values in [0, 1], got values from {least:g} to {most:g}; "
            "divide by the largest possible value, or use dtype uint8 for values in [0, 255]",
            argument=name,
        )
    if pixels.ndim == 2:
        pixels = pixels[..., None].expand(*shape, 3)
    return pixels.permute(2, 0, 1).contiguous()


def image_array(pixels: torch.Tensor, like: Any) -> Any:
    """The tensor as an image of the kind that was given, clipped to [0, 1].

    Parameters
    ----------
    pixels : (..., 3, H, W) tensor
    like : array
        An image as the caller gave it: numpy or torch.

    Returns
    -------
    (H, W, 3) array
        Floats in [0, 1]; a torch tensor where ``like`` is one, a numpy array otherwise.
    """
    image = pixels.detach().clamp(0, 1).movedim(-3, -1).contiguous()
    return image if is_torch(like) else image.cpu().numpy()
