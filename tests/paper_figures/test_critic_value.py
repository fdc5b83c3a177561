"""The numbers of the critic say what the caption says."""

from __future__ import annotations

import numpy as np
import pytest


@pytest.fixture(scope="module")
def data(numbers):
    return numbers("critic_value")


def test_the_exact_distance_falls_and_its_bracket_is_narrower_than_a_line(data):
    assert (data["exact"][-1] < 0.6 * data["exact"][0]).all()
    assert (data["lower"] <= data["upper"]).all()
    assert (data["upper"] - data["lower"]).max() < 1e-5  # a line is a hundredth of a unit wide; kept in float32


def test_the_critic_begins_far_below_and_then_follows(data):
    ratio = data["critic"] / data["exact"]
    assert (ratio[0] < 0.6).all()
    assert np.median(np.abs(ratio[len(ratio) // 2 :] - 1)) < 0.3


def test_the_critic_is_no_bound(data):
    assert (data["critic"] > data["upper"]).any()
    assert (data["critic"] < data["lower"]).any()
