"""The numbers of mode collapse say what the caption says."""

from __future__ import annotations

import numpy as np
import pytest

from paper_figures.mode_collapse import ROWS


@pytest.fixture(scope="module")
def data(numbers):
    return numbers("mode_collapse")


def test_all_rows_start_from_the_same_generator_which_covers_no_mode(data):
    first = data["gan_density"][0]
    for row in ROWS:
        assert (data[f"{row}_density"][0] == first).all()
        assert data[f"{row}_w1"][0] == pytest.approx(data["gan_w1"][0], rel=1e-5)
        assert data[f"{row}_modes"][0] == 0


def test_each_row_is_measured_at_the_moments_that_are_shown(data):
    moments = data["moments"]
    assert moments[0] == 0
    assert (np.diff(moments) > 0).all()
    for row in ROWS:
        assert data[f"{row}_modes"].shape == data[f"{row}_w1"].shape == moments.shape
        assert ((data[f"{row}_modes"] >= 0) & (data[f"{row}_modes"] <= 8)).all()
        assert (data[f"{row}_w1"] > 0).all()
        assert np.ptp(data[f"{row}_density"][-1]) > 0
