"""Clopper and Pearson's interval covers at least as often as it says, and inverts the binomial tails."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from dualgap.binomial import clopper_pearson

COUNTS = st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(COUNTS, st.floats(0.5, 0.99))
def test_it_is_scipys_exact_interval(counts, confidence):
    successes, trials = counts
    expected = stats.binomtest(successes, trials).proportion_ci(confidence, method="exact")
    assert clopper_pearson(successes, trials, confidence) == pytest.approx((expected.low, expected.high), abs=1e-12)


@given(st.floats(0.01, 0.99), st.integers(1, 40))
def test_it_covers_every_probability_at_least_as_often_as_it_says(share, trials):
    weights = stats.binom.pmf(range(trials + 1), trials, share)
    inside = [low <= share <= high for low, high in (clopper_pearson(k, trials, 0.9) for k in range(trials + 1))]
    assert sum(weights[inside]) >= 0.9 - 1e-12
