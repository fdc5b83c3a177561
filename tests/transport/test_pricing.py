"""Pricing by a tree or by blocks: the cheapest partners among all pairs."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dualgap.transport.ground import point_cost
from dualgap.transport.pricing import cheapest


@given(st.integers(0, 10**6), st.sampled_from([1, 2, 3]), st.integers(1, 6), st.integers(1, 5))
def test_pricing_finds_the_cheapest_partners_of_all_pairs(seed, order, d, k):
    rng = np.random.default_rng(seed)
    x, y, g = rng.normal(size=(20, d)), rng.normal(size=(15, d)) + 3, rng.normal(size=15)
    cost = point_cost(x, y, order=order, ground="euclidean")
    found = cheapest(cost, g, k)
    truth = np.sort(cost.dense() - g, axis=1)[:, :k]
    np.testing.assert_allclose(found.reduced, truth, rtol=1e-12, atol=1e-12 * 10**order)  # costs up to 10^order round
    np.testing.assert_allclose(
        (cost.dense() - g)[np.arange(20)[:, None], found.columns], truth, rtol=1e-12, atol=1e-12 * 10**order
    )
