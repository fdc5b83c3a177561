"""The objective of style transfer: content, style, smoothness and the box, each layer in its own unit."""

from __future__ import annotations

from typing import NamedTuple

import torch

from dualgap.errors import InvalidInput
from dualgap.training.style.features import Features
from dualgap.training.style.losses import StyleLoss, half_square, roughness
from dualgap.validation import real

__all__ = ["Losses", "TransferObjective"]

#: Weight of the mean squared distance from [0, 1]: strong enough that clipping the result is not seen.
BOX_WEIGHT = 10.0
#: A unit below this share of the layer's own energy is rounding: two images that agree already.
LEAST_SHARE = 1e-6


class Losses(NamedTuple):
    """The parts of the objective at one image."""

    content: float
    style: float
    objective: float


class TransferObjective:
    """alpha L_c + beta L_s + gamma TV + 10 mean d(x, [0, 1])^2 as a function of an image.

    A layer's content loss is divided by sum (h^c - mean h^c)^2 / 2, a layer's style loss by its value at the content
    image; both are then averaged over layers.

    Parameters
    ----------
    content : (3, H, W) tensor
    style : (3, H', W') tensor
    features : Features
    loss : StyleLoss
    content_weight, style_weight, smoothness : float, at least 0
        alpha, beta and gamma.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> from dualgap.training.style import GramLoss, RandomConvolutions
    >>> content, style = torch.zeros(3, 16, 16), torch.ones(3, 16, 16)
    >>> features = RandomConvolutions(levels=1, outline_levels=1)
    >>> objective = TransferObjective(content, style, features=features, loss=GramLoss("gatys"),
    ...                               content_weight=1.0, style_weight=1.0, smoothness=0.0)
    >>> objective(content)[1]
    Losses(content=0.0, style=0.3333, objective=0.3333)
    """

    def __init__(
        self,
        content: torch.Tensor,
        style: torch.Tensor,
        *,
        features: Features,
        loss: StyleLoss,
        content_weight: float,
        style_weight: float,
        smoothness: float,
    ) -> None:
        self._content_weight = real(content_weight, "content_weight", at_least=0)
        self._style_weight = real(style_weight, "style_weight", at_least=0)
        self._smoothness = real(smoothness, "smoothness", at_least=0)
        if self._content_weight + self._style_weight == 0:
            raise InvalidInput("style_weight must be above 0 where content_weight is 0, got 0", argument="style_weight")
        self._features, self._loss = features, loss
        with torch.no_grad():
            maps, style_maps = self._layers(content), self._layers(style)
            self._targets = {name: maps[name] for name in features.content_layers}
            self._units = {name: _content_unit(h) for name, h in self._targets.items()}
            self._summaries = {name: loss.summary(style_maps[name]) for name in features.style_layers}
            for name, target in self._summaries.items():
                here = loss.summary(maps[name])
                size = loss.distance(target, torch.zeros_like(target))
                self._units[name] = _unit(loss.distance(here, target), size)
        self._refuse_dead_features(content)

    def __call__(self, image: torch.Tensor) -> tuple[torch.Tensor, Losses]:
        """The objective at an image (3, H, W), differentiable, and its parts as numbers."""
        maps = self._features(image)
        nothing = image.new_zeros(())
        content = sum((half_square(maps[name] - h) / self._units[name] for name, h in self._targets.items()), nothing)
        style = sum(
            (
                self._loss.distance(self._loss.summary(maps[name]), target) / self._units[name]
                for name, target in self._summaries.items()
            ),
            nothing,
        )
        content, style = content / max(len(self._targets), 1), style / max(len(self._summaries), 1)
        outside = image - image.clamp(0, 1).detach()
        total = (
            self._content_weight * content
            + self._style_weight * style
            + self._smoothness * roughness(image)
            + BOX_WEIGHT * (outside * outside).mean()
        )
        parts = torch.stack([content, style, total]).detach().to("cpu", torch.float64)
        return total, Losses(*parts.tolist())

    def _layers(self, image: torch.Tensor) -> dict[str, torch.Tensor]:
        """The layers of one of the two images, found to be ones."""
        maps = dict(self._features(image))
        for name in (*self._features.content_layers, *self._features.style_layers):
            if name not in maps:
                raise InvalidInput(f"features must give the layer {name!r}, got {sorted(maps)}", argument="features")
            if maps[name].ndim != 2 or not bool(torch.isfinite(maps[name]).all()):
                raise InvalidInput(
                    f"features must give finite layers of shape (channels, pixels), layer {name!r} is not",
                    argument="features",
                )
        return maps

    def _refuse_dead_features(self, content: torch.Tensor) -> None:
        with torch.enable_grad():
            probe = self._features(content.clone().requires_grad_(True))
        names = (*self._features.content_layers, *self._features.style_layers)
        if not any(probe[name].requires_grad for name in names):
            raise InvalidInput(
                "features must be differentiable in the image, got layers that no gradient leaves; "
                "remove detach or no_grad from them",
                argument="features",
            )


def _content_unit(features: torch.Tensor) -> torch.Tensor:
    """The content loss of the image without any detail: each channel at its mean."""
    return _unit(half_square(features - features.mean(-1, keepdim=True)), half_square(features))


def _unit(value: torch.Tensor, energy: torch.Tensor) -> torch.Tensor:
    unit = torch.maximum(value, LEAST_SHARE * energy)
    return torch.where(unit > 0, unit, torch.ones_like(unit))
