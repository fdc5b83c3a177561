"""Bilinear replies are support functions, between neighbouring floats."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualgap.games import Ball, Box, FreeSpace, Simplex
from dualgap.games.bilinear_gap import BilinearGapCertificate


def proof(matrix, x, y, sets):
    return BilinearGapCertificate(
        lower=0.0, upper=math.inf, matrix=np.asarray(matrix), x=np.asarray(x), y=np.asarray(y), sets=sets
    )


@given(st.integers(0, 10**6))
def test_the_replies_are_the_best_over_many_strategies_and_attained(seed):
    rng = np.random.default_rng(seed)
    a = rng.normal(size=(3, 2))
    x, y = rng.dirichlet(np.ones(3)), rng.uniform(-1, 1, 2) / 2
    above, below = proof(a, x, y, (Simplex(), Ball(1.0))).replies()
    turns = np.stack([np.cos(angles := np.linspace(0, 2 * np.pi, 721)), np.sin(angles)])
    assert (x @ a @ turns).max() <= above[1] + 1e-14
    assert (x @ a @ turns).max() >= above[0] * (1 - 1e-5)  # half a degree squared, halved
    assert (a @ y).min() == pytest.approx(below[0], abs=1e-14)
    for low, high in (above, below):
        assert high - low <= 2 * math.ulp(max(abs(low), abs(high)))


def test_on_free_space_only_the_zero_direction_is_bounded():
    free = FreeSpace(), FreeSpace()
    assert proof([[1.0]], [0.0], [0.0], free).bounds() == (0.0, 0.0)
    gains = proof([[1.0]], [0.0], [1e-300], free)
    assert gains.bounds() == (math.inf, math.inf)
    assert gains.reason() == "infinite because x gains without bound: the set of x is unbounded where y is not zero"
    mixed = proof([[1.0]], [0.5], [0.5], (Box(-1, 1), FreeSpace()))
    assert "y gains without bound" in mixed.reason()
    assert proof([[1.0]], [0.5], [0.5], (Box(-1, 1), Box(-1, 1))).reason() == ""
