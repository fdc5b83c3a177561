from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy import stats
from torch import distributions as td

import dualgap as dg
from dualgap.divergences.families.pair import FamilyPair
from dualgap.divergences.families.values import relative_entropy, renyi, renyi_is_known


def _wishart(df, scale):
    return td.Wishart(df, covariance_matrix=(scale + scale.mT) / 2)


def _pareto(b):
    return td.Pareto(torch.tensor(2.0, dtype=torch.float64), b)


def _binomial(p):
    return td.NegativeBinomial(torch.tensor(4.0, dtype=torch.float64), p)


def _product(law):
    return lambda *parameters: td.Independent(law(*parameters), 1)


LAWS = {
    "Beta": (td.Beta, (2.0, 3.0), (1.5, 2.5)),
    "Cauchy": (td.Cauchy, (0.3, 1.2), (0.8, 2.0)),
    "Chi2": (td.Chi2, (3.0,), (4.0,)),
    "Dirichlet": (td.Dirichlet, ([1.0, 2.0, 0.5],), ([2.0, 0.3, 0.9],)),
    "Exponential": (td.Exponential, (2.0,), (0.5,)),
    "Gamma": (td.Gamma, (2.0, 3.0), (2.5, 1.0)),
    "Geometric": (td.Geometric, (0.3,), (0.25,)),
    "Gumbel": (td.Gumbel, (0.3, 1.2), (0.8, 2.0)),
    "HalfCauchy": (td.HalfCauchy, (1.2,), (2.0,)),
    "HalfNormal": (td.HalfNormal, (1.2,), (2.0,)),
    "InverseGamma": (td.InverseGamma, (2.0, 3.0), (2.5, 1.0)),
    "Laplace": (td.Laplace, (0.3, 1.2), (0.8, 2.0)),
    "LogNormal": (td.LogNormal, (0.3, 1.2), (0.8, 2.0)),
    "NegativeBinomial": (_binomial, (0.3,), (0.5,)),
    "Normal": (td.Normal, (0.3, 1.2), (0.8, 2.0)),
    "Pareto": (_pareto, (3.0,), (2.0,)),
    "Poisson": (td.Poisson, (3.0,), (4.0,)),
    "VonMises": (td.VonMises, (0.3, 1.2), (0.8, 2.0)),
    "Weibull": (td.Weibull, (2.0, 1.5), (1.0, 2.0)),
    "Wishart": (_wishart, (4.0, [[2.0, 0.3], [0.3, 1.0]]), (4.5, [[1.0, 0.1], [0.1, 3.0]])),
    "Independent Gamma": (_product(td.Gamma), ([0.3, 2.0], [1.2, 0.4]), ([0.8, 1.0], [2.0, 0.5])),
}


@pytest.mark.parametrize("name", LAWS)
@pytest.mark.parametrize("where", ["apart", "equal"])
def test_closed_forms_can_be_differentiated_also_at_equality(name, where):
    law, first, second = LAWS[name]
    values = [*first, *(second if where == "apart" else first)]
    tensors = [torch.tensor(value, dtype=torch.float64, requires_grad=True) for value in values]
    n = len(first)

    def laws(*parameters):
        return law(*parameters[:n]), law(*parameters[n:])

    # Renyi divergences of Gumbel and Weibull laws are closed for one shape only, which a difference quotient leaves.
    only = name in ("Cauchy", "Gumbel", "HalfCauchy", "Weibull", "Wishart")
    for quantity, options in ((dg.kl, {}),) if only else ((dg.kl, {}), (dg.renyi, {"order": 0.4})):
        assert torch.autograd.gradcheck(
            lambda *x, f=quantity, o=options: f(*laws(*x), **o).value, tensors, fast_mode=True
        )


@pytest.mark.parametrize("law", [td.StudentT, None])
def test_closed_forms_between_families_can_be_differentiated(law):
    p = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in ((5.0, 0.3, 1.2) if law else (0.3, 1.2))]
    q = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in (0.8, 2.0)]

    def value(*x):
        pair = (td.StudentT(*x[:3]), td.Normal(*x[3:])) if law else (td.Normal(*x[:2]), td.Laplace(*x[2:]))
        return dg.kl(*pair).value

    assert torch.autograd.gradcheck(value, (*p, *q))


def test_the_value_keeps_the_precision_and_the_bounds_hold_it():
    single = [torch.tensor(x) for x in (2.0, 3.0, 2.5, 1.0)]
    bracket = dg.kl(td.Gamma(*single[:2]), td.Gamma(*single[2:]))
    assert bracket.value.dtype == torch.float32
    assert bracket.lower <= float(bracket.value) <= bracket.upper
    bracket.certificate.check()
    scipy = dg.kl(stats.gamma(2.0, scale=1 / 3), stats.gamma(2.5))
    assert type(scipy.value) is np.float64
    mixed = dg.kl(td.Gamma(*single[:2]), stats.gamma(2.5))
    assert float(mixed.value) == pytest.approx(float(scipy.value), rel=1e-6)  # single precision


def test_divergences_add_over_products():
    a, b = torch.tensor([0.3, 2.0]).double(), torch.tensor([1.2, 0.4]).double()
    whole = dg.kl(td.Independent(td.Gamma(a, b), 1), td.Independent(td.Gamma(b, a), 1))
    parts = [dg.kl(td.Gamma(a[i], b[i]), td.Gamma(b[i], a[i])) for i in range(2)]
    assert float(whole.value) == pytest.approx(sum(float(part.value) for part in parts), rel=1e-14)  # row 38
    whole.certificate.check()


def test_renyi_tends_to_kl_and_half_of_it_is_symmetric():
    p, q = stats.gamma(2.0, scale=1.5), stats.gamma(2.5, scale=1.0)
    assert float(dg.renyi(p, q, order=1 + 1e-7)) == pytest.approx(
        float(dg.kl(p, q)), rel=1e-6
    )  # first order in the order
    assert float(dg.hellinger(p, q)) == pytest.approx(float(dg.hellinger(q, p)), rel=1e-14)
    # Row 13 and row 15.
    assert -2 * math.log1p(-float(dg.hellinger(p, q))) <= float(dg.kl(p, q)) <= math.log1p(float(dg.chi_squared(p, q)))


def test_where_the_ends_decide_nothing_is_known():
    one = {"loc": np.array([0.0, 1.0]), "scale": np.ones(2)}
    other = {"loc": np.array([1.0, 0.0]), "scale": np.ones(2)}
    assert not renyi_is_known(FamilyPair("expon", one, other), 0.5)
    low, high = {"loc": 0.0, "scale": 1.0}, {"loc": 1.0, "scale": 1.0}
    assert renyi_is_known(FamilyPair("expon", low, high), 0.5)
    assert not renyi_is_known(FamilyPair("expon", low, high), 2.0)
    value, error = renyi(FamilyPair("expon", high, low), 2.0)
    assert float(value) == pytest.approx(1.0, abs=error + 1e-15)  # what q loses below the end of p
    assert float(relative_entropy(FamilyPair("expon", high, low))[0]) == 1
