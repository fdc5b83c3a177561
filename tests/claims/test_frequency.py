"""The exact interval of a share."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest

from dualgap.claims import Frequency
from dualgap.errors import InvalidInput

COUNTS = st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(COUNTS, st.sampled_from([0.8, 0.95, 0.99]))
def test_the_interval_is_clopper_and_pearsons(counts, confidence):
    successes, trials = counts
    oracle = binomtest(successes, trials).proportion_ci(confidence, method="exact")
    found = Frequency(successes=successes, trials=trials, confidence=confidence).interval
    # scipy solves for the same quantiles by root finding, to about 1e-12
    assert found == pytest.approx((oracle.low, oracle.high), abs=1e-9)


@given(st.integers(1, 30), st.sampled_from([0.05, 0.3, 0.5, 0.77, 0.98]))
def test_whatever_the_true_share_is_the_interval_covers_it_often_enough(trials, share):
    covered = 0.0
    for successes in range(trials + 1):
        low, high = Frequency(successes=successes, trials=trials, confidence=0.95).interval
        covered += binom.pmf(successes, trials, share) * (low <= share <= high)
    assert covered >= 0.95 - 1e-9  # a sum of up to 31 probabilities


@pytest.mark.parametrize(
    ("successes", "trials", "confidence", "name"),
    [
        (2, 1, 0.95, "successes"),
        (-1, 1, 0.95, "successes"),
        (0, 0, 0.95, "trials"),
        (1, 2, 1.0, "confidence"),
        (True, 2, 0.9, "successes"),
    ],
)
def test_a_share_of_nothing_is_refused(successes, trials, confidence, name):
    with pytest.raises(InvalidInput, match=rf"^{name} must"):
        Frequency(successes=successes, trials=trials, confidence=confidence)
