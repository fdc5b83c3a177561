"""The numbers of the recipes say what the caption says."""

from __future__ import annotations

import numpy as np
import pytest


@pytest.fixture(scope="module")
def data(numbers):
    return numbers("modes_and_quality")


def test_no_seed_is_better_than_the_data(data):
    truth = 1 - np.exp(-4.5)
    # five standard errors of a share of 2,500 points
    assert data["high_quality"].max() < truth + 5 * np.sqrt(truth * (1 - truth) / 2500)
    assert data["modes"].max() <= 8


def test_the_medians_are_those_of_the_seeds(data):
    assert data["median_modes"] == pytest.approx(np.median(data["modes"], axis=1))
    assert data["median_quality"] == pytest.approx(np.median(data["high_quality"], axis=1))
    assert data["modes"].shape == data["high_quality"].shape
    assert len(data["recipes"]) == len(data["modes"]) >= 10
    assert data["modes"].shape[1] >= 8
