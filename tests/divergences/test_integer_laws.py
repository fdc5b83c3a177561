from __future__ import annotations

import numpy as np
import pytest
from mpmath import mp
from scipy import stats

from dualgap.divergences.integer_laws import Steps, integer_law
from dualgap.errors import InvalidInput
from dualgap.measures import Histogram, Integers, Points, as_measure


def _law(law):
    found = integer_law(as_measure(law, "p", bare=Histogram))
    assert found is not None
    return found


@pytest.mark.parametrize("mean", [1e-9, 3.0, 1234.5, 1e7])
def test_masses_of_poisson_laws_are_right_to_the_stated_error_in_forty_digits(mean):
    k = np.unique(np.concatenate([np.arange(40.0), np.round(mean * np.array([0.5, 0.9, 1.0, 1.1, 3.0]))]))
    log, error = _law(stats.poisson(mean)).masses(k)
    with mp.workdps(40):
        for j, value, slip in zip(k, log, error, strict=True):
            truth = mp.mpf(j) * mp.log(mp.mpf(mean)) - mp.mpf(mean) - mp.loggamma(mp.mpf(j) + 1)
            assert abs(truth - mp.mpf(float(value))) <= slip


@pytest.mark.parametrize(
    "law", [stats.poisson(3.0, loc=2), stats.geom(0.3), stats.nbinom(2.5, 0.4), stats.logser(0.4), stats.planck(0.7)]
)
def test_quotients_and_tails_are_those_of_the_masses(law):
    found = _law(law)
    assert found.steps is not None
    k = law.support()[0] + np.arange(40.0)
    np.testing.assert_allclose(np.diff(found.masses(k)[0]), found.steps.at(k[:-1]), atol=1e-13)  # logarithms below 100
    np.testing.assert_allclose(found.masses(k)[0], law.logpmf(k), atol=1e-12)
    for start in (10.0, 30.0):
        assert law.sf(start) * (1 - 1e-9) <= found.above(start) <= 20 * law.sf(start)
        c, growth = found.steps.most(start, found.steps.growth)
        later = start + np.arange(1000.0)
        assert (found.steps.at(later) <= c + growth * np.log(later) + 1e-12).all()


def test_points_are_merged_and_have_no_tail():
    law = _law(Points([1.0, 0.0, 1.0], [0.25, 0.5, 0.25]))
    np.testing.assert_allclose(law.masses(np.array([0.0, 0.5, 1.0]))[0], [np.log(0.5), -np.inf, np.log(0.5)])
    assert law.above(-5.0) == 0


def test_masses_that_are_none_are_refused():
    law = _law(Integers(lambda k: k + 1.0, support=(0, np.inf)))
    with pytest.raises(InvalidInput, match="log_mass"):
        law.masses(np.arange(3.0))
    assert integer_law(as_measure(stats.norm(), "p", bare=Histogram)) is None
    assert Steps(0.0).growth == 0
