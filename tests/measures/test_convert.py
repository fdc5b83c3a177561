from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy import stats
from torch import distributions as td

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.measures import as_measure


def _convert(value, bare=dg.Histogram):
    return as_measure(value, "p", bare=bare)


def test_a_measure_is_itself_and_an_array_what_the_function_reads():
    law = dg.Gaussian(0.0, 1.0)
    assert _convert(law) is law
    assert isinstance(_convert([0.5, 0.5]), dg.Histogram)
    assert isinstance(_convert([0.5, 0.7], dg.Points), dg.Points)


@pytest.mark.parametrize(
    "law",
    [
        stats.norm(1, 2),
        stats.Normal(mu=1.0, sigma=2.0),
        td.Normal(1.0, 2.0),
        td.MultivariateNormal(torch.ones(1), 4 * torch.eye(1)),
        td.Independent(td.Normal(torch.ones(1), 2 * torch.ones(1)), 1),
    ],
)
def test_every_normal_law_is_a_gaussian(law):
    gaussian = _convert(law)
    assert isinstance(gaussian, dg.Gaussian)
    assert float(gaussian.mean[0]) == 1
    assert float(gaussian.covariance[0, 0]) == 4


def test_multivariate_normal_of_scipy_keeps_its_matrix():
    covariance = np.array([[2.0, 0.5], [0.5, 1.0]])
    gaussian = _convert(stats.multivariate_normal([1.0, 2.0], covariance))
    np.testing.assert_allclose(gaussian.covariance, covariance, rtol=1e-15)


@pytest.mark.parametrize("law", [stats.gamma(2.0), stats.expon(1.0, 2.0), stats.uniform(0, 2), stats.cauchy()])
def test_a_continuous_law_of_scipy_has_density_cdf_quantile_and_draws(law):
    density = _convert(law)
    x = law.ppf([0.1, 0.5, 0.9])
    np.testing.assert_array_equal(density.log_density(x[:, None]), law.logpdf(x))
    np.testing.assert_allclose(density.cdf(density.quantile(np.array([0.2, 0.7]))), [0.2, 0.7], rtol=1e-10)
    draws = density.sample(5, np.random.default_rng(0))
    assert draws.shape == (5, 1)
    np.testing.assert_array_equal(draws, density.sample(5, np.random.default_rng(0)))
    assert (density.support[0][0], density.support[1][0]) == law.support()


def test_a_finite_discrete_law_of_scipy_is_its_atoms():
    points = _convert(stats.binom(3, 0.25))
    assert points.points[:, 0].tolist() == [0, 1, 2, 3]
    assert points.weights.sum() == pytest.approx(1, abs=1e-15)
    with pytest.raises(InvalidInput, match="p is scipy's poisson, a discrete law with infinite support"):
        _convert(stats.poisson(2.0))


def test_discrete_laws_of_torch_are_histograms_with_their_gradient():
    probabilities = torch.tensor([0.25, 0.75], requires_grad=True)
    assert _convert(td.Categorical(probs=probabilities)).weights.requires_grad
    assert _convert(td.Bernoulli(torch.tensor(0.25))).weights.tolist() == [0.75, 0.25]


def test_a_continuous_law_of_torch_has_a_density_with_its_support():
    law = td.Exponential(torch.tensor(2.0, dtype=torch.float64))
    density = _convert(law)
    assert density.log_density(np.array([[-1.0], [1.0]])).tolist() == [-math.inf, math.log(2) - 2]
    assert density.support[0].tolist() == [0.0]
    before = torch.random.get_rng_state()
    first = density.sample(4, np.random.default_rng(1))
    assert first.shape == (4, 1)
    np.testing.assert_array_equal(first, density.sample(4, np.random.default_rng(1)))
    assert torch.equal(before, torch.random.get_rng_state())


def test_a_dirichlet_of_torch_lives_in_space():
    density = _convert(td.Dirichlet(torch.ones(3, dtype=torch.float64)))
    assert density.dimension == 3


@pytest.mark.parametrize(
    ("law", "words"),
    [
        (td.Normal(torch.zeros(3), torch.ones(3)), "p must be one distribution, got a batch of shape"),
        (td.Poisson(torch.tensor(2.0)), "p is torch's Poisson"),
        (stats.wishart(3, np.eye(2)), "p is scipy's wishart_frozen"),
        (stats.norm, "p"),
        ("text", "p must"),
        (object(), "p must"),
        (td.Normal, "p must"),
    ],
)
def test_what_has_no_measure_is_refused_by_name(law, words):
    with pytest.raises(InvalidInput, match=words):
        _convert(law)
