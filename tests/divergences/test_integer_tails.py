from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from dualgap.divergences.integer_laws import integer_law
from dualgap.divergences.integer_tails import diverges, kl_beyond, power_beyond
from dualgap.measures import Histogram, as_measure

LAWS = [stats.poisson(3.0), stats.geom(0.3, loc=-1), stats.nbinom(2.5, 0.4), stats.poisson(2.0, loc=1)]


def _law(law):
    found = integer_law(as_measure(law, "p", bare=Histogram))
    assert found is not None
    return found


@pytest.mark.parametrize("i", range(4))
@pytest.mark.parametrize("j", range(4))
@pytest.mark.parametrize("last", [20.0, 60.0])
def test_bounds_of_tails_hold_what_the_next_thousand_numbers_add(i, j, last):
    p, q = _law(LAWS[i]), _law(LAWS[j])
    k = last + 1 + np.arange(1000.0)
    log_p, log_q = p.masses(k)[0], q.masses(k)[0]
    exact = float((np.exp(log_p) * np.maximum(log_p - log_q, 0)).sum())
    assert exact <= kl_beyond(p, q, last, 1.0) <= 100 * (exact + np.exp(log_p).sum())
    for order in (1.5, 2.0):
        bound = power_beyond(p, q, order, last, (1.0, 1.0))
        if diverges(p, q, order):
            assert bound == math.inf
        else:
            assert math.log(np.exp(order * log_p + (1 - order) * log_q).sum()) <= bound + 1e-9


def test_powers_of_a_geometric_law_against_a_poisson_law_grow_and_the_other_way_round_fall():
    poisson, geometric = _law(LAWS[0]), _law(LAWS[1])
    assert diverges(geometric, poisson, 1.1)
    assert not diverges(poisson, geometric, 5.0)
    assert not diverges(_law(stats.geom(0.5)), _law(stats.geom(0.7)), 1.2)
    assert diverges(_law(stats.geom(0.5)), _law(stats.geom(0.8)), 2.0)  # 0.5^2 / 0.2 > 1
