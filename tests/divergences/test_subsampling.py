from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dualgap.divergences.subsampling import half_width, partitions


@given(st.integers(30, 5000), st.integers(30, 5000), st.integers(10, 60), st.integers(0, 1000))
def test_groups_are_disjoint_and_have_the_same_share_of_both_samples(n, m, subsamples, seed):
    parts = list(partitions(n, m, subsamples, seed))
    assert subsamples <= sum(part.groups for part in parts) <= subsamples + 1
    for part in parts:
        for labels, size in ((part.p, n), (part.q, m)):
            counts = np.bincount(labels[labels >= 0], minlength=part.groups)
            assert len(labels) == size
            assert len(counts) == part.groups
            assert (np.abs(counts - part.share * size) < 1).all()
        assert part.smallest() >= math.floor(part.share * min(n, m))


def test_the_half_width_of_a_mean_is_its_own_interval():
    """For a mean of n draws the variance of group means, times the share of a group, is the variance of the mean."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=3000)
    groups = [
        np.bincount(part.p[part.p >= 0], x[part.p >= 0]) / np.bincount(part.p[part.p >= 0])
        for part in partitions(3000, 3000, 2000, 1)
    ]
    share = next(partitions(3000, 3000, 48, 1)).share
    # 2,000 groups: the standard deviation is known to a few per cent
    assert abs(half_width(groups, share, 0.95) / (1.96 * x.std() / math.sqrt(3000)) - 1) < 0.1


def test_the_same_seed_gives_the_same_groups():
    first, again = (next(partitions(100, 80, 20, 5)) for _ in range(2))
    assert (first.p == again.p).all()
    assert (first.q == again.q).all()
    assert (first.p != next(partitions(100, 80, 20, 6)).p).any()


def test_groups_of_other_numbers_or_shares_are_not_even():
    part = next(iter(partitions(300, 270, 48, 0)))
    assert part.is_even()
    for changed in ({"groups": part.groups + 1}, {"groups": part.groups - 1}, {"share": part.share / 2}):
        assert not replace(part, **changed).is_even()
