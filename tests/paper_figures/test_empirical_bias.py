"""The numbers of the empirical bias say what the caption says."""

from __future__ import annotations

import numpy as np
import pytest

from paper_figures.empirical_bias import DIMENSIONS, SHIFT


@pytest.fixture(scope="module")
def data(numbers):
    return numbers("empirical_bias")


def test_the_bias_decays_with_the_dimension_in_the_exponent(data):
    slope = dict(zip(DIMENSIONS, data["slope"], strict=True))
    assert slope[1] == pytest.approx(-1 / 2, abs=0.1)  # 200 repetitions: 0.02 of chance
    for d in (4, 8):
        # the constant and chance move a slope over a factor of 16 by 0.03
        assert slope[d] == pytest.approx(-1 / d, abs=0.06)
    assert slope[1] < slope[4] < slope[8]


def test_the_bias_falls_everywhere_and_is_larger_in_more_dimensions(data):
    assert (np.diff(data["bias"], axis=1) < 0).all()
    assert (np.diff(data["bias"], axis=0) > 0).all()


def test_the_empirical_distance_is_too_large_and_the_bracket_holds_the_truth(data):
    assert (data["plug_in"] > 1.15 * SHIFT).all()
    assert (data["lower"] <= SHIFT).all()
    assert (data["upper"] >= SHIFT).all()
    assert (data["upper"] - data["lower"])[-1] < 0.5 * (data["upper"] - data["lower"])[0]
