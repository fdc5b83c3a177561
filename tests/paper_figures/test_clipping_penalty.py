"""The numbers of both critics say what the caption says."""

from __future__ import annotations

import numpy as np
import pytest


@pytest.fixture(scope="module")
def data(numbers):
    return numbers("clipping_penalty")


def test_the_clipped_critic_is_flat_and_the_other_has_slope_one(data):
    assert np.quantile(data["clipping_slopes"], 0.95) < 0.3
    assert 0.8 < np.median(data["penalty_slopes"]) < 1.2
    assert (np.abs(data["penalty_slopes"] - 1) < 0.35).mean() > 0.8


def test_the_penalised_critic_follows_the_ring(data):
    grid = data["grid"]
    x, y = np.meshgrid(grid, grid)
    radius = np.hypot(x, y)

    def spread_along_the_ring(name):
        values = data[f"{name}_values"]
        on_ring, all_of_it = np.abs(radius - 1) < 0.05, radius < 1.5
        return values[on_ring].std() / np.ptp(values[all_of_it])

    assert spread_along_the_ring("penalty") < 0.08
    assert spread_along_the_ring("penalty") < spread_along_the_ring("clipping")
