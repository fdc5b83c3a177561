"""Content and style as losses of feature maps h of shape (..., N, M): N channels at M pixels."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, final

from array_api_compat import array_namespace

from dualgap.errors import InvalidInput
from dualgap.validation import as_array, choice, is_torch

__all__ = ["GramLoss", "StyleLoss", "content_loss", "gram", "image_total_variation", "style_loss"]

NORMALISATIONS = ("lecture", "gatys")


def gram(features: Any) -> Any:
    """The correlations of the channels, which no permutation of the pixels changes.

    .. math:: G_{ij} = \\sum_k h_{ik} h_{jk}

    Parameters
    ----------
    features : (..., N, M) array

    Returns
    -------
    (..., N, N) array
        Symmetric and positive semi-definite, of the features' kind.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> gram([[1.0, 2.0], [0.0, 3.0]])
    array([[5., 6.],
           [6., 9.]])

    Reference: gatys2016
    """
    return _gram(_feature_maps(features, "features"))


def content_loss(features: Any, target: Any) -> Any:
    """Zero exactly when the features agree.

    .. math:: E_c = \\tfrac12 \\sum_{ij} (h_{ij} - h^c_{ij})^2

    Parameters
    ----------
    features, target : (..., N, M) arrays of one shape

    Returns
    -------
    (...) array

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> float(content_loss([[1.0, 2.0]], [[1.0, 4.0]]))
    2.0

    Reference: gatys2016
    """
    maps, others = both_maps(features, target)
    if maps.shape != others.shape:
        raise InvalidInput(
            f"target must have the shape {tuple(maps.shape)} of features, got {tuple(others.shape)}",
            argument="target",
        )
    return half_square(maps - others)


def half_square(difference: Any) -> Any:
    """Half of the sum of squares over the last two axes."""
    return array_namespace(difference).sum(difference * difference, axis=(-2, -1)) / 2


class StyleLoss(ABC):
    """A distance between feature maps that does not see where in the image a feature is."""

    @property
    def compares_sizes(self) -> bool:
        """Whether images of different sizes can be compared."""
        return True

    @abstractmethod
    def towards(self, target: Any) -> Callable[[Any], Any]:
        """The loss as a function of feature maps (..., N, M), where all that needs only the target is found once.

        Parameters
        ----------
        target : (N, M') array

        Returns
        -------
        callable
            Takes (..., N, M) maps of the target's kind, and gives (...) losses, differentiable in the maps.
        """

    def __call__(self, features: Any, target: Any) -> Any:
        """The loss of maps (..., N, M) to a target (N, M').

        Raises
        ------
        InvalidInput
            For what are not feature maps, or maps that this loss does not compare.
        """
        maps, other = both_maps(features, target)
        if other.ndim != 2 or maps.shape[-2] != other.shape[-2]:
            raise InvalidInput(
                f"target must be of shape ({maps.shape[-2]}, pixels), with the channels of features, "
                f"got {tuple(other.shape)}",
                argument="target",
            )
        self.require_sizes(maps.shape[-1], other.shape[-1])
        if is_torch(maps):
            return self.towards(other)(maps)
        import torch

        tensors = [torch.tensor(array.copy()) for array in (maps, other)]
        return self.towards(tensors[1])(tensors[0]).numpy()[()]

    def require_sizes(self, pixels: int, target: int) -> None:
        """Refuse numbers of pixels that are not compared.

        Raises
        ------
        InvalidInput
        """
        if not self.compares_sizes and pixels != target:
            raise InvalidInput(
                f"target must have the {pixels} pixels of features, got {target}; "
                'use normalisation="gatys" for images of different sizes',
                argument="target",
            )


@final
@dataclass(frozen=True)
class GramLoss(StyleLoss):
    """The squared distance of two Gram matrices, as :func:`style_loss` states it.

    Parameters
    ----------
    normalisation : {"lecture", "gatys"}

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> float(GramLoss("gatys")([[1.0, 1.0]], [[3.0]]))
    16.0

    Reference: gatys2016
    """

    normalisation: str

    def __post_init__(self) -> None:
        choice(self.normalisation, "normalisation", NORMALISATIONS)

    @property
    def compares_sizes(self) -> bool:
        """Gatys' loss is one of means over pixels; the lecture's is one of sums."""
        return self.normalisation == "gatys"

    def towards(self, target: Any) -> Callable[[Any], Any]:
        """The sum of squares of differences of Gram matrices in their normalisation."""
        wanted = self._scaled(target)
        return lambda features: self._distance(self._scaled(features), wanted)

    def _scaled(self, features: Any) -> Any:
        """The Gram matrix over M, for the lecture's loss over the root of M."""
        pixels = features.shape[-1]
        return _gram(features) / (pixels if self.normalisation == "gatys" else pixels**0.5)

    def _distance(self, matrix: Any, target: Any) -> Any:
        """The sum of squares over 4 N^2, for the lecture's loss over 4 N."""
        channels = matrix.shape[-1]
        return half_square(matrix - target) / (2 * channels ** (2 if self.normalisation == "gatys" else 1))


def style_loss(features: Any, target: Any, *, normalisation: str) -> Any:
    """The distance of two styles: how far the correlations of the channels differ.

    .. math:: E_s = \\frac{1}{4 N M} \\sum_{ij} (G_{ij} - G^s_{ij})^2 \\quad\\text{(lecture)}, \\qquad
              E_s = \\frac{1}{4 N^2 M^2} \\sum_{ij} (G_{ij} - G^s_{ij})^2 \\quad\\text{(gatys)}

    Gatys' loss is the squared maximum mean discrepancy of the two sets of feature vectors (the columns) with the
    kernel (x'y)^2, its biased estimate, divided by 4 N^2. The lecture's grows with the image: it doubles when
    both images are tiled twice.

    Parameters
    ----------
    features : (..., N, M) array
    target : (..., N, M') array
        M' = M for the lecture's. For Gatys' with M' other than M each Gram matrix is divided by its own number of
        pixels, which keeps the identity with the discrepancy.
    normalisation : {"lecture", "gatys"}

    Returns
    -------
    (...) array

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> float(style_loss([[1.0, 1.0]], [[3.0, 3.0]], normalisation="gatys"))
    16.0
    >>> float(style_loss([[1.0, 1.0]], [[3.0, 3.0]], normalisation="lecture"))
    32.0

    Reference: gatys2016, li2017demystifying
    """
    loss = GramLoss(normalisation)
    maps, others = both_maps(features, target)
    if maps.shape[:-1] != others.shape[:-1]:
        raise InvalidInput(
            f"target must have the channels {tuple(maps.shape[:-1])} of features, got {tuple(others.shape[:-1])}",
            argument="target",
        )
    loss.require_sizes(maps.shape[-1], others.shape[-1])
    return loss.towards(others)(maps)


def image_total_variation(images: Any) -> Any:
    """How rough an image is: the mean squared difference of neighbouring pixels, zero exactly for one colour.

    .. math:: \\operatorname{mean} (x_{c,i+1,j} - x_{c,i,j})^2 + \\operatorname{mean} (x_{c,i,j+1} - x_{c,i,j})^2

    Parameters
    ----------
    images : (..., C, H, W) array, H and W at least 2

    Returns
    -------
    (...) array

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> float(image_total_variation([[[0.0, 1.0], [0.0, 1.0]]]))
    1.0

    Reference: mahendran2015
    """
    pixels = as_array(images, "images")
    if pixels.ndim < 3 or min(pixels.shape[-2:]) < 2:
        raise InvalidInput(
            f"images must be of shape (..., colours, height, width) with at least 2 x 2 pixels, "
            f"got shape {tuple(pixels.shape)}",
            argument="images",
        )
    return roughness(pixels)


def roughness(pixels: Any) -> Any:
    """:func:`image_total_variation` of images that are known to be ones; of a single row or column, along it alone.

    Examples
    --------
    >>> import numpy as np
    >>> float(roughness(np.array([[[0.0, 2.0, 4.0]]])))
    4.0
    """
    return _mean_square(_down(pixels)) + _mean_square(_right(pixels))


def curvature(pixels: Any) -> Any:
    """How much an image bends: zero where it is constant or slopes, large where neighbours alternate.

    .. math:: \\operatorname{mean} x_{ii}^2 + 2 \\operatorname{mean} x_{ij}^2 + \\operatorname{mean} x_{jj}^2

    with x_ii, x_ij and x_jj the second differences: the energy of a bent plate, in which no direction is preferred. A
    checkerboard of -a and a has 64 a^2, eight times its total variation; a wave of many pixels has next to nothing.

    Parameters
    ----------
    pixels : (..., C, H, W) array

    Returns
    -------
    (...) array

    Examples
    --------
    >>> import numpy as np
    >>> board = (-1.0) ** np.add.outer(range(4), range(4))[None]
    >>> float(curvature(board)), float(curvature(np.add.outer(range(4), range(4))[None] / 4))
    (64.0, 0.0)
    """
    down, right = _down(pixels), _right(pixels)
    return _mean_square(_down(down)) + 2 * _mean_square(_right(down)) + _mean_square(_right(right))


def _down(pixels: Any) -> Any:
    return pixels[..., 1:, :] - pixels[..., :-1, :]


def _right(pixels: Any) -> Any:
    return pixels[..., 1:] - pixels[..., :-1]


def _mean_square(differences: Any) -> Any:
    """The mean over the last three axes, 0 where an image is too small for a difference."""
    xp = array_namespace(differences)
    squares = xp.sum(differences * differences, axis=(-3, -2, -1))
    return squares / max(1, math.prod(differences.shape[-3:]))


def _gram(features: Any) -> Any:
    return features @ features.mT if is_torch(features) else features @ features.swapaxes(-1, -2)


def both_maps(features: Any, target: Any) -> tuple[Any, Any]:
    """Two feature maps of one kind.

    Raises
    ------
    InvalidInput
    """
    maps, others = _feature_maps(features, "features"), _feature_maps(target, "target")
    if is_torch(maps) != is_torch(others):
        raise InvalidInput(
            f"target must be of the kind of features, got {type(others).__name__} for {type(maps).__name__}",
            argument="target",
        )
    return maps, others


def _feature_maps(features: Any, name: str) -> Any:
    maps = as_array(features, name)
    if maps.ndim < 2:
        raise InvalidInput(
            f"{name} must be of shape (..., channels, pixels), got shape {tuple(maps.shape)}", argument=name
        )
    return maps
