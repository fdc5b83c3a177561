"""The numbers of the parallel lines say what the caption says."""

from __future__ import annotations

import numpy as np
import pytest


@pytest.fixture(scope="module")
def data(numbers):
    return numbers("parallel_lines")


def test_kl_is_infinite_and_js_is_log_2_away_from_0_and_both_are_0_there(data):
    apart = data["theta"] != 0
    assert (~apart).sum() == 1
    assert np.isposinf(data["kl"][apart]).all()
    assert np.abs(data["js"][apart] - np.log(2)).max() < 1e-15
    assert data["kl"][~apart] == data["js"][~apart] == 0


def test_w1_is_the_distance_of_the_lines_and_certified(data):
    # exact transport of 20 atoms at distances below 1
    assert np.abs(data["w1"] - np.abs(data["theta"])).max() < 1e-13
    assert (data["w1_lower"] <= data["w1"]).all()
    assert (data["w1"] <= data["w1_upper"]).all()
    assert (data["w1_upper"] - data["w1_lower"]).max() < 1e-12


def test_only_the_derivative_of_w1_points_to_the_solution(data):
    apart = data["theta"] != 0
    assert np.abs(data["w1_slope"][apart] - np.sign(data["theta"][apart])).max() < 1e-12  # rounding
    assert np.abs(data["js_slope"][apart]).max() < 1e-12
    quotients = np.diff(data["w1"]) / np.diff(data["theta"])  # which know nothing of automatic differentiation
    assert np.abs(np.abs(quotients) - 1).max() < 1e-11
