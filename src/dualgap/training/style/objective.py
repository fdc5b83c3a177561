"""The objective of style transfer: content, style, smoothness and the box, each layer in its own unit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import final

import torch

from dualgap.errors import InvalidInput
from dualgap.training.style.colours import lightness
from dualgap.training.style.control import chosen_pixels
from dualgap.training.style.features import Features
from dualgap.training.style.losses import StyleLoss, curvature, half_square, roughness

__all__ = ["Images", "Losses", "TransferObjective", "Weights"]

#: Weight of the mean squared distance from [0, 1]: strong enough that clipping the result is not seen.
BOX_WEIGHT = 10.0
#: How much rougher a change of hue counts than one of lightness: contents are lightness, so that a style that is matched at
#: an edge by hue alone shows as a coloured fringe.
HUE_WEIGHT = 300.0
#: How much a bend counts beside a slope. Textures are matched by how strong responses are: without this term a part of the
#: strength is put where the eye sees a checkerboard, along edges, at the highest frequencies that pixels have.
BEND_WEIGHT = 3.0
#: A unit below this share of the layer's own energy is rounding: two images that agree already.
LEAST_SHARE = 1e-6

Layers = dict[str, torch.Tensor]


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Images:
    """What a picture is made from, at one size.

    Parameters
    ----------
    content : (3, H, W) tensor, or None for a texture
    style : (3, H', W') tensor
    start : (3, H, W) tensor
    content_masks, style_masks : (R, H, W) and (R, H', W') tensors, or None
    """

    content: torch.Tensor | None
    style: torch.Tensor
    start: torch.Tensor
    content_masks: torch.Tensor | None = None
    style_masks: torch.Tensor | None = None


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Weights:
    """alpha, beta and gamma, each of K copies, and whether a layer's loss is divided by its unit."""

    content: torch.Tensor
    style: torch.Tensor
    smoothness: float
    scaled: bool = True


@final
@dataclass(frozen=True, eq=False)
class Losses:
    """The parts of the objective, each a (K,) tensor, and those of the layers by name."""

    content: torch.Tensor
    style: torch.Tensor
    total: torch.Tensor
    layers: Layers


