"""The numbers of the coupling say what the caption says."""

from __future__ import annotations

import numpy as np
import pytest


@pytest.fixture(scope="module")
def data(numbers):
    return numbers("dirt_and_holes")


def test_the_plan_moves_all_dirt_into_the_holes(data):
    for end, masses in (("start", "dirt"), ("end", "holes")):
        places = np.searchsorted(data["x"], data[end])
        moved = np.bincount(places, weights=data["moved"], minlength=len(data["x"]))
        # entries below 1e-9 are left out
        assert np.abs(moved - data[masses]).max() < 1e-7


def test_the_plan_costs_what_the_potential_proves(data):
    paid = float(data["moved"] @ np.abs(data["start"] - data["end"]))
    proved = float((data["dirt"] - data["holes"]) @ data["potential"])
    assert paid == pytest.approx(float(data["value"]), abs=1e-6)  # 1e-9 is left out, over at most 10 m
    assert proved == pytest.approx(float(data["value"]), abs=1e-12)
    assert data["upper"] - data["lower"] < 1e-9


def test_the_potential_has_slope_one_at_most_and_falls_by_the_distance_of_every_move(data):
    x, f = data["x"], data["potential"]
    assert np.abs(np.diff(f) / np.diff(x)).max() < 1 + 1e-12
    fall = np.interp(data["start"], x, f) - np.interp(data["end"], x, f)
    assert fall == pytest.approx(np.abs(data["start"] - data["end"]), abs=1e-12)


def test_most_dirt_moves_to_the_right(data):
    right = data["moved"][data["end"] > data["start"]].sum()
    assert right > 0.6
