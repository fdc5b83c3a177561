"""VGG-19: the network of the lecture, with weights from a file that the user has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, final

import torch
from torch.nn.functional import avg_pool2d, conv2d, max_pool2d, relu

from dualgap.errors import InvalidInput
from dualgap.training.style.features import Features
from dualgap.training.style.weights import read_weights
from dualgap.validation import choice

__all__ = ["LAYERS", "VGG19", "shapes"]

#: Convolutions a block and their channels; a pooling that halves the image lies between two blocks.
BLOCKS = ((2, 64), (2, 128), (4, 256), (4, 512), (4, 512))
#: The layers by the names of the literature, conv<block>_<number>.
LAYERS = tuple(f"conv{b + 1}_{i + 1}" for b, (number, _) in enumerate(BLOCKS) for i in range(number))
#: Means and standard deviations of the colours of the pictures that the network was trained on.
MEANS, DEVIATIONS = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
#: The three layers behind the convolutions, which a file may hold and style does not need.
CLASSIFIER = {0: (4096, 25088), 3: (4096, 4096), 6: (1000, 4096)}


def shapes() -> dict[str, tuple[int, ...]]:
    """The shape of every weight of the convolutions by its name in torchvision's file.

    Examples
    --------
    >>> shapes()["features.0.weight"], shapes()["features.34.bias"], len(shapes())
    ((64, 3, 3, 3), (512,), 32)
    """
    found: dict[str, tuple[int, ...]] = {}
    for name, index in _indices().items():
        block = int(name[4]) - 1
        channels = BLOCKS[block][1]
        before = 3 if name == "conv1_1" else BLOCKS[block - 1][1] if name.endswith("_1") else channels
        found[f"features.{index}.weight"] = (channels, before, 3, 3)
        found[f"features.{index}.bias"] = (channels,)
    return found


def _indices() -> dict[str, int]:
    """The place of each convolution in torchvision's list, where rectifiers and poolings take places too."""
    found, place = {}, 0
    for block, (number, _) in enumerate(BLOCKS):
        for i in range(number):
            found[f"conv{block + 1}_{i + 1}"] = place
            place += 2
        place += 1
    return found


@final
@dataclass(frozen=True)
class VGG19(Features):
    """The rectified convolutions of VGG-19, by the names conv1_1 to conv5_4.

    Only the layers that are asked for are returned, and nothing behind the last of them is computed.

    Parameters
    ----------
    weights : path
        A state dict as torchvision saves it: .safetensors, or .pth or .pt, of which only tensors are read (nothing in
        the file is executed). The three layers of the classifier may be missing.
    pooling : {"average", "max"}
        Between the blocks. The network was trained with "max"; averages give smoother pictures.
    content : tuple of str
        Names of layers.
    style : tuple of str
        Names of layers.

    Raises
    ------
    InvalidInput
        When there is no such file, or it holds anything but the weights of VGG-19; when a layer does not exist.

    Examples
    --------
    >>> VGG19("absent.pth")  # doctest: +IGNORE_EXCEPTION_DETAIL
    Traceback (most recent call last):
    dualgap.errors.InvalidInput: weights must be a file that exists, got 'absent.pth'

    Reference: simonyan2015, gatys2016
    """

    weights: Path | str
    pooling: str = "average"
    content: tuple[str, ...] = ("conv4_2",)
    style: tuple[str, ...] = ("conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1")
    _tensors: Mapping[str, torch.Tensor] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        choice(self.pooling, "pooling", ("average", "max"))
        for name in ("content", "style"):
            object.__setattr__(self, name, _layers(getattr(self, name), name))
        optional = {
            f"classifier.{index}.{kind}": shape if kind == "weight" else shape[:1]
            for index, shape in CLASSIFIER.items()
            for kind in ("weight", "bias")
        }
        tensors = read_weights(self.weights, shapes(), optional=optional, network="VGG-19")
        object.__setattr__(self, "_tensors", tensors)

    @property
    def content_layers(self) -> tuple[str, ...]:
        """As given."""
        return self.content

    @property
    def style_layers(self) -> tuple[str, ...]:
        """As given."""
        return self.style

    @property
    def smallest_side(self) -> int:
        """The last block that is needed has a pixel."""
        return 2 ** (self._last_block() - 1)

    def __call__(self, images: torch.Tensor) -> dict[str, torch.Tensor]:
        """The layers of images (..., 3, H, W) with values in [0, 1]."""
        leading = images.shape[:-3]
        maps = images.reshape(-1, *images.shape[-3:])
        means, deviations = (
            torch.tensor(row, dtype=maps.dtype, device=maps.device)[:, None, None] for row in (MEANS, DEVIATIONS)
        )
        maps = (maps - means) / deviations
        wanted = {*self.content, *self.style}
        pool = avg_pool2d if self.pooling == "average" else max_pool2d
        found: dict[str, torch.Tensor] = {}
        for name, index in _indices().items():
            if len(found) == len(wanted):
                break
            if name.endswith("_1") and name != "conv1_1":
                maps = pool(maps, 2)
            kernel, offsets = (self._tensors[f"features.{index}.{kind}"].to(maps) for kind in ("weight", "bias"))
            maps = relu(conv2d(maps, kernel, offsets, padding=1))
            if name in wanted:
                found[name] = maps.flatten(-2).reshape(*leading, maps.shape[-3], -1)
        return found

    def grid(self, height: int, width: int) -> dict[str, tuple[int, int]]:
        """Each pooling halves, and drops a last odd pixel."""
        return {
            name: (height // 2 ** (int(name[4]) - 1), width // 2 ** (int(name[4]) - 1))
            for name in {*self.content, *self.style}
        }

    def _last_block(self) -> int:
        return max(int(name[4]) for name in (*self.content, *self.style))


def _layers(names: Any, argument: str) -> tuple[str, ...]:
    if not isinstance(names, (tuple, list)) or not names:
        raise InvalidInput(
            f"{argument} must be a tuple of layers, such as ('conv4_2',), got {names!r}", argument=argument
        )
    for name in names:
        if name not in LAYERS:
            raise InvalidInput(f"{argument} must name layers from conv1_1 to conv5_4, got {name!r}", argument=argument)
    return tuple(names)
