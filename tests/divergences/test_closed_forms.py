from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy import stats

import dualgap as dg

SAME = [
    ("laplace", {"loc": 0.0, "scale": 1.0}, {"loc": 0.7, "scale": 2.0}),
    ("laplace", {"loc": 0.0, "scale": 1.0}, {"loc": 1e-6, "scale": 1.0}),
    ("expon", {"loc": 0.0, "scale": 0.5}, {"loc": 0.0, "scale": 2.0}),
    ("expon", {"loc": 1.0, "scale": 0.5}, {"loc": 0.5, "scale": 2.0}),
    ("gamma", {"a": 2.5, "scale": 1.5}, {"a": 0.7, "scale": 3.0}),
    ("beta", {"a": 2.0, "b": 3.5}, {"a": 0.8, "b": 1.2}),
    ("cauchy", {"loc": 1.0, "scale": 2.0}, {"loc": 0.0, "scale": 0.5}),
    ("gumbel_r", {"loc": 0.5, "scale": 1.5}, {"loc": -1.0, "scale": 2.5}),
    ("gumbel_l", {"loc": 0.5, "scale": 1.5}, {"loc": -1.0, "scale": 2.5}),
    ("weibull_min", {"c": 1.5, "scale": 2.0}, {"c": 2.5, "scale": 3.0}),
    ("pareto", {"b": 3.0, "scale": 2.0}, {"b": 1.5, "scale": 1.0}),
    ("invgauss", {"mu": 0.7, "scale": 2.0}, {"mu": 1.5, "scale": 3.0}),
    ("lognorm", {"s": 0.5, "scale": 2.0}, {"s": 0.9, "scale": 1.0}),
    ("uniform", {"loc": 0.25, "scale": 0.5}, {"loc": 0.0, "scale": 2.0}),
]
CROSS = [
    (stats.t(5.0, 0.5, 2.0), stats.norm(1.0, 3.0)),
    (stats.laplace(0.5, 2.0), stats.norm(1.0, 3.0)),
    (stats.logistic(0.5, 2.0), stats.norm(1.0, 3.0)),
    (stats.gumbel_r(0.5, 2.0), stats.norm(1.0, 3.0)),
    (stats.gumbel_l(0.5, 2.0), stats.norm(1.0, 3.0)),
    (stats.expon(0.5, 2.0), stats.norm(1.0, 3.0)),
    (stats.gamma(2.5, 0.5, 2.0), stats.norm(1.0, 3.0)),
    (stats.uniform(0.5, 2.0), stats.norm(1.0, 3.0)),
    (stats.norm(1.0, 3.0), stats.laplace(0.5, 2.0)),
    (stats.norm(0.5, 3.0), stats.laplace(0.5, 2.0)),
]


def _integral(p, q):
    """Gauss's rule of 30 nodes between quantiles of both laws that are geometrically dense in all tails."""
    tail = np.geomspace(1e-18, 0.5, 400)
    low, high = p.support()
    edges = np.concatenate([law.ppf(tail) for law in (p, q)] + [law.isf(tail) for law in (p, q)])
    edges = np.unique(
        np.concatenate([edges[(edges > low) & (edges < high)], [x for x in (low, high) if np.isfinite(x)]])
    )
    nodes, weights = np.polynomial.legendre.leggauss(30)
    x = (edges[1:, None] + edges[:-1, None]) / 2 + np.diff(edges)[:, None] / 2 * nodes
    log_p, log_q = p.logpdf(x), q.logpdf(x)
    seen = log_p > -700
    terms = np.where(seen, np.exp(log_p) * (np.where(seen, log_p, 0.0) - log_q), 0.0)
    return math.fsum((terms @ weights) * np.diff(edges) / 2)


@pytest.mark.parametrize(("name", "first", "second"), SAME, ids=lambda one: one if isinstance(one, str) else "")
def test_closed_forms_of_a_family_agree_with_the_integral(name, first, second):
    p, q = getattr(stats, name)(**first), getattr(stats, name)(**second)
    bracket = dg.kl(p, q)
    assert (bracket.method, bracket.guarantee) == ("closed_form", dg.Guarantee.EXACT)
    # Beyond the edges lies 1e-18 of the mass, times logarithms below 1e8; cells next to a singular end are wide in ln x.
    assert float(bracket.value) == pytest.approx(_integral(p, q), rel=1e-8, abs=1e-10)
    assert 0 <= bracket.lower <= float(bracket.value) <= bracket.upper
    assert bracket.gap < 1e-11


