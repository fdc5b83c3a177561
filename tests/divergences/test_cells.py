from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import dualgap as dg
from dualgap.divergences import Generator
from dualgap.divergences.cells import bounds_on_cells, refine
from dualgap.divergences.generators import JensenShannon, KullbackLeibler
from dualgap.divergences.line import line_law
from dualgap.errors import CertificateError


def _mixture(weights, means, deviations):
    return dg.Mixture(weights, [dg.Gaussian(m, s * s) for m, s in zip(means, deviations, strict=True)])


TRAPS = [
    (_mixture([0.5, 0.5], [0.0, 300.0], [1.0, 0.01]), dg.Gaussian(0.0, 100.0**2), 7.9646),
    (_mixture([0.5, 0.5], [0.0, 3.3], [1.0, 1e-4]), dg.Gaussian(0.0, 4.0), 4.8483),
]


@pytest.mark.parametrize(("p", "q", "truth"), TRAPS)
def test_the_traps_of_quadrature_are_certified_to_a_hundred_thousandth(p, q, truth):
    bracket = dg.kl(p, q)
    assert bracket.guarantee is dg.Guarantee.CERTIFIED
    assert bracket.gap < 1e-5 * bracket.lower
    assert float(bracket.value) == pytest.approx(truth, abs=6e-5)  # the truth is known to four decimals
    bracket.certificate.check()


def _exact(p, q):
    """ln(s2/s1) + (s1^2 + d^2) / (2 s2^2) - 1/2."""
    return math.log(q[1] / p[1]) + (p[1] ** 2 + (p[0] - q[0]) ** 2) / (2 * q[1] ** 2) - 0.5


@settings(max_examples=12)
@given(st.tuples(st.integers(-8, 8), st.integers(1, 12)), st.tuples(st.integers(-8, 8), st.integers(1, 12)))
def test_the_bracket_holds_the_closed_form_between_gaussians(first, second):
    p, q = ((m / 2, s / 4) for m, s in (first, second))
    if p == q:
        q = (q[0] + 0.5, q[1])
    laws = [dg.Gaussian(m, s * s) for m, s in (p, q)]
    kl, jeffreys = (divergence(*laws, method="cells") for divergence in (dg.kl, dg.jeffreys))
    assert kl.contains(_exact(p, q))
    assert jeffreys.contains(_exact(p, q) + _exact(q, p))
    hellinger = dg.hellinger(*laws, method="cells")
    assert hellinger.contains(float(dg.hellinger(*laws).value))
    for bracket in (kl, jeffreys, hellinger):
        assert bracket.gap <= 1e-5 * bracket.upper
        bracket.certificate.check()


@pytest.mark.parametrize("size", [1.0, 1e-3, 1e-6])
def test_the_bracket_closes_as_the_laws_approach(size):
    js = dg.js(dg.Gaussian(0.0, 1.0), dg.Gaussian(size, 1.0))
    assert js.method == "cells"
    assert js.gap < 1e-3 * js.lower
    if size < 1e-2:
        assert js.contains(size**2 / 8 * (1 - size**2 / 16))  # row 40, and the next term of the series
    js.certificate.check()


def _random(rng):
    k = int(rng.integers(1, 4))
    return rng.dirichlet(np.ones(k)), 3 * rng.normal(size=k), 10.0 ** rng.uniform(-4, 2, k)


def _reference(p, q, name, edges):
    """Gauss's rule of 40 nodes between breakpoints at the quantiles of all components, in logarithms."""
    nodes, weights = np.polynomial.legendre.leggauss(40)
    x = (edges[1:, None] + edges[:-1, None]) / 2 + np.diff(edges)[:, None] / 2 * nodes
    logs = [
        np.logaddexp.reduce([math.log(w) + stats.norm.logpdf(x, m, s) for w, m, s in zip(*law, strict=True)])
        for law in (p, q)
    ]
    if name == "kl":
        terms = np.exp(logs[0]) * (logs[0] - logs[1])
    else:
        middle = np.logaddexp(*logs) - math.log(2)
        terms = sum(np.exp(log) * (log - middle) for log in logs) / 2
    return math.fsum((terms @ weights) * np.diff(edges) / 2)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", ["kl", "js"])
