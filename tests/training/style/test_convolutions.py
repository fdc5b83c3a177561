"""Random convolutions: decided by their seed, blind to what they should not see."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.signal import correlate2d

from dualgap.errors import InvalidInput
from dualgap.training.style import RandomConvolutions
from dualgap.training.style.convolutions import odd_sizes

SMALL = {"levels": 2, "sizes": (3,), "channels": 4, "outline_sizes": (3,), "outline_channels": 2}


def image(height=24, width=20, seed=0, dtype=torch.float32):
    return torch.rand(3, height, width, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def test_the_seed_decides_every_filter_and_leaves_torchs_own_stream_alone():
    before = torch.get_rng_state()
    first, again, other = (RandomConvolutions(seed=seed, **SMALL)(image()) for seed in (3, 3, 4))
    assert torch.equal(torch.get_rng_state(), before)
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not any(torch.equal(first[name], other[name]) for name in first)


def test_layers_are_channels_by_pixels_and_leading_axes_are_independent_images():
    features = RandomConvolutions(seed=0, **SMALL)
    batch = torch.stack([image(seed=s) for s in range(6)]).reshape(2, 3, 3, 24, 20)
    layers = features(batch)
    assert set(layers) == {*features.content_layers, *features.style_layers}
    assert layers["texture3/0"].shape == (2, 3, 4, 24 * 20)
    assert layers["colour/1"].shape == (2, 3, 4, 12 * 10)
    for name, maps in features(batch[1, 2]).items():
        # the batch's convolution may add in another order: a few ulps of values near 1
        torch.testing.assert_close(layers[name][1, 2], maps, rtol=1e-5, atol=1e-6)


def test_a_texture_layer_is_the_rectified_correlation_with_its_filters():
    features = RandomConvolutions(seed=0, **SMALL)
    pixels = image(dtype=torch.float64)
    bank = features._banks["texture3/0"]
    padded = np.pad(pixels.numpy() - 0.5, ((0, 0), (1, 1), (1, 1)), mode="reflect")
    for channel, (weights, offset) in enumerate(zip(bank.filters.double().numpy(), bank.offsets.double(), strict=True)):
        total = sum(correlate2d(padded[c], weights[c], mode="valid") for c in range(3)) + float(offset)
        found = features(pixels)["texture3/0"][channel].reshape(24, 20)
        np.testing.assert_allclose(found, np.maximum(total, 0), atol=1e-14)  # 27 products of numbers below 1


def test_outlines_do_not_see_colour_and_textures_do_not_see_a_constant():
    features = RandomConvolutions(seed=0, **SMALL)
    grey = image(dtype=torch.float64)[:1].expand(3, -1, -1)
    tinted = grey + torch.tensor([0.2, -0.1, -0.1], dtype=torch.float64)[:, None, None]
    first, second = features(grey), features(tinted)
    for name in (*features.content_layers, "texture3/0", "texture3/1"):
        # filters of zero mean up to float32 rounding, at which they were drawn
        torch.testing.assert_close(first[name], second[name], rtol=0, atol=1e-6)
    assert not torch.allclose(first["colour/0"], second["colour/0"], atol=1e-2)


def test_the_smallest_image_that_is_promised_is_taken():
    features = RandomConvolutions(seed=0)
    side = features.smallest_side
    assert features(image(side, side))["texture7/3"].shape == (32, (side // 8) ** 2)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"seed": -1}, "seed must be at least 0"),
        ({"seed": 0.5}, "seed must be a whole number"),
        ({"levels": 0}, "levels must be at least 1"),
        ({"channels": True}, "channels must be a whole number"),
        ({"sizes": (4,)}, "sizes must be odd"),
        ({"sizes": ()}, "sizes must be a tuple"),
        ({"sizes": 3}, "sizes must be a tuple"),
        ({"outline_sizes": (1,)}, "outline_sizes must be at least 3"),
        ({"levels": 1, "outline_levels": 2}, "outline_levels must be at most levels = 1"),
    ],
)
def test_features_that_cannot_be_are_refused(options, words):
    with pytest.raises(InvalidInput, match=words):
        RandomConvolutions(**options)


def test_the_grid_says_where_a_layers_pixels_are():
    features = RandomConvolutions(seed=0, **SMALL)
    grid = features.grid(24, 19)
    layers = features(image(24, 19))
    assert {name: rows * columns for name, (rows, columns) in grid.items()} == {
        name: maps.shape[-1] for name, maps in layers.items()
    }
    assert grid["colour/1"] == (12, 10)


def test_sizes_are_odd_numbers():
    assert odd_sizes([3, 5], "sizes") == (3, 5)
    with pytest.raises(InvalidInput, match="sizes must be odd"):
        odd_sizes((3, 4), "sizes")
