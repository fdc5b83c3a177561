"""The numbers of the ring say what the caption says."""

from __future__ import annotations

import numpy as np
import pytest


@pytest.fixture(scope="module")
def data(numbers):
    return numbers("ring_training")


def test_the_share_of_points_near_a_mode_rises_from_chance(data):
    first, last = data["high_quality"][0], data["high_quality"][-1]
    assert np.median(first) < 0.1  # a generator that has learnt nothing
    assert np.median(last) > 4 * np.median(first)
    assert (last > first).all()
    assert (data["high_quality"] <= 0.98889 + 0.02).all()  # more than the data's own share would not be the truth


def test_the_median_is_that_of_the_seeds(data):
    assert data["median"] == pytest.approx(np.median(data["high_quality"], axis=1))


def test_all_modes_are_found_at_the_end(data):
    assert np.median(data["modes"][-1]) == 8


def test_the_snapshots_are_taken_at_recorded_steps_and_the_last_is_near_the_ring(data):
    assert set(data["snapshot_steps"]) <= set(data["steps"])
    assert data["snapshot_steps"][-1] == data["steps"][-1]
    radius = [np.median(np.abs(np.linalg.norm(cloud, axis=1) - 1)) for cloud in data["points"]]
    assert radius[-1] < 0.15 < radius[0]
