"""What features are, and the pyramid that some of them read."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import convolve

from dualgap.errors import InvalidInput
from dualgap.training.style import Features
from dualgap.training.style.features import halved, pyramid, pyramid_sizes


def test_halving_is_the_binomial_blur_at_every_second_pixel():
    pixels = torch.rand(2, 3, 9, 8, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    row = np.array([1, 4, 6, 4, 1]) / 16
    found = halved(pixels)
    for image, small in zip(pixels.reshape(-1, 9, 8), found.reshape(-1, 5, 4), strict=True):
        expected = convolve(image.numpy(), np.outer(row, row), mode="mirror")[::2, ::2]
        np.testing.assert_allclose(small, expected, atol=1e-15)  # 25 products of numbers below 1


def test_halving_does_not_see_a_checkerboard_and_keeps_a_constant():
    board = torch.tensor([[0.0, 1.0], [1.0, 0.0]]).repeat(6, 6)[None, None]
    assert torch.allclose(halved(board), torch.full((1, 1, 6, 6), 0.5))
    assert torch.allclose(halved(torch.full((1, 2, 7, 7), 0.3)), torch.full((1, 2, 4, 4), 0.3))


@given(st.integers(12, 40), st.integers(12, 40), st.integers(1, 3))
def test_the_sizes_of_a_pyramid_are_what_they_are_said_to_be(height, width, levels):
    found = pyramid(torch.zeros(1, 3, height, width), levels)
    assert [tuple(level.shape[-2:]) for level in found] == pyramid_sizes(height, width, levels)


class Silent(Features):
    """Features that do not say where their pixels are."""

    content_layers = style_layers = ("pixels",)
    smallest_side = 1

    def __call__(self, images):
        return {"pixels": images.flatten(-2)}


def test_features_that_do_not_say_where_their_pixels_are_cannot_be_masked():
    with pytest.raises(InvalidInput, match="features must say where their pixels are for masks; give Silent a method"):
        Silent().grid(4, 4)
