"""The hedged bound keeps its promise, decreases in the mean, and is that of the normal law where the law is nearly one."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from dualgap.divergences import hedging
from dualgap.divergences.betting import lower_mean
from dualgap.divergences.hedging import hedged_lower_mean, recomputed_hedged_lower_mean
from dualgap.errors import CertificateError


@pytest.mark.parametrize("rate", [0.05, 0.2, 0.5, 0.8, 0.95])
def test_the_probability_of_exceeding_the_mean_is_exactly_below_alpha(rate):
    """All 2^9 sequences of a law on two atoms, in the order in which they are bet on: nothing is simulated."""
    missed = 0.0
    for code in itertools.product((0.0, 1.0), repeat=9):
        z = np.array(code)
        if hedged_lower_mean(z, 0.0, 1.0, 0.8) > rate:
            missed += rate ** z.sum() * (1 - rate) ** (len(z) - z.sum())
    assert missed <= 0.2 + 1e-12


@pytest.mark.parametrize(
    "draw", [lambda rng, n: rng.uniform(size=n), lambda rng, n: (rng.uniform(size=n) < 0.03) * 1.0]
)
def test_the_bound_is_below_the_mean_with_its_level(draw):
    """300 repetitions at the level 80%: 4 standard errors of the count are 28."""
    rng = np.random.default_rng(0)
    mean = float(draw(rng, 10**6).mean())  # to 5e-4 of one, less than the bounds differ by
    assert sum(hedged_lower_mean(draw(rng, 60), 0.0, 1.0, 0.8) <= mean for _ in range(300)) >= 240 - 28


@given(st.integers(0, 10**6), st.integers(1, 60), st.floats(0.02, 0.9), st.floats(0.3, 3))
def test_the_wealth_decreases_in_the_mean_so_that_a_search_finds_the_bound(seed, n, alpha, shape):
    z = np.random.default_rng(seed).beta(shape, 1.0, n)
    groups = hedging._grouped(z)
    wealth = hedging._wealth(*groups, np.linspace(0.001, 0.999, 200), alpha)
    assert (np.diff(wealth) <= 1e-12).all()  # a hundred roundings of numbers up to 1
    assert (wealth >= 0).all()


@given(st.integers(0, 10**6), st.integers(1, 400), st.floats(0.5, 0.99), st.floats(-3, 3), st.floats(0.1, 5))
def test_the_bound_is_that_of_the_slow_code_and_moves_with_the_interval(seed, n, level, low, length):
    z = np.random.default_rng(seed).uniform(size=n)
    plain = hedged_lower_mean(z, 0.0, 1.0, level)
    # 5 divisions of the interval by 64 leave 1e-9 of it, which the search rounds down
    assert 0 <= recomputed_hedged_lower_mean(z, 0.0, 1.0, level) - plain < 3e-9
    assert hedged_lower_mean(low + length * z, low, low + length, level) == pytest.approx(
        low + length * plain, abs=1e-8
    )


@pytest.mark.parametrize("n", [4097, 9000])
def test_groups_hold_every_draw_once_and_both_codes_make_the_same(n):
    z = np.random.default_rng(1).beta(2.0, 5.0, n)
    totals, sizes, spreads = hedging._grouped(z)
    slow = hedging._groups(z.tolist())
    assert sizes.sum() == n
    assert sizes.max() > 1
    assert totals.sum() == pytest.approx(z.sum())
    assert [size for _, size, _ in slow] == sizes.tolist()
    assert np.allclose([spread for _, _, spread in slow], spreads)


def test_the_bound_is_nearly_that_of_the_normal_law_and_constant_stakes_prove_less_on_average():
    """Over 24 samples of 600, each beside its own mean less 1.64 standard errors: what hedging loses is a tenth of one."""
    samples = np.random.default_rng(2).uniform(size=(24, 600))
    error = math.sqrt(1 / 12 / 600)
    normal = samples.mean(1) - stats.norm.ppf(0.95) * error
    hedged, constant = (
        np.array([(best - bound(z, 0.0, 1.0, 0.95)) / error for best, z in zip(normal, samples, strict=True)])
        for bound in (hedged_lower_mean, lower_mean)
    )
    assert 0 < hedged.mean() < 0.15
    assert np.abs(hedged).max() < 0.3
    assert constant.mean() > hedged.mean() + 0.15


def test_very_many_draws_go_to_the_quicker_bound(monkeypatch):
    z = np.random.default_rng(3).uniform(size=50)
    monkeypatch.setattr(hedging, "MOST_DRAWS", 49)
    assert hedged_lower_mean(z, 0.0, 1.0, 0.9) == lower_mean(z, 0.0, 1.0, 0.9)
    assert recomputed_hedged_lower_mean(z, 0.0, 1.0, 0.9) == pytest.approx(lower_mean(z, 0.0, 1.0, 0.9), abs=1e-10)


def test_terms_outside_the_interval_are_found_and_an_interval_of_one_point_is_its_own_bound():
    for bad in ([0.5, 1.1], [math.nan, 0.5], [-0.1, 0.2]):
        for bound in (hedged_lower_mean, recomputed_hedged_lower_mean):
            with pytest.raises(CertificateError, match="terms must lie"):
                bound(np.array(bad), 0.0, 1.0, 0.95)
    assert (
        hedged_lower_mean(np.zeros(3), 0.0, 0.0, 0.95) == recomputed_hedged_lower_mean(np.zeros(3), 0.0, 0.0, 0.95) == 0
    )
