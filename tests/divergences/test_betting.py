from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualgap.divergences.betting import lower_mean, paired_terms
from dualgap.errors import CertificateError


@pytest.mark.parametrize("rate", [0.02, 0.5, 0.97])
def test_the_bound_is_below_the_mean_with_its_level(rate):
    """1,500 repetitions at the level 80%: 5 standard errors of the count are 77."""
    rng = np.random.default_rng(0)
    held = sum(lower_mean((rng.uniform(size=40) < rate) * 1.0, 0.0, 1.0, 0.8) <= rate for _ in range(1500))
    assert held >= 1200 - 77


@given(st.floats(-3, 3), st.floats(0.1, 5), st.integers(0, 10**6))
def test_the_bound_moves_with_the_interval(low, length, seed):
    z = np.random.default_rng(seed).uniform(size=50)
    plain = lower_mean(z, 0.0, 1.0, 0.9)
    assert lower_mean(low + length * z, low, low + length, 0.9) == pytest.approx(low + length * plain, abs=1e-9)
    assert 0 <= plain < z.mean() + 0.2
    assert lower_mean(z, 0.0, 1.0, 0.99) <= plain


def test_it_is_above_the_bound_of_hoeffding_where_the_variance_is_small():
    z = np.random.default_rng(0).beta(20, 60, 1000)
    hoeffding = z.mean() - math.sqrt(math.log(20) / 2000)
    assert lower_mean(z, 0.0, 1.0, 0.95) > hoeffding + 0.02


def test_terms_outside_the_interval_are_found():
    for bad in ([0.5, 1.1], [math.nan, 0.5], [-0.1, 0.2]):
        with pytest.raises(CertificateError, match="terms must lie"):
            lower_mean(np.array(bad), 0.0, 1.0, 0.95)
    assert lower_mean(np.zeros(3), 0.0, 0.0, 0.95) == 0


@given(st.integers(1, 30), st.integers(1, 90), st.integers(0, 1000))
def test_pairs_use_every_draw_once(n, m, seed):
    rng = np.random.default_rng(seed)
    a, b = rng.uniform(size=n), rng.uniform(size=m)
    paired = paired_terms(a, b)
    assert len(paired) == min(n, m)
    assert (paired <= a.max() + b.max() + 1e-12).all()
    if max(n, m) % min(n, m) == 0:
        assert paired.mean() == pytest.approx(a.mean() + b.mean())
