from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from dualgap.divergences.generators import ChiSquared, JensenShannon, KullbackLeibler, Power
from dualgap.divergences.integer_head import best_head, head_bounds, log_terms
from dualgap.divergences.integer_laws import integer_law
from dualgap.errors import InvalidInput
from dualgap.measures import Histogram, Integers, as_measure


def _law(law):
    found = integer_law(as_measure(law, "p", bare=Histogram))
    assert found is not None
    return found


def test_a_power_is_right_where_both_masses_underflow():
    log_q, ratio = np.array([-1087.0]), np.array([663.0])
    for generator in (ChiSquared(), Power(2.0)):
        np.testing.assert_allclose(np.log(log_terms(generator, log_q, ratio)), log_q + 2 * ratio, rtol=1e-13)
    # p^(1/2) q^(1/2) is nothing next to q.
    np.testing.assert_allclose(log_terms(Power(0.5), np.array([0.0]), np.array([-5e5])), [1.0])


def test_laws_far_apart_or_far_away_are_bounded():
    for p, q in ((stats.poisson(3.0), stats.poisson(1e7)), (stats.poisson(1e7), stats.poisson(1e7 + 1e3))):
        head = best_head(_law(p), _law(q), JensenShannon())
        lower, upper = head_bounds(head, JensenShannon())
        assert 0 <= upper - lower < 1e-11  # the mass that sums near 1 leave open
    assert math.isnan(head.last)


def test_masses_above_1_are_refused():
    law = _law(Integers(lambda k: 0 * k, support=(0, np.inf)))
    with pytest.raises(InvalidInput, match="sum is 1"):
        best_head(law, law, KullbackLeibler()).outside  # noqa: B018
