"""Both rates, in words."""

from __future__ import annotations

import pytest

import dualgap as dg
from dualgap.report.rates import Rates, rates_of


def said(game, method, steps=100, start=(1.0, 0.5)):
    return rates_of(game, method, dg.simulate(game, method, start=start, steps=steps))


def test_both_rates_are_those_of_the_library():
    method = dg.methods.ExtraGradient(step=0.5)
    found = said(dg.games.xy(), method)
    assert found.predicted == dg.predict_rate(dg.games.xy(), method)
    assert found.measured == pytest.approx(found.predicted, abs=1e-9)
    assert found.short == "rate a step: predicted 0.901388, measured 0.901388"


def test_a_path_that_diverged_too_soon_has_none_to_measure():
    found = said(dg.games.xy(), dg.methods.SimultaneousGDA(step=1e9))
    assert found.measured is None
    assert str(found).endswith("; none was measured: the path diverged too soon")


def test_a_path_that_is_too_short_says_so():
    assert "must have at least" in said(dg.games.xy(), dg.methods.ExtraGradient(step=0.5), steps=3).not_measured


def test_without_an_equilibrium_there_is_neither():
    game = dg.games.Payoff(lambda x, y: ((x - 1) * y).sum(-1), sizes=(1, 1))
    assert said(game, dg.methods.ExtraGradient(step=0.5)) == Rates(
        not_predicted="the game has no known equilibrium", not_measured="there is nothing to approach"
    )