class TransferObjective:
    """alpha L_c + beta L_s + gamma S + 10 mean d(x, [0, 1])^2 as a function of K images at once.

    .. math:: S(x) = TV(x) + 3\\, B(x) + 300\\, TV(x - \\mathrm{lightness}(x))

    with TV and B the means of the squares of first and second differences. A layer's content loss is divided by
    sum (h^c - mean h^c)^2 / 2, a layer's style loss by its value at the start; both are then averaged over layers, and the
    style's over regions.

    Parameters
    ----------
    images : Images
    features : Features
    loss : StyleLoss
    weights : Weights

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> from dualgap.training.style import GramLoss, RandomConvolutions
    >>> content, style = torch.zeros(3, 16, 16), torch.ones(3, 16, 16)
    >>> objective = TransferObjective(Images(content=content, style=style, start=content),
    ...     features=RandomConvolutions(levels=1, outline_levels=1), loss=GramLoss("gatys"),
    ...     weights=Weights(content=torch.ones(1), style=torch.ones(1), smoothness=0.0))
    >>> losses = objective(content[None])
    >>> float(losses.content), round(float(losses.total), 2)  # textures do not see a constant: one layer of three differs
    (0.0, 0.33)
    """

    def __init__(self, images: Images, *, features: Features, loss: StyleLoss, weights: Weights) -> None:
        self._features, self._loss, self._weights = features, loss, weights
        self._contents = features.content_layers if images.content is not None else ()
        self._regions = _regions(images.content_masks, features, images.start, "content_masks")
        sources = _regions(images.style_masks, features, images.style, "style_masks")
        with torch.no_grad():
            wanted = self._checked(images.style, features.style_layers)
            self._targets = {}
            for name in features.style_layers:
                regions = self._regions[name]
                chosen = sources[name] if len(sources[name]) == len(regions) else sources[name] * len(regions)
                self._targets[name] = [self._towards(_at(wanted[name], pixels)) for pixels in chosen]
            begin = self._checked(images.start, (*self._contents, *features.style_layers))
            here = begin if images.start is images.content or images.content is None else self._features(images.content)
            self._maps = {name: here[name] for name in self._contents}
            self._units = {name: _content_unit(h) for name, h in self._maps.items()}
            for name, targets in self._targets.items():
                self._units[name] = torch.stack(
                    [
                        _unit(target(h), target(torch.zeros_like(h)))
                        for target, h in zip(targets, self._parts(name, begin[name]), strict=True)
                    ]
                )
        if not weights.scaled:
            self._units = {name: torch.ones_like(unit) for name, unit in self._units.items()}
        self._refuse_dead_features(images.start)

    def __call__(self, images: torch.Tensor) -> Losses:
        """The losses of images (K, 3, H, W), differentiable."""
        maps = self._features(images)
        layers = {name: half_square(maps[name] - h) / self._units[name] for name, h in self._maps.items()}
        for name, targets in self._targets.items():
            parts = zip(targets, self._parts(name, maps[name]), self._units[name], strict=True)
            layers[name] = sum_of([target(h) / unit for target, h, unit in parts], images) / len(targets)
        content = sum_of([layers[name] for name in self._contents], images) / max(len(self._contents), 1)
        style = sum_of([layers[name] for name in self._targets], images) / max(len(self._targets), 1)
        outside = images - images.clamp(0, 1).detach()
        total = (
            self._weights.content * content
            + self._weights.style * style
            + self._weights.smoothness * _smoothness(images)
            + BOX_WEIGHT * (outside * outside).mean((-3, -2, -1))
        )
        return Losses(content, style, total, layers)

    def _parts(self, name: str, maps: torch.Tensor) -> list[torch.Tensor]:
        """The pixels of each region."""
        return [_at(maps, pixels) for pixels in self._regions[name]]

    def _towards(self, target: torch.Tensor) -> Callable[[torch.Tensor], torch.Tensor]:
        matched = self._loss.towards(target)

        def distance(maps: torch.Tensor) -> torch.Tensor:
            self._loss.require_sizes(maps.shape[-1], target.shape[-1])
            return matched(maps)

        return distance

    def _checked(self, image: torch.Tensor, names: tuple[str, ...]) -> Layers:
        """The layers of one of the images, found to be ones."""
        maps = dict(self._features(image))
        for name in names:
            if name not in maps:
                raise InvalidInput(f"features must give the layer {name!r}, got {sorted(maps)}", argument="features")
            if maps[name].ndim != 2 or not bool(torch.isfinite(maps[name]).all()):
                raise InvalidInput(
                    f"features must give finite layers of shape (channels, pixels), layer {name!r} is not",
                    argument="features",
                )
        return maps

    def _refuse_dead_features(self, start: torch.Tensor) -> None:
        with torch.enable_grad():
            probe = self._features(start.clone().requires_grad_(True))
        if not any(probe[name].requires_grad for name in (*self._contents, *self._targets)):
            raise InvalidInput(
                "features must be differentiable in the image, got layers that no gradient leaves; "
                "remove detach or no_grad from them",
                argument="features",
            )


def _smoothness(images: torch.Tensor) -> torch.Tensor:
    """S, see :class:`TransferObjective`."""
    hue = images - lightness(images)
    return roughness(images) + BEND_WEIGHT * curvature(images) + HUE_WEIGHT * roughness(hue)


def sum_of(parts: list[torch.Tensor], images: torch.Tensor) -> torch.Tensor:
    """The sum of (K,) tensors, zeros where there are none.

    Examples
    --------
    >>> sum_of([], torch.ones(2, 3, 4, 4))
    tensor([0., 0.])
    """
    return torch.stack(parts).sum(0) if parts else images.new_zeros(len(images))


def _at(maps: torch.Tensor, pixels: torch.Tensor | None) -> torch.Tensor:
    return maps if pixels is None else maps[..., pixels]


def _regions(
    masks: torch.Tensor | None, features: Features, image: torch.Tensor, name: str
) -> dict[str, list[torch.Tensor | None]]:
    if masks is None:
        return {layer: [None] for layer in features.style_layers}
    grid = features.grid(*image.shape[-2:])
    return chosen_pixels(masks, {layer: grid[layer] for layer in features.style_layers}, name)


def _content_unit(features: torch.Tensor) -> torch.Tensor:
    """The content loss of the image without any detail: each channel at its mean."""
    return _unit(half_square(features - features.mean(-1, keepdim=True)), half_square(features))


def _unit(value: torch.Tensor, energy: torch.Tensor) -> torch.Tensor:
    unit = torch.maximum(value, LEAST_SHARE * energy)
    return torch.where(unit > 0, unit, torch.ones_like(unit))
