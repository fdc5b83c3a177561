"""Consensus optimisation: its rate, its limit, and the maxima that it attracts to."""

from __future__ import annotations

import math

import pytest
import torch
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


def test_a_scaling_scales_the_direction_as_a_whole():
    game, start = dg.games.dirac_gan(), (torch.tensor([0.7]).double(), torch.tensor([-0.4]).double())
    plain, scaled = (
        dg.methods.ConsensusOptimization(step=0.1, weight=0.5),
        dg.methods.ConsensusOptimization(step=0.1, weight=0.5, scaling=dg.methods.Adam(beta1=0.5)),
    )
    ends = []
    for method in (plain, scaled):
        x, y, _ = method.step(game, *start, method.init(game, *start), lambda: None)
        ends.append((float(x - start[0]), float(y - start[1])))
    # the first direction of Adam is the sign of the gradient
    assert ends[1] == pytest.approx([math.copysign(0.1, one) for one in ends[0]], rel=1e-6)
