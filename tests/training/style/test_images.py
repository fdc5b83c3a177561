"""Images: what is one, and that nothing is rescaled or clipped in silence."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from dualgap.errors import InvalidInput
from dualgap.training.style.images import image_array, image_tensor


def test_an_image_goes_to_a_tensor_and_back_unchanged():
    pixels = np.random.default_rng(0).random((5, 7, 3))
    assert np.array_equal(image_array(image_tensor(pixels, "content"), pixels), pixels)
    tensor = torch.tensor(pixels, dtype=torch.float32)
    assert torch.equal(image_array(image_tensor(tensor, "content"), tensor), tensor)


@pytest.mark.parametrize("kind", [np.asarray, torch.as_tensor])
def test_eight_bits_run_from_zero_to_one(kind):
    pixels = kind(np.array([[0, 51], [255, 102]], dtype=np.uint8))
    found = image_tensor(pixels, "content")
    assert found.dtype == torch.float32
    # 51/255 in float32
    np.testing.assert_allclose(found[1], [[0.0, 0.2], [1.0, 0.4]], atol=1e-7)


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_an_image_of_pillow_is_its_pixels(mode):
    pillow = pytest.importorskip("PIL.Image")
    pixels = np.random.default_rng(0).integers(0, 256, (4, 5, 3), dtype=np.uint8)
    picture = pillow.fromarray(pixels).convert(mode)
    assert torch.equal(image_tensor(picture, "content"), image_tensor(np.asarray(picture), "content"))
    with pytest.raises(InvalidInput, match="drop the fourth"):
        image_tensor(picture.convert("RGBA"), "content")


def test_a_grey_image_has_three_equal_colours():
    found = image_tensor(np.array([[0.25, 0.5]]), "content")
    assert found.shape == (3, 1, 2)
    assert bool((found == found[0]).all())


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (np.zeros((4, 4, 4)), "drop the fourth"),
        (np.zeros((4, 4, 2)), "must be an image of shape"),
        (np.zeros(4), "must be an image of shape"),
        (np.zeros((2, 4, 4, 3)), "must be an image of shape"),
        (np.full((4, 4), 1.5), r"must have values in \[0, 1\], got values from 1.5"),
        (np.full((4, 4), -0.5), r"must have values in \[0, 1\]"),
        (np.full((4, 4), 200), r"use dtype uint8"),
        (np.full((4, 4), np.nan), "must be finite"),
        (np.zeros((0, 4)), "must not be empty"),
        ("picture.png", "must be an array of numbers"),
        (None, "must be an array"),
    ],
)
def test_what_is_not_an_image_is_refused_by_its_name(value, words):
    with pytest.raises(InvalidInput, match=f"^content .*{words}") as caught:
        image_tensor(value, "content")
    assert caught.value.argument == "content"


def test_an_image_too_small_for_the_layers_is_refused():
    with pytest.raises(InvalidInput, match="style must be at least 8 x 8 pixels for the layers of features, got 9 x 7"):
        image_tensor(np.zeros((9, 7, 3)), "style", smallest_side=8)
