"""A bound of 0 says how many draws would lift it, and they do."""

from __future__ import annotations

import numpy as np
import pytest

import dualgap as dg
from dualgap.divergences.draws_needed import draws_needed, why_zero
from dualgap.divergences.hedging import hedged_lower_mean


@pytest.mark.parametrize(("mean", "deviation"), [(0.05, 0.2), (0.01, 0.05), (0.2, 0.1)])
def test_the_number_of_draws_that_is_named_shows_the_mean_and_a_tenth_of_it_does_not(mean, deviation):
    """Nine of ten samples: the margin that is named is 2.4 standard errors, the bound's about 1.7, and the mean's own is 1."""
    seen = np.array([mean - deviation, mean + deviation])
    needed = draws_needed(seen, 2.0, 0.95)
    rng = np.random.default_rng(0)

    def shown(n: int) -> int:
        signs = np.where(rng.uniform(size=(20, n)) < 0.5, -1.0, 1.0)
        return sum(hedged_lower_mean(mean + deviation * row, -1.0, 1.0, 0.95) > 0 for row in signs)

    assert shown(needed) >= 14
    assert shown(max(2, needed // 10)) <= 10


def test_more_draws_are_needed_for_less_and_none_are_named_for_nothing():
    terms = np.array([0.0, 1.0, 0.4])
    assert draws_needed(terms / 10, 1.0, 0.95) > draws_needed(terms, 1.0, 0.95)
    assert draws_needed(terms, 1.0, 0.99) > draws_needed(terms, 1.0, 0.9)
    assert draws_needed(terms - 0.5, 1.0, 0.95) is None
    assert "show no difference" in why_zero(0.0, terms - 0.5, 1.0, 0.95)


def test_brackets_of_few_draws_say_why_they_start_at_0_and_others_do_not():
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(2, 40, 2))
    few = [dg.js(dg.Samples(x), dg.Samples(y + 0.4), method="held_out"), dg.wasserstein(dg.Samples(x), dg.Samples(y))]
    for bracket in few:
        assert bracket.lower == 0
        assert "the lower bound is 0: " in bracket.reason
    many = dg.js(dg.Samples(x), dg.Samples(y + 3.0), method="held_out")
    assert many.lower > 0
    assert "the lower bound is 0" not in many.reason
