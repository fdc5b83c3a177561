from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import stats
from torch import distributions as td

from dualgap.measures import Histogram, as_measure
from dualgap.measures.family import Family, family_of_scipy, family_of_torch


def _t(x):
    return torch.tensor(x, dtype=torch.float64)


def test_parameters_have_the_names_and_defaults_of_scipy():
    assert family_of_scipy(stats.gamma(2.0, 1.0, scale=3.0)) == Family("gamma", {"a": 2.0, "loc": 1.0, "scale": 3.0})
    assert family_of_scipy(stats.laplace()) == Family("laplace", {"loc": 0.0, "scale": 1.0})
    assert family_of_scipy(stats.beta(a=2, b=3)) == Family("beta", {"a": 2.0, "b": 3.0, "loc": 0.0, "scale": 1.0})
    assert family_of_scipy(stats.laplace([0.0, 1.0])) is None


@pytest.mark.parametrize("law", [
    td.Laplace(_t(1.0), _t(2.0)), td.Exponential(_t(4.0)), td.Gamma(_t(2.0), _t(3.0)), td.Beta(_t(2.0), _t(3.0)),
    td.Cauchy(_t(1.0), _t(2.0)), td.Gumbel(_t(1.0), _t(2.0)), td.Pareto(_t(2.0), _t(3.0)), td.StudentT(_t(5.0), _t(1.0)),
    td.HalfNormal(_t(2.0)), td.HalfCauchy(_t(2.0)), td.LogNormal(_t(0.5), _t(2.0)), td.InverseGamma(_t(2.0), _t(3.0)),
    td.Chi2(_t(3.0)), td.Uniform(_t(-1.0), _t(2.0)), td.Weibull(_t(2.0), _t(3.0)), td.VonMises(_t(1.0), _t(3.0)),
], ids=lambda law: type(law).__name__)  # fmt: skip
def test_a_torch_law_and_its_family_have_the_same_density(law):
    family = family_of_torch(law)
    frozen = getattr(stats, family.name)(**family.numbers)
    x = np.asarray(law.sample((5,)))
    np.testing.assert_allclose(frozen.logpdf(x), law.log_prob(_t(x)).numpy(), rtol=1e-6, atol=1e-6)  # a table in torch
    assert as_measure(law, "p", bare=Histogram).family == family


def test_batches_and_other_laws_have_no_family():
    assert family_of_torch(td.Laplace(torch.zeros(2), torch.ones(2))) is None
    assert family_of_torch(td.Kumaraswamy(torch.tensor(1.0), torch.tensor(2.0))) is None


def test_a_product_of_laws_has_one_parameter_for_each_coordinate_and_keeps_its_gradient():
    rate = torch.tensor([1.0, 2.0], requires_grad=True)
    family = family_of_torch(td.Independent(td.Exponential(rate), 1))
    assert family.parameters["rate"].requires_grad
    np.testing.assert_array_equal(family.numbers["scale"], [1.0, 0.5])
    assert family_of_torch(td.Independent(td.Exponential(rate[:1]), 1)).numbers == {"loc": 0.0, "scale": 1.0}
