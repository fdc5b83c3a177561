"""Control: masks are masks, and a layer's pixels lie where the image's do."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from dualgap.errors import InvalidInput
from dualgap.training.style import Control
from dualgap.training.style.control import chosen_pixels, mask_tensor

IMAGE = torch.zeros(3, 6, 8)


def left(height=6, width=8):
    mask = np.zeros((height, width), dtype=bool)
    mask[:, : width // 2] = True
    return mask


def test_masks_are_booleans_or_numbers_one_or_several():
    assert torch.equal(mask_tensor(left(), "content_masks", IMAGE), mask_tensor(left() * 1.0, "content_masks", IMAGE))
    assert mask_tensor(np.stack([left(), ~left()]), "content_masks", IMAGE).shape == (2, 6, 8)
    assert mask_tensor(torch.tensor(left()), "content_masks", IMAGE).dtype == IMAGE.dtype


def test_a_layers_pixels_are_those_that_the_mask_covers_by_half():
    masks = mask_tensor(left(), "content_masks", IMAGE)
    found = chosen_pixels(masks, {"fine": (6, 8), "coarse": (3, 4)}, "content_masks")
    assert np.array_equal(found["fine"][0].numpy(), np.flatnonzero(left()))
    assert np.array_equal(found["coarse"][0].numpy(), np.flatnonzero(left(3, 4)))


def test_without_masks_every_pixel_is_meant():
    assert chosen_pixels(None, {"fine": (6, 8)}, "content_masks") == {"fine": [None]}


@pytest.mark.parametrize(
    ("masks", "words"),
    [
        (np.zeros((5, 8)), r"must be of shape \(6, 8\) or \(regions, 6, 8\)"),
        (np.zeros((1, 1, 6, 8)), "must be of shape"),
        (np.zeros((6, 8)), "must have a pixel in every region, region 0 has none"),
        (np.stack([left(), 0 * left()]), "region 1 has none"),
        (np.full((6, 8), 2.0), r"must be booleans or numbers in \[0, 1\]"),
        (np.full((6, 8), np.nan), "must be finite"),
        ("left", "must be an array"),
    ],
)
def test_what_is_no_mask_is_refused(masks, words):
    with pytest.raises(InvalidInput, match=f"content_masks .*{words}|content_masks {words}"):
        mask_tensor(masks, "content_masks", IMAGE)


def test_a_region_that_a_layer_cannot_see_is_refused():
    dot = np.zeros((6, 8))
    dot[0, 0] = 1
    with pytest.raises(InvalidInput, match="layer 'coarse' of 3 x 4 pixels can see, region 0 is too small"):
        chosen_pixels(mask_tensor(dot, "style_masks", IMAGE), {"coarse": (3, 4)}, "style_masks")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"colours": "both"}, "colours must be one of 'style', 'content'"),
        ({"scaled": 1}, "scaled must be True or False"),
        ({"style_masks": left()}, "content_masks must say where"),
    ],
)
def test_control_that_cannot_be_is_refused(options, words):
    with pytest.raises(InvalidInput, match=words):
        Control(**options)
