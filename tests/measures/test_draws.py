from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.measures.convert import as_law
from dualgap.measures.draws import can_be_drawn, draws_of, log_density_at

COVARIANCE = [[2.0, 0.5], [0.5, 1.0]]
MIXTURE = dg.Mixture([0.25, 0.75], [dg.Gaussian([0.0, 0.0], np.eye(2)), dg.Gaussian([3.0, 1.0], COVARIANCE)])


def test_densities_are_those_of_scipy():
    x = np.random.default_rng(0).normal(size=(50, 2))
    parts = [stats.multivariate_normal([0, 0], np.eye(2)).pdf(x), stats.multivariate_normal([3, 1], COVARIANCE).pdf(x)]
    np.testing.assert_allclose(np.exp(log_density_at(MIXTURE, x)), 0.25 * parts[0] + 0.75 * parts[1], rtol=1e-12)
    gamma = as_law(stats.gamma(2.0), "p")
    np.testing.assert_allclose(log_density_at(gamma, np.array([[1.0], [2.0]])), stats.gamma(2.0).logpdf([1.0, 2.0]))


def test_draws_have_the_moments_of_the_law():
    x = draws_of(MIXTURE, 40_000, np.random.default_rng(0))
    mean = 0.75 * np.array([3.0, 1.0])
    np.testing.assert_allclose(x.mean(0), mean, atol=0.05)  # deviations of about 0.01
    second = 0.25 * np.eye(2) + 0.75 * (np.array(COVARIANCE) + np.outer([3.0, 1.0], [3.0, 1.0]))
    np.testing.assert_allclose(np.cov(x.T), second - np.outer(mean, mean), atol=0.15)


def test_a_singular_gaussian_is_drawn_from_on_its_line():
    x = draws_of(dg.Gaussian([0.0, 1.0], [[0.0, 0.0], [0.0, 4.0]]), 100, np.random.default_rng(0))
    assert (x[:, 0] == 0).all()
    assert x[:, 1].std() > 1


def test_a_quantile_function_is_a_sampler():
    law = dg.Density(lambda x: stats.norm.logpdf(x[:, 0]), dimension=1, quantile=stats.norm.ppf)
    assert can_be_drawn(law)
    assert abs(draws_of(law, 10_000, np.random.default_rng(0)).mean()) < 0.05


def test_what_cannot_be_drawn_is_refused():
    assert not can_be_drawn(dg.Points([0.0]))
    assert not can_be_drawn(dg.Density(lambda x: x[:, 0], dimension=1))
    with pytest.raises(InvalidInput, match="drawn from"):
        draws_of(dg.Histogram([1.0]), 2, np.random.default_rng(0))
    with pytest.raises(InvalidInput, match="densities"):
        log_density_at(dg.Points([0.0]), np.zeros((1, 1)))
    wrong = dg.Density(lambda x: np.zeros(3), dimension=1, sample=lambda n, rng: np.zeros(n))
    with pytest.raises(InvalidInput, match="sample must return"):
        draws_of(wrong, 2, np.random.default_rng(0))
    with pytest.raises(InvalidInput, match="log_density must give"):
        log_density_at(wrong, np.zeros((2, 1)))
