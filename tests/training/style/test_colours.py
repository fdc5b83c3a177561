"""Colours moved by the optimal map of their Gaussians; lightness apart from hue."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import dualgap as dg
from dualgap.training.style.colours import in_lightness_of, lightness, recoloured, with_lightness


def image(seed, low=0.2, high=0.8, side=12):
    generator = torch.Generator().manual_seed(seed)
    mixing = torch.eye(3, dtype=torch.float64) + 0.3 * torch.rand(3, 3, generator=generator, dtype=torch.float64)
    noise = torch.rand(3, side * side, generator=generator, dtype=torch.float64)
    mixed = mixing @ noise / mixing.sum(1, keepdim=True)
    return (low + (high - low) * mixed).reshape(3, side, side)


def moments(pixels):
    flat = pixels.flatten(1).numpy()
    return flat.mean(1), np.cov(flat, bias=True)


def test_the_styles_mean_and_covariance_are_taken():
    content, style = image(0), image(1)
    found = recoloured(content, style)
    assert float(found.min()) > 0  # nothing was clipped, so that the moments are exact
    for have, want in zip(moments(found), moments(style), strict=True):
        np.testing.assert_allclose(have, want, atol=1e-4)  # the ridge of 4e-6 against variances of 1e-2


def test_pixels_move_as_little_as_between_the_gaussians():
    content, style = image(0), image(1)
    moved = float((recoloured(content, style) - content).square().sum(0).mean())
    (m, a), (n, b) = moments(content), moments(style)
    expected = float(dg.wasserstein(dg.Gaussian(m, a), dg.Gaussian(n, b), order=2)) ** 2
    assert moved == pytest.approx(expected, rel=1e-2)  # the ridge


def test_a_grey_style_leaves_no_hue_and_a_grey_content_gets_the_styles():
    grey = image(2)[:1].expand(3, -1, -1)
    found = recoloured(image(0), grey)
    assert float((found - found[:1]).abs().max()) < 1e-6
    coloured = recoloured(grey, image(1))
    assert float((coloured - coloured[:1]).abs().max()) > 0.05


def test_an_image_in_its_own_colours_stays():
    content = image(0)
    torch.testing.assert_close(recoloured(content, content), content, rtol=0, atol=1e-3)  # the ridge


def test_lightness_is_that_of_the_content_and_the_hue_comes_back():
    content, style = image(0), image(1)
    grey, own = in_lightness_of(style, content)
    assert torch.equal(grey[0], grey[2])
    for statistic in (torch.mean, lambda x: x.std(correction=0)):
        assert float(statistic(grey[0])) == pytest.approx(float(statistic(lightness(content))), rel=1e-9)  # sums
    torch.testing.assert_close(with_lightness(own[None], content)[0], content)
    brighter = with_lightness(own[None] + 0.1, content)[0]
    torch.testing.assert_close(brighter, content + 0.1)


def test_a_style_of_one_colour_has_the_contents_mean():
    grey, _ = in_lightness_of(torch.full((3, 4, 4), 0.9, dtype=torch.float64), image(0))
    assert float(grey.std()) < 1e-12
    assert float(grey.mean()) == pytest.approx(float(lightness(image(0)).mean()), rel=1e-12)  # sums
