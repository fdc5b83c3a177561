"""Extragradient: convergence on xy, and which samples it uses."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.games import ZeroSum

XY = dg.games.bilinear([[1.0]])


@given(st.floats(-3, 3), st.floats(0.1, 3), st.floats(0.01, 0.99))
def test_the_norm_shrinks_by_the_same_factor_at_every_single_step(x, y, h):
    run = dg.simulate(XY, dg.methods.ExtraGradient(step=h), start=(x, y), steps=10)
    norms = torch.sqrt(run.x**2 + run.y**2)[:, 0]
    expected = torch.full((10,), math.sqrt(1 - h**2 + h**4), dtype=torch.float64)
    assert torch.allclose(norms[1:] / norms[:-1], expected, rtol=1e-12)


def test_above_step_one_it_diverges():
    assert (
        dg.predict_rate(XY, dg.methods.ExtraGradient(step=1.01))
        > 1
        > dg.predict_rate(XY, dg.methods.ExtraGradient(step=0.99))
    )


@dataclass(frozen=True)
class FiniteSum(ZeroSum):
    """n x_i y_i for a random coordinate i: the minibatch form of sum x_i y_i."""

    sizes = (2, 2)

    def draw(self, streams):
        return streams.integers(2)

    def payoff(self, x, y, sample):
        pick = torch.nn.functional.one_hot(sample, 2)
        return (x * y * pick).sum(-1)


def expected_growth(sample, h, copies=40_000):
    """The mean of |z_1|^2 / |z_0|^2 over many seeds."""
    start = torch.ones(copies, 2, dtype=torch.float64)
    method = dg.methods.ExtraGradient(step=h, sample=sample)

    class Coins:
        """One coordinate for each copy, as one stream a seed would draw it."""

        generator = torch.Generator().manual_seed(0)

        def __call__(self):
            return torch.randint(2, (copies,), generator=self.generator)

    game = FiniteSum()
    x, y, _ = method.step(game, start, start, method.init(game, start, start), Coins())
    return float((x**2 + y**2).sum(-1).mean() / 4)


def test_reusing_the_sample_decides_whether_it_converges():
    h, n = 0.5, 2
    # the known constants of batch 1; the mean over 40,000 copies of numbers that differ by at most 0.4 has error < 0.01
    assert abs(expected_growth("same", h) - (1 - (h**2 - h**4) / n)) < 0.01
    assert abs(expected_growth("independent", h) - (1 + h**2 / n * (1 - 2 / n + h**2 / n))) < 0.01


def test_what_is_not_a_way_to_sample_is_named():
    with pytest.raises(InvalidInput, match=r"^sample must be one of 'independent', 'same'"):
        dg.methods.ExtraGradient(step=0.1, sample="both")
