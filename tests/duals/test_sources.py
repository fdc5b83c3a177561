"""Batches have the law of what they are drawn from."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import stats

import dualgap as dg
from dualgap.duals.sources import source_of, standardised
from dualgap.errors import InvalidInput
from dualgap.games import Streams


@pytest.mark.parametrize("weights", [None, [0.5, 0.3, 0.2, 0.0]])
def test_points_are_drawn_by_their_weights(weights):
    points = np.arange(4.0)
    drawn = dg.duals.Dataset(points, weights).draw(Streams(3), 20_000).numpy()[:, 0]
    counts = np.bincount(drawn.astype(int), minlength=4)
    expected = 20_000 * np.array([0.25] * 4 if weights is None else weights)
    if weights is not None:
        assert counts[3] == 0
    assert stats.chisquare(counts[expected > 0], expected[expected > 0]).pvalue > 1e-4


def test_a_seed_gets_the_batch_that_it_would_get_alone():
    source = dg.duals.Dataset(np.random.default_rng(0).normal(size=(9, 2)), np.full(9, 1 / 9))
    together = source.draw(Streams([5, 6]), 4)
    assert bool((together[1] == source.draw(Streams(6), 4)).all())


def test_bad_points_and_weights_are_named():
    with pytest.raises(InvalidInput, match=r"^points must"):
        dg.duals.Dataset([[float("nan")]])
    with pytest.raises(InvalidInput, match=r"^weights must sum to 1"):
        dg.duals.Dataset([0.0, 1.0], [0.5, 0.4])
    with pytest.raises(InvalidInput, match=r"^points and weights must have the same length"):
        dg.duals.Dataset([0.0, 1.0], [1.0])


@pytest.mark.parametrize(
    "make",
    [
        lambda at: dg.duals.Dataset(np.arange(5.0)[:, None] + at, [0.1, 0.2, 0.3, 0.2, 0.2]),
        lambda at: dg.duals.Sampler(lambda n, rng: rng.normal(size=(n, 1)) + at, 1),
        lambda at: source_of(dg.Gaussian([at], [[4.0]])),
    ],
)
def test_standardised_draws_are_those_of_a_source_near_0(make):
    """About 1e9 a float64 has 7 digits after the point, a float32 none."""
    near, far = (
        standardised(make(at), np.array([at]), 2.0).draw(Streams([0, 1], dtype=torch.float32), 50) for at in (0.0, 1e9)
    )
    assert near.dtype == far.dtype == torch.float32
    assert float((near - far).abs().max()) < 1e-6
    plain = make(0.0).draw(Streams([0, 1], dtype=torch.float32), 50) / 2
    assert float((near - plain).abs().max()) < 1e-6


def test_a_source_of_ones_own_is_moved_after_its_draws():
    class Ones(dg.duals.Source):
        dimension = 1

        def draw(self, streams, batch_size):
            return torch.ones(batch_size, 1)

    assert standardised(Ones(), np.array([3.0]), 2.0).draw(Streams(0), 2).tolist() == [[-1.0], [-1.0]]
