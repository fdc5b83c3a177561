"""Batches have the law of what they are drawn from."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

import dualgap as dg
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
