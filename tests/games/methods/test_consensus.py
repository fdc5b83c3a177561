"""Consensus optimisation: its rate, its limit, and the maxima that it attracts to."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dualgap as dg
from dualgap.errors import InvalidInput

XY = dg.games.bilinear([[1.0]])


@given(st.floats(0.05, 0.9), st.floats(0.1, 2), st.floats(0.2, 1.5))
def test_on_a_bilinear_game_the_rate_is_the_known_one(h, gamma, sigma):
    game = dg.games.bilinear([[sigma]])
    expected = math.hypot(1 - h * gamma * sigma**2, h * sigma)
    found = dg.predict_rate(game, dg.methods.ConsensusOptimization(step=h, weight=gamma))
    assert abs(found - expected) < 1e-12 * max(1, expected)


def test_it_is_stable_below_the_known_step():
    gamma, sigma = 0.7, 1.3
    limit = 2 * gamma / (1 + gamma**2 * sigma**2)
    rates = [
        dg.predict_rate(dg.games.bilinear([[sigma]]), dg.methods.ConsensusOptimization(step=limit + by, weight=gamma))
        for by in (-1e-6, 1e-6)
    ]
    assert rates[0] < 1 < rates[1]


def test_a_heavy_weight_attracts_to_a_strict_maximum():
    # both players at a maximum of their own loss, of curvature 1/2
    game = dg.games.quadratic([[-0.5]], [[0.0]], [[-0.5]])
    assert dg.predict_rate(game, dg.methods.ConsensusOptimization(step=0.1, weight=1.9)) > 1
    assert dg.predict_rate(game, dg.methods.ConsensusOptimization(step=0.1, weight=2.1)) < 1
    assert dg.predict_rate(game, dg.methods.SymplecticGradientAdjustment(step=0.1, weight=2.1)) > 1


@pytest.mark.parametrize("weight", [-1.0, float("nan"), "1"])
def test_a_weight_is_not_negative(weight):
    with pytest.raises(InvalidInput, match=r"^weight must"):
        dg.methods.ConsensusOptimization(step=0.1, weight=weight)
