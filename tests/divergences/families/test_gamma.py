from __future__ import annotations

import math

import pytest
from scipy import stats

import dualgap as dg


def _log_density(mp, p, x):
    return (p["a"] - 1) * mp.log(x) - x / p["scale"] - mp.loggamma(p["a"]) - p["a"] * mp.log(p["scale"])


def test_the_textbook_formulas_are_the_integrals(agrees_with_the_integral):
    agrees_with_the_integral(
        "gamma", _log_density, {"a": 2.5, "scale": 1.5}, {"a": 1.7, "scale": 3.0}, [0, 1, 5, 20, 200]
    )


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("gamma", ("a", "scale")),
        ("expon", ("scale",)),
        ("chi2", ("df", "scale")),
        ("invgamma", ("a", "scale")),
        ("rayleigh", ("scale",)),
        ("halfnorm", ("scale",)),
        ("maxwell", ("scale",)),
        ("chi", ("df", "scale")),
    ],
)
def test_doubles_agree_with_digits_near_equality_and_at_extremes(proved_near_and_far, name, parameters):
    proved_near_and_far(name, *parameters)


def test_laws_of_other_names_are_gamma_laws():
    gamma = stats.gamma(1.5, scale=2.0)
    assert float(dg.kl(stats.chi2(3.0), gamma)) == 0
    assert float(dg.kl(stats.erlang(2, scale=3.0), stats.gamma(2.0, scale=3.0))) == 0
    assert float(dg.kl(stats.expon(scale=2.0), gamma)) == float(dg.kl(stats.gamma(1.0, scale=2.0), gamma))
    assert float(dg.kl(stats.weibull_min(1.0, scale=2.0), gamma)) == float(dg.kl(stats.gamma(1.0, scale=2.0), gamma))


def test_a_half_normal_law_has_the_divergence_of_the_normal_one():
    folded, whole = (dg.kl(law(scale=1.0), law(scale=3.0)) for law in (stats.halfnorm, stats.norm))
    assert float(folded) == pytest.approx(float(whole), rel=1e-14)  # two formulas


@pytest.mark.parametrize("order", [0.3, 0.7])
def test_exponential_laws_with_different_ends_overlap_from_either_side(order, proved):
    late, early = stats.expon(1.0, 0.5), stats.expon(0.25, 2.0)
    proved(late, early)
    forward, backward = dg.renyi(late, early, order=order), dg.renyi(early, late, order=1 - order)
    backward.certificate.check()
    # (1 - a) D_a(p || q) = a D_(1-a)(q || p)
    assert (1 - order) * float(forward) == pytest.approx(order * float(backward), rel=1e-13)
    assert dg.renyi(early, late, order=2.0).value == math.inf
    assert dg.kl(early, late).value == math.inf


def test_powers_that_cannot_be_integrated_are_infinite_with_the_reason():
    bracket = dg.chi_squared(stats.gamma(1.0, scale=3.0), stats.gamma(1.0, scale=1.0))  # 2/3 - 1 < 0
    assert bracket.value == bracket.lower == bracket.upper == math.inf
    assert "not integrable" in bracket.reason
    bracket.certificate.check()
