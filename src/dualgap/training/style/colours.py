"""Colours moved from one image to another, and the lightness apart from the hue."""

from __future__ import annotations

import numpy as np
import torch

from dualgap.transport.bures import best_rotation, optimal_map, square_root
from dualgap.validation import detached

__all__ = ["in_lightness_of", "lightness", "recoloured", "with_lightness"]

#: How the three colours add up to the lightness that an eye sees (Rec. 601).
LIGHTNESS = (0.299, 0.587, 0.114)
#: Added to the variance of each colour of the content: half a step of 255 of noise, so that a grey picture has a map too.
RIDGE = (0.5 / 255) ** 2


def recoloured(content: torch.Tensor, style: torch.Tensor) -> torch.Tensor:
    """The content's pixels with the mean and covariance of the style's, moved as little as possible.

    .. math:: x \\mapsto m_s + T (x - m_c), \\qquad T A^{1/2} = B^{1/2} U

    The optimal transport map between the Gaussians of the two sets of colours, clipped to [0, 1].

    Parameters
    ----------
    content, style : (3, H, W) and (3, H', W') tensors

    Returns
    -------
    (3, H, W) tensor

    Examples
    --------
    >>> grey = torch.linspace(0, 1, 12).reshape(1, 3, 4).expand(3, 3, 4)
    >>> found = recoloured(torch.rand(3, 5, 5, generator=torch.Generator().manual_seed(0)), grey)
    >>> bool((found - found[:1]).abs().max() < 1e-5)  # a grey style leaves no colour
    True

    Reference: gatys2017, dowson1982
    """
    colours, wanted = (detached(image.flatten(1)) for image in (content, style))
    means = [one.mean(1, keepdims=True) for one in (colours, wanted)]
    first, second = (
        square_root(part @ part.T / part.shape[1] + ridge * np.eye(3))[0]
        for part, ridge in ((colours - means[0], RIDGE), (wanted - means[1], 0.0))
    )
    mapping = optimal_map(first, second @ best_rotation(first, second))
    moved = means[1] + mapping @ (colours - means[0])
    return torch.as_tensor(moved).to(content).reshape(content.shape).clamp(0, 1)


def lightness(image: torch.Tensor) -> torch.Tensor:
    """The lightness (..., 1, H, W) of colours (..., 3, H, W).

    Examples
    --------
    >>> round(float(lightness(torch.ones(3, 1, 1))), 6)
    1.0
    """
    shares = torch.tensor(LIGHTNESS, dtype=image.dtype, device=image.device)[:, None, None]
    return (shares * image).sum(-3, keepdim=True)


def in_lightness_of(style: torch.Tensor, content: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Both images in grey (3, H, W), the style's lightness with the mean and the deviation of the content's.

    Examples
    --------
    >>> style, content = torch.zeros(3, 2, 2), torch.full((3, 2, 2), 0.5)
    >>> grey, _ = in_lightness_of(style, content)
    >>> round(float(grey.mean()), 6)
    0.5
    """
    own, wanted = lightness(style), lightness(content)
    deviation = own.std(correction=0)
    factor = wanted.std(correction=0) / deviation if float(deviation) > 0 else deviation
    moved = (wanted.mean() + factor * (own - own.mean())).clamp(0, 1)
    return moved.expand_as(style).contiguous(), wanted.expand_as(content).contiguous()


def with_lightness(images: torch.Tensor, content: torch.Tensor) -> torch.Tensor:
    """The content's hue with the images' lightness, clipped to [0, 1].

    Parameters
    ----------
    images : (K, 3, H, W) tensor
    content : (3, H, W) tensor

    Examples
    --------
    >>> content = torch.tensor([0.5, 0.25, 0.25])[:, None, None]
    >>> bool(torch.allclose(with_lightness(content[None], content)[0], content))
    True
    """
    return (content + lightness(images) - lightness(content)).clamp(0, 1)
