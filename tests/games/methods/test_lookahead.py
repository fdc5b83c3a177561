"""Lookahead maps every eigenvalue of its method by the known formula."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.games import linearise

XY = dg.games.bilinear([[1.0]])


@given(st.integers(1, 8), st.floats(0.1, 1.0), st.floats(0.1, 1.5))
def test_every_eigenvalue_becomes_one_minus_alpha_plus_alpha_times_its_power(period, alpha, h):
    inner = dg.methods.AlternatingGDA(step=h)
    found = linearise(XY, dg.methods.Lookahead(method=inner, period=period, alpha=alpha)).spectral_radius
    powers = linearise(XY, inner).eigenvalues ** period
    assert abs(found - np.abs(1 - alpha + alpha * powers).max()) < 1e-10


def test_over_a_whole_turn_it_makes_no_progress():
    # at step 1 alternating descent turns by 2 asin(1/2) = 60 degrees: six steps are the identity
    method = dg.methods.Lookahead(method=dg.methods.AlternatingGDA(step=1.0), period=6, alpha=0.5)
    assert abs(dg.predict_rate(XY, method) - 1) < 1e-12


def test_the_memory_of_the_method_is_kept():
    method = dg.methods.Lookahead(method=dg.methods.OptimisticGDA(step=0.2), period=3, alpha=0.5)
    run = dg.simulate(XY, method, start=(1.0, 1.0), steps=200)
    assert abs(float(run.measured_rate()) - dg.predict_rate(XY, method)) < 1e-6


@pytest.mark.parametrize(
    ("change", "name"), [({"method": "gda"}, "method"), ({"period": 0}, "period"), ({"alpha": 0.0}, "alpha")]
)
def test_bad_options_are_named(change, name):
    good = {"method": dg.methods.AlternatingGDA(step=0.1), "period": 5, "alpha": 0.5}
    with pytest.raises(InvalidInput, match=f"^{name} must"):
        dg.methods.Lookahead(**{**good, **change})
