from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from scipy import integrate, stats

import dualgap as dg
from dualgap.divergences.cumulative import hump_of
from dualgap.divergences.line import line_law
from dualgap.errors import InvalidInput
from dualgap.measures.convert import as_law

FAMILIES = {
    "uniform": stats.uniform(-1, 2),
    "exponential": stats.expon(),
    "gamma": stats.gamma(2.5),
    "beta": stats.beta(2, 2),
    "logistic": stats.logistic(),
    "gumbel": stats.gumbel_r(),
    "weibull": stats.weibull_min(1.5),
}
NORMAL = stats.norm()


def _js(law):
    """By scipy's quadrature between quantiles; smooth integrands, so that what it says of its error holds."""

    def term(x):
        p, q = law.pdf(x), NORMAL.pdf(x)
        m = (p + q) / 2
        return (p * math.log(p / m) if p else 0.0) / 2 + (q * math.log(q / m) if q else 0.0) / 2

    ends = [end for end in law.support() if math.isfinite(end)]
    cuts = sorted({-40.0, -5.0, 0.0, 5.0, 40.0, *ends, *law.ppf([0.001, 0.5, 0.999])})
    return math.fsum(integrate.quad(term, a, b, epsabs=1e-12, limit=200)[0] for a, b in pairwise(cuts))


@pytest.mark.parametrize("name", FAMILIES)
def test_a_family_with_one_mode_is_bracketed_on_both_sides(name):
    bracket = dg.js(FAMILIES[name], NORMAL)
    assert bracket.guarantee is dg.Guarantee.CERTIFIED
    truth = _js(FAMILIES[name])
    assert bracket.lower - 1e-10 <= truth <= bracket.upper + 1e-10
    assert bracket.gap < 1e-5
    bracket.certificate.check()


def test_kl_of_a_uniform_law_has_both_bounds_as_it_has_no_tails():
    bracket = dg.kl(FAMILIES["uniform"], NORMAL)
    truth = -math.log(2) + math.log(2 * math.pi) / 2 + 1 / 6
    assert bracket.contains(truth)
    assert bracket.gap < 1e-5


def test_without_a_known_mode_the_lower_bound_holds_and_the_upper_is_trivial():
    law = dg.Density(lambda x: NORMAL.logpdf(x[:, 0]), dimension=1, cdf=NORMAL.cdf, quantile=NORMAL.ppf)
    js = dg.js(law, dg.Gaussian(1.0, 1.0), method="cells")
    exact = dg.js(dg.Gaussian(0.0, 1.0), dg.Gaussian(1.0, 1.0))
    assert js.lower <= exact.upper
    assert js.lower == pytest.approx(exact.lower, rel=1e-2)
    assert js.upper == pytest.approx(math.log(2))
    kl = dg.kl(law, dg.Gaussian(1.0, 1.0), method="cells")
    assert kl.lower <= 0.5
    assert kl.upper == math.inf
    assert "no upper bound" in kl.reason
    assert float(kl) == pytest.approx(0.5, rel=1e-4)
    kl.certificate.check()


def test_a_quantile_function_is_not_needed():
    law = dg.Density(lambda x: NORMAL.logpdf(x[:, 0]), dimension=1, cdf=NORMAL.cdf)
    assert dg.kl(law, dg.Gaussian(1.0, 1.0), method="cells").lower == pytest.approx(0.5, rel=0.05)


@pytest.mark.parametrize("name", FAMILIES)
def test_masses_and_density_bounds_hold(name):
    law = line_law(as_law(FAMILIES[name], "p"))
    edges = law.grid()
    logs, errors = law.log_masses(edges)
    assert math.fsum(np.exp(logs)) == pytest.approx(1, abs=1e-10)
    truth = np.diff(FAMILIES[name].cdf(edges))
    big = truth > 1e-6
    assert (np.abs(np.exp(logs[1:-1]) - truth)[big] <= 1e-9 * truth[big] + 1e-15).all()
    low, high = law.log_density_bounds(edges)
    for share in (0.01, 0.5, 0.99):
        inside = law.log_density(edges[:-1] + share * np.diff(edges))
        assert (low <= inside).all()
        assert (inside <= high).all()
    assert (errors[1:-1][np.isfinite(logs[1:-1])] < 1e-3).mean() > 0.9


def test_a_distribution_function_that_decreases_is_refused():
    law = dg.Density(lambda x: NORMAL.logpdf(x[:, 0]), dimension=1, cdf=NORMAL.sf, quantile=NORMAL.ppf)
    with pytest.raises(InvalidInput, match="cdf must not decrease"):
        dg.js(law, dg.Gaussian(1.0, 1.0), method="cells")


def test_laws_on_the_circle_have_no_cells_on_the_line():
    assert hump_of(as_law(stats.vonmises(1.0), "p")) is None


def test_a_quantile_function_that_warns_is_quiet():
    assert dg.js(stats.norm(), stats.invgauss(0.7)).guarantee is dg.Guarantee.CERTIFIED
