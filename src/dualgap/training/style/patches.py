"""Raw patches at several scales: features without a network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import torch
from torch.nn.functional import unfold

from dualgap.training.style.convolutions import odd_sizes
from dualgap.training.style.features import Features, pyramid, pyramid_sizes
from dualgap.validation import count

__all__ = ["Patches"]

#: The side of the patches of lightness that say what is where.
OUTLINE = 3


@final
@dataclass(frozen=True)
class Patches(Features):
    """All square patches of an image, at every level of a Gaussian pyramid.

    - ``patch<k>/level``: every k x k patch as a vector of 3 k^2 numbers, the colours less 1/2;
    - ``outline/level``: every 3 x 3 patch of the lightness, less its own mean.

    Patches overlap, and do not cross the border. A layer of k x k patches holds 3 k^2 times the pixels of its level.

    Parameters
    ----------
    sizes : tuple of odd int, at least 3
        The sides k of the patches, in pixels of their level.
    levels : int, at least 1
        Of the pyramid.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> features = Patches(sizes=(5,), levels=2)
    >>> features.style_layers
    ('patch5/0', 'patch5/1')
    >>> features(torch.zeros(3, 16, 16))["patch5/1"].shape
    torch.Size([75, 16])

    Reference: elnekave2022
    """

    sizes: tuple[int, ...] = (5,)
    levels: int = 4

    def __post_init__(self) -> None:
        count(self.levels, "levels")
        object.__setattr__(self, "sizes", odd_sizes(self.sizes, "sizes"))

    @property
    def content_layers(self) -> tuple[str, ...]:
        """The outlines of the finer half of the levels."""
        return tuple(f"outline/{level}" for level in range((self.levels + 1) // 2))

    @property
    def style_layers(self) -> tuple[str, ...]:
        """The patches of every size."""
        return tuple(f"patch{size}/{level}" for level in range(self.levels) for size in self.sizes)

    @property
    def smallest_side(self) -> int:
        """The largest patch fits into the smallest level."""
        return 2 ** (self.levels - 1) * max(self.sizes)

    def __call__(self, images: torch.Tensor) -> dict[str, torch.Tensor]:
        """The layers of images (..., 3, H, W)."""
        leading = images.shape[:-3]
        levels = pyramid(images.reshape(-1, *images.shape[-3:]) - 0.5, self.levels)
        layers = {}
        for level, pixels in enumerate(levels):
            for size in self.sizes:
                layers[f"patch{size}/{level}"] = unfold(pixels, size)
            if f"outline/{level}" in self.content_layers:
                patches = unfold(pixels.mean(-3, keepdim=True), OUTLINE)
                layers[f"outline/{level}"] = patches - patches.mean(-2, keepdim=True)
        return {name: maps.reshape(*leading, *maps.shape[1:]) for name, maps in layers.items()}

    def grid(self, height: int, width: int) -> dict[str, tuple[int, int]]:
        """Every place of a patch in its level."""
        sizes = pyramid_sizes(height, width, self.levels)
        sides = {f"patch{size}/{level}": size for level in range(self.levels) for size in self.sizes}
        sides |= dict.fromkeys(self.content_layers, OUTLINE)
        found = {}
        for name, side in sides.items():
            rows, columns = sizes[int(name.partition("/")[2])]
            found[name] = (rows - side + 1, columns - side + 1)
        return found
