"""Patches: every one of them, as it stands in the image."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.lib.stride_tricks import sliding_window_view

from dualgap.errors import InvalidInput
from dualgap.training.style import Patches


def image(height=13, width=11, seed=0):
    return torch.rand(3, height, width, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_a_layer_holds_every_patch_once():
    pixels = image()
    found = Patches(sizes=(3, 5), levels=1)(pixels)
    for size in (3, 5):
        windows = sliding_window_view(pixels.numpy() - 0.5, (size, size), axis=(1, 2))
        expected = windows.transpose(0, 3, 4, 1, 2).reshape(3 * size * size, -1)
        assert np.array_equal(found[f"patch{size}/0"], expected)


def test_outlines_see_lightness_and_no_constant():
    pixels = image()
    tinted = pixels + torch.tensor([0.2, -0.1, -0.1], dtype=torch.float64)[:, None, None] + 0.05
    first, second = (Patches(levels=2)(one) for one in (pixels, tinted))
    assert Patches(levels=2).content_layers == ("outline/0",)
    torch.testing.assert_close(first["outline/0"], second["outline/0"], rtol=0, atol=1e-14)  # sums of 27 numbers
    assert float(first["outline/0"].mean(-2).abs().max()) < 1e-15  # the mean of nine numbers below 1


def test_leading_axes_are_independent_and_the_grid_is_right():
    features = Patches(sizes=(3, 5), levels=2)
    batch = torch.stack([image(seed=s) for s in range(4)]).reshape(2, 2, 3, 13, 11)
    layers, grid = features(batch), features.grid(13, 11)
    assert set(layers) == {*features.content_layers, *features.style_layers} == set(grid)
    for name, maps in features(batch[1, 0]).items():
        torch.testing.assert_close(layers[name][1, 0], maps, rtol=0, atol=1e-15)  # the blur's sums
        assert maps.shape[-1] == grid[name][0] * grid[name][1]


def test_the_smallest_image_that_is_promised_is_taken():
    features = Patches(sizes=(7,), levels=3)
    side = features.smallest_side
    assert features(image(side, side))["patch7/2"].shape[-1] == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"sizes": (4,)}, "sizes must be odd"),
        ({"sizes": 5}, "sizes must be a tuple"),
        ({"levels": 0}, "levels must be"),
    ],
)
def test_patches_that_cannot_be_are_refused(options, words):
    with pytest.raises(InvalidInput, match=words):
        Patches(**options)
