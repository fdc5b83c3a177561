from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

import dualgap as dg

NORMAL = stats.norm(1.0, 3.0)
LAWS = [stats.t(5.0, 0.5, 2.0), stats.laplace(0.5, 2.0), stats.logistic(0.5, 2.0), stats.gumbel_r(0.5, 2.0),
        stats.gumbel_l(0.5, 2.0), stats.expon(0.5, 2.0), stats.gamma(2.5, 0.5, 2.0), stats.uniform(0.5, 2.0),
        stats.beta(2.0, 3.0, 1.0, 4.0), stats.weibull_min(1.5, 1.0, 2.0), stats.pareto(6.0, 1.0, 2.0),
        stats.lognorm(0.5, 1.0, 2.0), stats.t(1e8), stats.gamma(1e8, -1e8, 1.0)]  # fmt: skip


@pytest.mark.parametrize("p", LAWS, ids=lambda law: law.dist.name)
def test_every_family_with_a_variance_has_a_proved_divergence_from_a_normal_law(p, proved):
    proved(p, NORMAL)


@pytest.mark.parametrize("p", LAWS[:12], ids=lambda law: law.dist.name)
def test_the_divergence_is_the_mean_of_the_logarithm_of_the_ratio(p):
    # By quantiles: the midpoint rule on 10^5 levels, whose error is that of the outermost levels.
    u = (np.arange(100_000) + 0.5) / 100_000
    x = p.ppf(u)
    assert float(dg.kl(p, NORMAL)) == pytest.approx(np.mean(p.logpdf(x) - NORMAL.logpdf(x)), abs=1e-2)


def test_a_normal_law_against_a_laplace_law(proved):
    for loc in (0.5, 1.0, 1e6):
        proved(NORMAL, stats.laplace(loc, 2.0))
        dg.jeffreys(NORMAL, stats.laplace(loc, 2.0), method="closed_form").certificate.check()


def test_laws_without_variance_are_infinitely_far_and_have_nothing_closed_the_other_way():
    for p in (stats.cauchy(), stats.t(2.0), stats.t(1.5), stats.pareto(2.0)):
        bracket = dg.kl(p, stats.norm())
        assert bracket.value == bracket.lower == bracket.upper == math.inf  # row 42
        assert "not integrable under p" in bracket.reason
        bracket.certificate.check()
        assert "closed_form" not in [route.name for route in dg.methods_for(dg.kl, stats.norm(), p)]
    assert dg.kl(stats.t(2.001), stats.norm()).value < math.inf
