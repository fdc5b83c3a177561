"""Seeded random convolutions of several filter sizes: features that nothing is downloaded for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import final

import torch
from torch.nn.functional import conv2d, pad, relu

from dualgap.errors import InvalidInput
from dualgap.training.style.features import Features, pyramid, pyramid_sizes
from dualgap.validation import count

__all__ = ["RandomConvolutions", "odd_sizes"]


@dataclass(frozen=True)
class _Bank:
    """One convolution: filters (N, 3, k, k), offsets (N,), rectified or linear."""

    filters: torch.Tensor
    offsets: torch.Tensor
    rectified: bool

    def __call__(self, images: torch.Tensor) -> torch.Tensor:
        margin = self.filters.shape[-1] // 2
        padded = pad(images, (margin,) * 4, mode="reflect") if margin else images
        maps = conv2d(padded, self.filters.to(images), self.offsets.to(images))
        return (relu(maps) if self.rectified else maps).flatten(-2)


@final
@dataclass(frozen=True)
class RandomConvolutions(Features):
    """One layer of random filters of several sizes, at every level of a Gaussian pyramid. Nothing is downloaded.

    At each level (each half as large as the one before) there are three kinds of layer:

    - ``colour/level``: 1 x 1 filters of the colour with random offsets, rectified; its Gram matrix is a summary of the
      law of the colours;
    - ``texture<k>/level``: k x k filters that do not see a constant colour (zero mean a colour), rectified;
    - ``outline<k>/level``, on the finest levels: k x k filters of the lightness with zero mean, linear; they see where
      things are and not which colour they have, so that a style may change the colours.

    Borders are reflected. Filters have unit norm.

    Parameters
    ----------
    seed : int, at least 0
        Decides every filter.
    sizes : tuple of odd int, at least 3
        The sides k of the texture filters, in pixels of their level.
    levels : int, at least 1
        Of the pyramid.
    channels : int, at least 1
        Filters in each style layer.
    outline_sizes : tuple of odd int, at least 3
    outline_levels : int, between 1 and levels
    outline_channels : int, at least 1

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> features = RandomConvolutions(seed=0, levels=2)
    >>> layers = features(torch.zeros(3, 64, 64))
    >>> features.style_layers
    ('colour/0', 'texture3/0', 'texture7/0', 'colour/1', 'texture3/1', 'texture7/1')
    >>> layers["texture7/1"].shape
    torch.Size([32, 1024])

    Reference: ustyuzhaninov2016
    """

    seed: int = 0
    sizes: tuple[int, ...] = (3, 7)
    levels: int = 4
    channels: int = 32
    outline_sizes: tuple[int, ...] = (3, 5)
    outline_levels: int = 2
    outline_channels: int = 16
    _banks: dict[str, _Bank] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        count(self.seed, "seed", at_least=0)
        for name in ("levels", "channels", "outline_levels", "outline_channels"):
            count(getattr(self, name), name)
        if self.outline_levels > self.levels:
            raise InvalidInput(
                f"outline_levels must be at most levels = {self.levels}, got {self.outline_levels}",
                argument="outline_levels",
            )
        for name in ("sizes", "outline_sizes"):
            object.__setattr__(self, name, odd_sizes(getattr(self, name), name))
        object.__setattr__(self, "_banks", dict(self._draw(torch.Generator().manual_seed(self.seed))))

    @property
    def content_layers(self) -> tuple[str, ...]:
        """The outlines."""
        return tuple(name for name in self._banks if name.startswith("outline"))

    @property
    def style_layers(self) -> tuple[str, ...]:
        """The colours and the textures."""
        return tuple(name for name in self._banks if not name.startswith("outline"))

    @property
    def smallest_side(self) -> int:
        """The largest filter fits into the smallest level."""
        return max(
            2 ** (self.levels - 1) * max(3, *self.sizes),
            2 ** (self.outline_levels - 1) * max(self.outline_sizes),
        )

    def __call__(self, images: torch.Tensor) -> dict[str, torch.Tensor]:
        """The layers of images.

        Parameters
        ----------
        images : (..., 3, H, W) tensor with values in [0, 1]

        Returns
        -------
        dict of (..., N, M) tensors
            In the images' dtype and on their device.
        """
        leading = images.shape[:-3]
        levels = pyramid(images.reshape(-1, *images.shape[-3:]) - 0.5, self.levels)
        layers = {}
        for name, bank in self._banks.items():
            maps = bank(levels[_level(name)])
            layers[name] = maps.reshape(*leading, *maps.shape[1:])
        return layers

    def grid(self, height: int, width: int) -> dict[str, tuple[int, int]]:
        """Every pixel of a layer's level."""
        sizes = pyramid_sizes(height, width, self.levels)
        return {name: sizes[_level(name)] for name in self._banks}

    def _draw(self, generator: torch.Generator) -> Iterator[tuple[str, _Bank]]:
        for level in range(self.levels):
            yield f"colour/{level}", _bank(self.channels, 3, 1, generator, offset=0.5, rectified=True)
            for size in self.sizes:
                yield (
                    f"texture{size}/{level}",
                    _bank(self.channels, 3, size, generator, offset=0.1, rectified=True),
                )
            if level < self.outline_levels:
                for size in self.outline_sizes:
                    bank = _bank(self.outline_channels, 1, size, generator, offset=0.0, rectified=False)
                    yield f"outline{size}/{level}", bank


def _level(name: str) -> int:
    return int(name.partition("/")[2])


def _bank(
    channels: int, colours: int, size: int, generator: torch.Generator, *, offset: float, rectified: bool
) -> _Bank:
    """Normal filters of unit norm, blind to constants when larger than a pixel; offsets uniform within offset of 0."""
    filters = torch.randn(channels, colours, size, size, generator=generator)
    if size > 1:
        filters = filters - filters.mean((-2, -1), keepdim=True)
    filters = filters.expand(channels, 3, size, size)
    filters = filters / torch.linalg.vector_norm(filters, dim=(1, 2, 3), keepdim=True)
    offsets = (2 * torch.rand(channels, generator=generator) - 1) * offset
    return _Bank(filters, offsets, rectified)


def odd_sizes(sizes: object, name: str) -> tuple[int, ...]:
    """Sides of filters that have a middle.

    Examples
    --------
    >>> odd_sizes([3, 7], "sizes")
    (3, 7)
    """
    if not isinstance(sizes, (tuple, list)) or not sizes:
        raise InvalidInput(f"{name} must be a tuple of odd numbers, such as (3, 7), got {sizes!r}", argument=name)
    for size in sizes:
        if count(size, name, at_least=3) % 2 == 0:
            raise InvalidInput(f"{name} must be odd, so that a filter has a middle, got {size}", argument=name)
    return tuple(int(size) for size in sizes)
