from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from dualgap.divergences.neighbour_ratios import log_ratios, log_ratios_in_groups
from dualgap.errors import InvalidInput

RNG = np.random.default_rng(0)
NAMES = ("p", "q")


def _by_all_pairs(x, y, k, d):
    rho = np.sort(cdist(x, x), axis=1)[:, k]
    nu = np.sort(cdist(x, y), axis=1)[:, k - 1]
    return d * np.log(nu / rho) + math.log(len(y) / (len(x) - 1))


@given(st.integers(1, 4), st.integers(1, 4), st.integers(0, 10**6))
def test_the_tree_finds_the_neighbours_that_all_pairs_have(k, d, seed):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(40, d)), rng.normal(size=(25, d))
    # the same distances to the last place, and a logarithm
    assert log_ratios(x, y, k, d, NAMES) == pytest.approx(_by_all_pairs(x, y, k, d), rel=1e-12, abs=1e-12)


@given(st.integers(1, 3), st.integers(1, 3), st.integers(0, 10**6))
def test_groups_see_their_own_draws_only(k, d, seed):
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(size=(60, d)), rng.uniform(size=(45, d))
    labels = rng.permutation(np.arange(60) % 4) - 1, rng.permutation(np.arange(45) % 4) - 1
    found = log_ratios_in_groups(x, y, k, d, labels)
    assert np.isnan(found[labels[0] < 0]).all()
    for group in range(3):
        ours, theirs = (label == group for label in labels)
        assert found[ours] == pytest.approx(_by_all_pairs(x[ours], y[theirs], k, d), rel=1e-9, abs=1e-9)


def test_one_shared_point_changes_one_term_by_a_finite_number():
    x, y = RNG.normal(size=(200, 2)), RNG.normal(size=(200, 2))
    y[7] = x[3]
    x[11] = x[12]
    logs = log_ratios(x, y, 1, 2, NAMES)
    assert np.isfinite(logs).all()
    sorted_rho, sorted_nu = np.sort(cdist(x[[3]], x)[0]), np.sort(cdist(x[[3]], y)[0])
    assert logs[3] == pytest.approx(2 * math.log(sorted_nu[1] / sorted_rho[2]) + math.log(200 / 199))


def test_rounded_and_shared_draws_are_refused_with_the_reason_and_the_remedy():
    x, y = RNG.normal(size=(500, 1)), RNG.normal(size=(500, 1))
    with pytest.raises(InvalidInput, match=r"9\d% of the draws of p at the place of another draw; .*Histogram.*noise"):
        log_ratios(x.round(1), y.round(1), 1, 1, NAMES)
    with pytest.raises(InvalidInput, match=r"100% of the draws of p .* of q \(two samples that share draws"):
        log_ratios(x, x.copy(), 1, 1, NAMES)
    with pytest.raises(InvalidInput, match="100% of the draws of p"):
        log_ratios(np.ones((50, 1)), y, 1, 1, NAMES)