@pytest.mark.parametrize(("p", "q"), CROSS, ids=lambda law: law.dist.name)
def test_closed_forms_against_another_family_agree_with_the_integral(p, q):
    bracket = dg.kl(p, q)
    assert (bracket.method, bracket.guarantee) == ("closed_form", dg.Guarantee.EXACT)
    assert float(bracket.value) == pytest.approx(_integral(p, q), rel=1e-8)  # as above


@pytest.mark.parametrize(("name", "first", "second"), SAME, ids=lambda one: one if isinstance(one, str) else "")
def test_a_law_has_divergence_zero_from_itself(name, first, second):
    p = getattr(stats, name)(**second)
    bracket = dg.kl(p, getattr(stats, name)(**second))
    assert bracket.lower == 0
    assert float(bracket.value) <= bracket.upper < 1e-12


def test_supports_decide_before_formulas_do():
    narrow, wide = stats.uniform(0.25, 0.5), stats.uniform(0.0, 2.0)
    assert dg.kl(wide, narrow).value == math.inf
    assert "q has none outside of [0.25, 0.75]" in dg.kl(wide, narrow).reason
    assert dg.kl(stats.expon(0.0), stats.expon(0.5)).value == math.inf
    assert dg.kl(stats.pareto(2.0, scale=1.0), stats.pareto(2.0, scale=2.0)).value == math.inf
    assert dg.kl(stats.norm(), stats.gamma(2.0)).value == math.inf
    assert dg.kl(stats.cauchy(), stats.uniform(0, 1)).value == math.inf


def test_heavy_tails_against_a_normal_law_are_infinite_with_the_reason():
    for p in (stats.cauchy(), stats.t(2.0), stats.t(1.5)):
        bracket = dg.kl(p, stats.norm())
        assert bracket.value == bracket.lower == bracket.upper == math.inf  # row 42
        assert "not integrable under p" in bracket.reason
    assert dg.kl(stats.t(2.001), stats.norm()).value < math.inf


def test_jeffreys_is_the_sum_of_both_directions():
    p, q = stats.gamma(2.5, scale=1.5), stats.gamma(0.7, scale=3.0)
    bracket = dg.jeffreys(p, q)
    assert bracket.method == "closed_form"
    assert float(bracket.value) == pytest.approx(float(dg.kl(p, q).value) + float(dg.kl(q, p).value), rel=1e-13)


def test_torch_agrees_on_its_own_closed_forms():
    td = torch.distributions

    def t(*values):
        return [torch.tensor(value, dtype=torch.float64) for value in values]

    pairs = [(td.Laplace(*t(0.0, 1.0)), td.Laplace(*t(0.5, 2.0))), (td.Gamma(*t(2.0, 3.0)), td.Gamma(*t(1.0, 0.5))),
             (td.Beta(*t(2.0, 3.0)), td.Beta(*t(1.0, 0.5))), (td.Exponential(*t(2.0)), td.Exponential(*t(0.3))),
             (td.Gumbel(*t(0.0, 1.0)), td.Gumbel(*t(1.0, 2.0))), (td.Pareto(*t(2.0, 3.0)), td.Pareto(*t(1.0, 2.0))),
             (td.Laplace(*t(0.0, 1.0)), td.Normal(*t(0.5, 2.0))), (td.Gamma(*t(2.0, 3.0)), td.Normal(*t(0.5, 2.0)))]  # fmt: skip
    for p, q in pairs:
        assert float(dg.kl(p, q).value) == pytest.approx(float(td.kl_divergence(p, q)), rel=1e-10)


def test_von_mises_laws_are_compared_on_the_circle():
    p, q = stats.vonmises(2.0, 0.3), stats.vonmises(0.5, -1.0)
    x = np.linspace(-np.pi, np.pi, 200, endpoint=False)  # the trapezoidal rule is exact to rounding for these
    truth = float((p.pdf(x) * (p.logpdf(x) - q.logpdf(x))).mean()) * 2 * math.pi
    assert float(dg.kl(p, q).value) == pytest.approx(truth, rel=1e-12)
    assert dg.kl(p, p).value < 1e-12


def test_different_ends_without_a_formula_are_left_to_others():
    names = [route.name for route in dg.methods_for(dg.kl, stats.gamma(2.0, loc=1.0), stats.gamma(2.0))]
    assert "closed_form" not in names
