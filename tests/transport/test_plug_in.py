"""The empirical distance as an estimate: a value without a promise."""

from __future__ import annotations

import math

import numpy as np

import dualgap as dg
from dualgap.bracket import Guarantee


def test_the_plug_in_estimate_is_the_distance_between_the_samples_and_promises_nothing():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 50, 3))
    b = dg.wasserstein(dg.Samples(x), dg.Samples(y), method="plug_in")
    assert b.value == dg.wasserstein(x, y).value
    assert b.guarantee is Guarantee.NONE
    assert math.isnan(b.lower)
    assert math.isnan(b.upper)
    assert "too large" in b.explain()


def test_the_plug_in_estimate_is_too_large_on_average():
    # The law is the same on both sides: the truth is 0, every sample says more.
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(2, 100, 8))
    assert dg.wasserstein(dg.Samples(x), dg.Samples(y), method="plug_in").value > 1
