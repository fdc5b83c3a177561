"""What a style and a content are read from: named layers of feature maps."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping

import torch
from torch.nn.functional import conv2d, pad

from dualgap.errors import InvalidInput

__all__ = ["Features", "halved", "pyramid", "pyramid_sizes"]


class Features(ABC):
    """Named layers of feature maps h of an image.

    A layer is a tensor of shape (..., N, M): N channels at M pixels, ``h[..., i, j]`` the j-th pixel of channel i, row
    by row.
    """

    @property
    @abstractmethod
    def content_layers(self) -> tuple[str, ...]:
        """The layers that say what is where."""

    @property
    @abstractmethod
    def style_layers(self) -> tuple[str, ...]:
        """The layers whose statistics over pixels are the style."""

    @property
    @abstractmethod
    def smallest_side(self) -> int:
        """The least height and width of an image, in pixels."""

    @abstractmethod
    def __call__(self, images: torch.Tensor) -> Mapping[str, torch.Tensor]:
        """The layers of images (..., 3, H, W) with values in [0, 1], differentiable in the images."""

    def grid(self, height: int, width: int) -> Mapping[str, tuple[int, int]]:
        """The rows and columns of each layer's pixels for an image of this size, which masks need.

        Raises
        ------
        InvalidInput
            Where a class of one's own does not say it.
        """
        raise InvalidInput(
            f"features must say where their pixels are for masks; give {type(self).__name__} a method "
            "grid(height, width) -> {layer: (rows, columns)}",
            argument="features",
        )


def halved(images: torch.Tensor) -> torch.Tensor:
    """Images (n, C, H, W) of half the size: a binomial blur, then every second pixel. A box would leave a checkerboard unseen.

    Examples
    --------
    >>> halved(torch.ones(1, 3, 6, 5)).shape
    torch.Size([1, 3, 3, 3])
    """
    channels = images.shape[-3]
    row = torch.tensor([1.0, 4.0, 6.0, 4.0, 1.0]).to(images) / 16
    kernel = (row[:, None] * row).expand(channels, 1, 5, 5)
    return conv2d(pad(images, (2,) * 4, mode="reflect"), kernel, stride=2, groups=channels)


def pyramid(images: torch.Tensor, levels: int) -> list[torch.Tensor]:
    """Images (n, C, H, W) and their halves, ``levels`` in all."""
    found = [images]
    while len(found) < levels:
        found.append(halved(found[-1]))
    return found


def pyramid_sizes(height: int, width: int, levels: int) -> list[tuple[int, int]]:
    """The height and width of each level of :func:`pyramid`.

    Examples
    --------
    >>> pyramid_sizes(6, 5, 3)
    [(6, 5), (3, 3), (2, 2)]
    """
    sizes = [(height, width)]
    while len(sizes) < levels:
        sizes.append(((sizes[-1][0] + 1) // 2, (sizes[-1][1] + 1) // 2))
    return sizes
