"""What a file may name computes what its docstring says."""

from __future__ import annotations

import math

import pytest

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.sweeps.experiments import QUANTITIES, estimate, play, train


def test_a_played_game_reports_the_rate_of_its_linearisation():
    h = 0.1
    found = play(game="xy", method="extragradient", step=h, steps=100)
    rate = math.hypot(1 - h * h, h)  # the eigenvalues are 1 - h² ± i h
    assert found["predicted_rate"] == pytest.approx(rate, abs=1e-12)
    assert found["progress"] == pytest.approx(rate**100, rel=1e-9)  # a normal matrix: no transient
    assert play(game="xy", method="simultaneous", step=h, steps=100)["progress"] > 1


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_an_estimate_stands_beside_the_truth_of_its_laws(quantity):
    found = estimate(quantity=quantity, n=60, shift=1.0, seed=3)
    laws = dg.Gaussian([0.0], [[1.0]]), dg.Gaussian([1.0], [[1.0]])
    assert getattr(dg, quantity)(*laws).contains(found["truth"])
    assert found["difference"] == float(found["estimate"]) - found["truth"]
    assert found == found | {"truth": estimate(quantity=quantity, n=60, shift=1.0, seed=4)["truth"]}


def test_training_reports_what_is_covered_and_a_seed_fixes_it():
    first, second = (train(objective="wasserstein", steps=3, width=8, seed=1) for _ in range(2))
    assert first == second
    assert 0 <= first["modes"] <= 8
    assert 0 <= first["high_quality"] <= 1


def test_names_that_are_none_are_refused():
    with pytest.raises(InvalidInput, match="game must be one of"):
        play(game="chess", method="extragradient", step=0.1)
    with pytest.raises(InvalidInput, match="quantity must be one of"):
        estimate(quantity="distance", n=3)
    with pytest.raises(InvalidInput, match="objective must be one of"):
        train(objective="gan", steps=3)
