"""The numbers of the style transfers say what the caption says."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("skimage")


@pytest.fixture(scope="module")
def data(numbers):
    return numbers("style_transfer")


def test_the_style_loss_falls_below_a_fifth_for_every_pair(data):
    assert data["style_loss"].shape == (2, 3)
    assert (data["style_loss"] < 0.2).all()


def test_the_content_stays_above_an_image_without_detail(data):
    assert (data["content_loss"] < 1).all()
    assert (data["content_loss"] > 0).all()


def test_every_layer_starts_at_its_unit_and_their_mean_is_the_loss(data):
    np.testing.assert_allclose(data["layer_losses"][0], 1, rtol=1e-5)  # float32
    np.testing.assert_allclose(data["layer_losses"].mean(1), data["mean_loss"], rtol=1e-5)  # float32


def test_each_step_of_a_size_is_shown_and_the_full_size_is_last(data):
    assert (np.diff(data["scale"]) <= 0).all()
    assert set(data["scale"].tolist()) == {0, 1}


def test_pictures_are_neither_the_content_nor_the_style(data):
    for i, row in enumerate(data["pictures"].astype(int)):
        for j, picture in enumerate(row):
            assert np.abs(picture - data["contents"][i]).mean() > 5
            assert np.abs(picture - data["styles"][j]).mean() > 5