def test_the_bracket_holds_the_integral_for_mixtures_with_components_from_1e4_to_1e2_wide(seed, name):
    rng = np.random.default_rng(seed)
    p, q = _random(rng), _random(rng)
    bracket = getattr(dg, name)(_mixture(*p), _mixture(*q))
    steps = np.concatenate([-np.geomspace(1e-6, 38, 300)[::-1], [0.0], np.geomspace(1e-6, 38, 300)])
    edges = np.unique(
        np.concatenate(
            [m + s * steps for _, m, s in zip(*p, strict=True)] + [m + s * steps for _, m, s in zip(*q, strict=True)]
        )
    )
    truth = _reference(p, q, name, edges)
    # The reference has its own error: 40 nodes on cells that are never wider than a few deviations.
    assert bracket.lower - 1e-9 * abs(truth) <= truth <= bracket.upper + 1e-9 * abs(truth)
    bracket.certificate.check()


def test_laplace_laws_have_their_closed_form():
    p, q = stats.laplace(0.0, 1.0), stats.laplace(0.5, 2.0)
    truth = math.log(2) + 0.5 / 2 + 0.5 * math.exp(-0.5) - 1  # row 25
    bracket = dg.kl(p, q, method="cells")
    assert bracket.contains(truth)
    assert bracket.gap < 1e-5
    bracket.certificate.check()


def test_any_generator_with_a_kernel_is_bounded_below_and_where_the_tails_are_known_above():
    p, q = dg.Gaussian(0.0, 1.0), dg.Gaussian(0.5, 1.0)
    squared = dg.f_divergence(p, q, dg.divergences.ChiSquared(), method="cells")
    assert squared.lower <= math.expm1(0.25) <= squared.upper == math.inf
    assert squared.lower == pytest.approx(math.expm1(0.25), rel=1e-5)
    assert "tails" in squared.reason
    hellinger = dg.f_divergence(p, q, dg.divergences.SquaredHellinger())
    assert hellinger.contains(-math.expm1(-1 / 32))


def test_the_lower_bound_rises_and_the_upper_falls_as_cells_are_split():
    p, q = line_law(dg.Gaussian(0.0, 1.0)), line_law(_mixture([0.3, 0.7], [0.0, 2.0], [1.0, 0.5]))
    edges = np.linspace(-10, 10, 21)
    bounds = []
    for _ in range(4):
        bounds.append(bounds_on_cells(p, q, KullbackLeibler(), edges)[:2])
        edges = np.union1d(edges, (edges[1:] + edges[:-1]) / 2)
    lower, upper = zip(*bounds, strict=True)
    assert sorted(lower) == list(lower)
    assert sorted(upper, reverse=True) == list(upper)
    assert lower[-1] <= bounds_on_cells(p, q, KullbackLeibler(), refine(p, q, KullbackLeibler()))[1] <= upper[-1]


def test_the_value_can_be_differentiated():
    mean = torch.tensor([0.3], dtype=torch.float64, requires_grad=True)
    variance = torch.tensor([[2.0]], dtype=torch.float64, requires_grad=True)
    logits = torch.tensor([0.2, -0.4], dtype=torch.float64, requires_grad=True)
    one = torch.ones(1, 1, dtype=torch.float64)

    def value(m, v, z):
        mixture = dg.Mixture(z.softmax(-1), [dg.Gaussian(m, v), dg.Gaussian(m + 1, one)])
        return dg.js(mixture, dg.Gaussian(torch.zeros(1, dtype=torch.float64), one)).value

    assert torch.autograd.gradcheck(value, (mean, variance, logits))


def test_evidence_that_does_not_carry_the_bounds_is_found():
    p, q = dg.Gaussian(0.0, 1.0), dg.Gaussian(1.0, 2.0)
    certificate = dg.js(p, q).certificate
    certificate.check()
    certificate.edges[5] = certificate.edges[4]
    with pytest.raises(CertificateError, match="not increasing"):
        certificate.check()
    certificate = dg.js(p, q).certificate
    certificate.p.weights[0] = 0.9
    with pytest.raises(CertificateError):
        certificate.check()


def test_laws_without_a_distribution_function_and_formulas_without_a_kernel_are_left_to_others():
    own = Generator(formula=lambda t: (t - 1) ** 2, at_zero=1.0, at_infinity=math.inf, slope=0.0)
    p, q = dg.Gaussian(0.0, 1.0), dg.Gaussian(1.0, 1.0)
    assert "cells" not in [r.name for r in dg.methods_for(dg.f_divergence, p, q, generator=own)]
    assert "cells" in [r.name for r in dg.methods_for(dg.f_divergence, p, q, generator=JensenShannon())]
    assert "cells" in [r.name for r in dg.methods_for(dg.js, p, stats.gamma(2.0))]
    without = dg.Density(lambda x: stats.norm.logpdf(x[:, 0]), dimension=1)
    assert "cells" not in [r.name for r in dg.methods_for(dg.js, p, without)]
