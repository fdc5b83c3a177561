"""Symplectic adjustment is consensus on bilinear games, and plain descent on potentials."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import dualgap as dg
from dualgap.errors import InvalidInput

XY = dg.games.bilinear([[1.0]])


@given(st.floats(0.05, 0.9), st.floats(0.0, 2))
def test_on_a_bilinear_game_it_is_consensus_optimisation(h, weight):
    game = dg.games.bilinear([[1.0, 0.3], [0.0, 0.7]])
    start = (torch.tensor([1.0, -1.0], dtype=torch.float64), torch.tensor([0.5, 2.0], dtype=torch.float64))
    paths = [
        dg.simulate(game, method(step=h, weight=weight), start=start, steps=5).x
        for method in (dg.methods.SymplecticGradientAdjustment, dg.methods.ConsensusOptimization)
    ]
    assert torch.allclose(*paths, rtol=1e-10, atol=1e-10)  # five steps of rounding, growing at most like 5^5


def test_where_nothing_turns_it_is_plain_descent():
    game = dg.games.quadratic([[1.0, 0.2], [0.2, 2.0]], [[0.0], [0.0]], [[1.0]])
    start = (torch.tensor([1.0, -1.0], dtype=torch.float64), torch.tensor([0.5], dtype=torch.float64))
    adjusted = dg.simulate(game, dg.methods.SymplecticGradientAdjustment(step=0.1, weight=3.0), start=start, steps=9)
    plain = dg.simulate(game, dg.methods.SimultaneousGDA(step=0.1), start=start, steps=9)
    assert torch.allclose(adjusted.x, plain.x, rtol=0, atol=1e-15)


@pytest.mark.parametrize("weight", [-1.0, float("nan"), "1"])
def test_a_weight_is_not_negative(weight):
    with pytest.raises(InvalidInput, match=r"^weight must"):
        dg.methods.SymplecticGradientAdjustment(step=0.1, weight=weight)
