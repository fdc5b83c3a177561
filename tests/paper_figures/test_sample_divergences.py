"""The numbers of the divergences of samples say what the caption says."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from paper_figures.sample_divergences import METHODS


@pytest.fixture(scope="module")
def data(numbers):
    return numbers("sample_divergences")


def test_the_truths_are_those_of_the_laws(data):
    assert float(data["kl"]) == pytest.approx(0.5, abs=1e-12)
    assert 0.1114 < float(data["js"]) < 0.1115


@pytest.mark.parametrize(("quantity", "method"), [(q, m) for q, methods in METHODS.items() for m in methods])
def test_the_error_falls_as_n_grows(data, quantity, method):
    error = data[f"{quantity}_n_{method}_error"]
    assert error[-1] < 0.85 * error[0]  # eight times as many draws


@pytest.mark.parametrize("quantity", METHODS)
@pytest.mark.parametrize("axis", "nd")
def test_the_held_out_bounds_hold_as_often_as_they_say(data, quantity, axis):
    held = np.round(data[f"{quantity}_{axis}_held_out_coverage"] * data["repetitions"]).astype(int)
    # refused only where a coverage of 95% would give so few once in 10,000 times
    assert (stats.binom.cdf(held, int(data["repetitions"]), 0.95) > 1e-4).all()


@pytest.mark.parametrize(("quantity", "method"), [(q, m) for q, methods in METHODS.items() for m in methods])
def test_every_frequency_has_its_exact_interval(data, quantity, method):
    for axis in "nd":
        key = f"{quantity}_{axis}_{method}"
        assert (data[f"{key}_low"] <= data[f"{key}_coverage"]).all()
        assert (data[f"{key}_coverage"] <= data[f"{key}_high"]).all()
