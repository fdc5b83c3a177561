"""The numbers of the gaps say what the caption says."""

from __future__ import annotations

import numpy as np
import pytest

from paper_figures.gap_of_iterates import METHODS


@pytest.fixture(scope="module")
def data(numbers):
    return numbers("gap_of_iterates")


@pytest.mark.parametrize("method", METHODS)
def test_every_average_comes_near_the_equilibrium(data, method):
    average = data[f"{method}_average"]
    assert average[-1] < 0.1 * average[0]


@pytest.mark.parametrize("method", ["gda", "weights"])
def test_the_last_iterate_of_two_ends_farther_than_it_began(data, method):
    last = data[f"{method}_last"]
    assert last[-1] > 1.2 * last[0]


@pytest.mark.parametrize("method", ["extragradient", "optimistic_weights"])
def test_the_last_iterate_of_the_others_overtakes_their_average_which_goes_as_1_over_t(data, method):
    last, average, steps = data[f"{method}_last"], data[f"{method}_average"], data["steps"]
    assert last[-1] < 0.8 * average[-1]
    late = steps >= steps[-1] / 10
    slope = np.polyfit(np.log(steps[late]), np.log(average[late]), 1)[0]
    assert slope == pytest.approx(-1, abs=0.25)  # oscillations on a decade
