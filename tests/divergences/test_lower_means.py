"""Every lower bound of a mean covers as often as it says, and its recomputation agrees."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from dualgap.divergences.lower_means import LOWER_MEANS, lower_sum, recomputed_lower_sum
from dualgap.errors import CertificateError

UNIT = ((0.0, 1.0), (-1.0, 0.0))


@pytest.mark.parametrize("bound", LOWER_MEANS)
@pytest.mark.parametrize("sizes", [(40, 40), (30, 90)])
def test_each_covers_at_least_as_often_as_it_says(bound, sizes):
    rng = np.random.default_rng(0)
    repetitions, level, misses = 400, 0.8, 0
    for _ in range(repetitions):
        first, second = (rng.random(sizes[0]) < 0.2).astype(float), -rng.beta(0.3, 0.3, sizes[1])
        misses += lower_sum((first, second), UNIT, level, bound=bound, halvings=20) > 0.2 - 0.5
    assert misses <= stats.binom.ppf(1 - 1e-4, repetitions, 1 - level)


@given(st.integers(0, 1000), st.sampled_from(list(LOWER_MEANS)))
def test_the_recomputation_agrees(seed, bound):
    rng = np.random.default_rng(seed)
    terms = rng.random(30), -rng.random(45)
    assert lower_sum(terms, UNIT, 0.9, bound=bound) == pytest.approx(
        recomputed_lower_sum(terms, UNIT, 0.9, bound=bound), abs=1e-9
    )


def test_small_variance_is_worth_more_to_bets_and_to_bernstein_than_to_hoeffding():
    rng = np.random.default_rng(1)
    terms = 0.5 + 0.01 * rng.random(2000), -0.5 + 0.01 * rng.random(2000)
    bets, bernstein, hoeffding = (lower_sum(terms, UNIT, 0.95, bound=one) for one in LOWER_MEANS)
    assert bets > bernstein > hoeffding


def test_a_term_outside_its_interval_and_an_unknown_bound_are_found():
    with pytest.raises(CertificateError, match="terms must lie between"):
        recomputed_lower_sum((np.array([2.0]), np.array([0.0])), UNIT, 0.9, bound="hoeffding")
    with pytest.raises(CertificateError, match="bound must be one of"):
        recomputed_lower_sum((np.array([0.0]), np.array([0.0])), UNIT, 0.9, bound="wish")
