"""The numbers of the phase portraits say what the caption says."""

from __future__ import annotations

import numpy as np
import pytest

from paper_figures.phase_portraits import METHODS, STEP


@pytest.fixture(scope="module")
def data(numbers):
    return numbers("phase_portraits")


def test_there_are_twelve_methods():
    assert len(METHODS) == 12


@pytest.mark.parametrize("method", METHODS)
def test_the_measured_rate_is_the_predicted_one(data, method):
    # the rates of a linear game, by its modes
    assert data[f"{method}_measured"] == pytest.approx(float(data[f"{method}_predicted"]), abs=1e-6)


def test_the_rates_are_those_of_the_formulas(data):
    a = STEP
    closed = {
        "simultaneous": np.sqrt(1 + a**2),
        "alternating": 1.0,
        "extragradient": np.sqrt(1 - a**2 + a**4),
        "proximal": 1 / np.sqrt(1 + a**2),
        "competitive": 1 / np.sqrt(1 + a**2),
        "primal_dual": np.sqrt(1 - a**2),
        "optimistic": np.sqrt((1 + np.sqrt(1 - 4 * a**2)) / 2),
        "consensus": np.sqrt((1 - a) ** 2 + a**2),
        "hamiltonian": 1 - a,
    }
    for method, rate in closed.items():
        assert float(data[f"{method}_predicted"]) == pytest.approx(rate, abs=1e-12)


def test_one_leaves_one_stays_and_ten_come_nearer(data):
    radius = {name: np.hypot(data[f"{name}_x"], data[f"{name}_y"]) for name in METHODS}
    assert (np.diff(radius["simultaneous"], axis=0) > 0).all()
    x, y = data["alternating_x"], data["alternating_y"]
    assert np.ptp(x**2 + y**2 - STEP * x * y, axis=0).max() < 1e-13
    others = [name for name in METHODS if name not in ("simultaneous", "alternating")]
    assert len(others) == 10
    for name in others:
        assert (radius[name][-1] < 0.9 * radius[name][0]).all(), name
        assert float(data[f"{name}_predicted"]) < 0.995


def test_every_path_stays_within_the_picture(data):
    for method in METHODS:
        assert max(np.abs(data[f"{method}_{player}"]).max() for player in "xy") < 2.3
