"""The numbers of the phase portraits say what the caption says."""

from __future__ import annotations

import numpy as np
import pytest

from paper_figures.phase_portraits import METHODS


@pytest.fixture(scope="module")
def data(numbers):
    return numbers("phase_portraits")


@pytest.mark.parametrize("method", METHODS)
def test_the_measured_rate_is_the_predicted_one(data, method):
    # the rates of a linear game, fitted over whole rotations
    assert data[f"{method}_measured"] == pytest.approx(float(data[f"{method}_predicted"]), abs=1e-6)


def test_one_spirals_out_one_stays_and_one_spirals_in(data):
    step = float(data["step"])
    closed = {"simultaneous": np.sqrt(1 + step**2), "alternating": 1.0, "extragradient": np.sqrt(1 - step**2 + step**4)}
    for method, rate in closed.items():
        assert float(data[f"{method}_predicted"]) == pytest.approx(rate, abs=1e-12)
    radius = {method: np.hypot(data[f"{method}_x"], data[f"{method}_y"]) for method in METHODS}
    assert (np.diff(radius["simultaneous"], axis=0) > 0).all()
    assert (np.diff(radius["extragradient"], axis=0) < 0).all()
    x, y = data["alternating_x"], data["alternating_y"]
    assert np.ptp(x**2 + y**2 - step * x * y, axis=0).max() < 1e-13


def test_every_path_stays_within_the_picture(data):
    for method in METHODS:
        assert max(np.abs(data[f"{method}_{player}"]).max() for player in "xy") < 2.4
