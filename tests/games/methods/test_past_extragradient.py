"""Past-extragradient has the rate of optimistic descent at half the cost of extragradient."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

import dualgap as dg

XY = dg.games.bilinear([[1.0]])


@given(st.floats(0.05, 0.45))
def test_it_has_the_rate_of_optimistic_descent(h):
    rates = [dg.predict_rate(XY, method(step=h)) for method in (dg.methods.PastExtraGradient, dg.methods.OptimisticGDA)]
    assert abs(rates[0] - rates[1]) < 1e-9  # the same spectrum; near a = 1/2 it is ill conditioned


def test_it_costs_half_of_extragradient():
    assert 2 * dg.methods.PastExtraGradient(step=0.1).gradient_calls(XY) == dg.methods.ExtraGradient(
        step=0.1
    ).gradient_calls(XY)
