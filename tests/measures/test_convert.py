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
        *([stats.Normal(mu=1.0, sigma=2.0)] if hasattr(stats, "Normal") else []),  # from scipy 1.15 on
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
    dice = stats.rv_discrete(values=([2, 3, 7], [0.5, 0.25, 0.25]))(loc=1)
    assert _convert(dice).points[:, 0].tolist() == [3, 4, 8]


@pytest.mark.parametrize(
    ("law", "at"),
    [
        (stats.poisson(2.0), stats.poisson(2.0)),
        (stats.geom(0.3, loc=-1), stats.geom(0.3, loc=-1)),
        (td.Poisson(torch.tensor(2.0, dtype=torch.float64)), stats.poisson(2.0)),
        (td.Geometric(torch.tensor(0.3, dtype=torch.float64)), stats.geom(0.3, loc=-1)),
        (td.NegativeBinomial(torch.tensor(3.0, dtype=torch.float64), torch.tensor(0.25, dtype=torch.float64)),
         stats.nbinom(3, 0.75)),
    ],
    ids=["poisson", "geom", "Poisson", "Geometric", "NegativeBinomial"],
)  # fmt: skip
def test_a_law_with_infinitely_many_atoms_is_one_on_the_integers(law, at):
    measure = _convert(law)
    assert isinstance(measure, dg.measures.Integers)
    assert measure.support == (0.0, math.inf)
    k = np.arange(-2.0, 30.0)
    np.testing.assert_allclose(measure.log_mass(k), at.logpmf(k), rtol=1e-12)  # formulas grouped otherwise
    draws = measure.sample(5, np.random.default_rng(0))
    assert draws.shape == (5, 1)
    np.testing.assert_array_equal(draws, measure.sample(5, np.random.default_rng(0)))


def test_a_mixture_of_torch_is_a_mixture_of_its_components():
    weights, means = torch.tensor([0.25, 0.75]), torch.tensor([0.0, 3.0], requires_grad=True)
    mixture = _convert(td.MixtureSameFamily(td.Categorical(weights), td.Normal(means, torch.ones(2))))
    assert isinstance(mixture, dg.Mixture)
    assert [float(part.mean[0].detach()) for part in mixture.components] == [0.0, 3.0]
    assert mixture.components[0].mean.requires_grad
    plane = td.Independent(td.Normal(torch.zeros(2, 3), torch.ones(2, 3)), 1)
    assert _convert(td.MixtureSameFamily(td.Categorical(weights), plane)).dimension == 3
    normal = td.MultivariateNormal(torch.zeros(2, 3), torch.eye(3).expand(2, 3, 3))
    assert _convert(td.MixtureSameFamily(td.Categorical(weights), normal)).dimension == 3


def test_a_binomial_law_of_torch_is_its_atoms_with_their_gradient():
    chance = torch.tensor(0.25, dtype=torch.float64, requires_grad=True)
    points = _convert(td.Binomial(3, chance))
    np.testing.assert_allclose(points.weights.detach(), stats.binom(3, 0.25).pmf([0, 1, 2, 3]), rtol=1e-14)  # rounding
    assert points.weights.requires_grad


def test_laws_of_vectors_and_matrices_keep_their_density_and_their_family():
    for law, theirs, x in (
        (stats.dirichlet([1.0, 2.0, 3.0]), td.Dirichlet(torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64)),
         np.array([[0.2, 0.3, 0.5]])),
        (stats.wishart(4, np.eye(2)), td.Wishart(torch.tensor(4.0, dtype=torch.float64), torch.eye(2).double()),
         np.array([[2.0, 0.5, 0.5, 1.0]])),
    ):  # fmt: skip
        ours, other = _convert(law), _convert(theirs)
        assert ours.family.name == other.family.name
        np.testing.assert_allclose(ours.log_density(x), other.log_density(x), rtol=1e-12)  # two implementations
        assert ours.sample(3, np.random.default_rng(0)).shape == other.sample(3, np.random.default_rng(0)).shape
    product = _convert(td.Independent(td.Exponential(torch.tensor([1.0, 2.0])), 1))
    assert product.support[0].tolist() == [0.0, 0.0]
    assert product.family.parameters["rate"].tolist() == [1.0, 2.0]


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
        (td.Multinomial(3, torch.ones(2)), "p is torch's Multinomial"),
        (stats.multivariate_hypergeom([3, 4], 2), "p is scipy's multivariate_hypergeom_frozen"),
        (stats.norm, "p"),
        ("text", "p must"),
        (object(), "p must"),
        (td.Normal, "p must"),
    ],
)
def test_what_has_no_measure_is_refused_by_name(law, words):
    with pytest.raises(InvalidInput, match=words):
        _convert(law)
