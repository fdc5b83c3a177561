"""Random streams: one a seed, whatever stands beside it."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from dualgap.errors import InvalidInput
from dualgap.games import Streams

SEEDS = st.lists(st.integers(0, 2**40), min_size=1, max_size=5)


@given(SEEDS)
def test_a_seed_draws_in_an_ensemble_what_it_draws_alone(seeds):
    together = Streams(seeds)
    alone = [Streams(seed) for seed in seeds]
    for draw in ("normal", "uniform"):
        drawn = getattr(together, draw)(3)
        for k, one in enumerate(alone):
            assert torch.equal(drawn[k], getattr(one, draw)(3))
    whole = together.integers(10, 3)
    assert torch.equal(whole, torch.stack([one.integers(10, 3) for one in alone]))


def test_different_seeds_and_purposes_give_unrelated_numbers():
    streams = [Streams(seed, purpose=purpose).normal(2000).numpy() for seed in range(3) for purpose in range(3)]
    correlations = np.corrcoef(streams)[np.triu_indices(9, 1)]
    assert np.abs(correlations).max() < 5 / np.sqrt(2000)  # five standard deviations of an empirical correlation


def test_draws_have_the_law_that_their_name_says():
    streams = Streams(7)
    assert stats.kstest(streams.normal(4000).numpy(), "norm").pvalue > 1e-4
    assert stats.kstest(streams.uniform(4000).numpy(), "uniform").pvalue > 1e-4
    assert stats.chisquare(np.bincount(streams.integers(5, 4000).numpy(), minlength=5)).pvalue > 1e-4


def test_the_global_stream_is_left_alone():
    before = torch.random.get_rng_state()
    Streams([1, 2]).normal(5)
    assert torch.equal(before, torch.random.get_rng_state())


@pytest.mark.parametrize("seeds", [[], 1.5, "1", [0, -1], [True], None])
def test_seeds_must_be_whole_numbers(seeds):
    with pytest.raises(InvalidInput, match=r"^seeds must"):
        Streams(seeds)


def test_restored_streams_draw_what_they_would_have_drawn():
    for seeds in (3, [3, 4]):
        streams = Streams(seeds)
        streams.normal(5)
        assert [streams.count_sample() for _ in range(3)] == [0, 1, 2]
        kept = streams.state()
        expected = streams.normal(4), streams.uniform(2), streams.integers(10, 3)
        again = Streams(seeds)
        again.restore(kept)
        found = again.normal(4), again.uniform(2), again.integers(10, 3)
        assert all(torch.equal(one, other) for one, other in zip(found, expected, strict=True))
        assert again.count_sample() == 3
