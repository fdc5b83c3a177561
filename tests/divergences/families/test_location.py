from __future__ import annotations

import math

import pytest
from scipy import stats

import dualgap as dg


def _laplace(mp, p, x):
    return -abs(x - p["loc"]) / p["scale"] - mp.log(2 * p["scale"])


def _cauchy(mp, p, x):
    return -mp.log(mp.pi * p["scale"] * (1 + ((x - p["loc"]) / p["scale"]) ** 2))


def test_the_textbook_formulas_are_the_integrals(agrees_with_the_integral, mp):
    first, second = {"loc": 0.0, "scale": 1.0}, {"loc": 0.7, "scale": 2.0}
    ends = [-mp.inf, -10, 0, 0.7, 10, mp.inf]
    agrees_with_the_integral("laplace", _laplace, first, second, ends)
    ends = [-mp.inf, -100, -10, -1, 0, 1, 10, 100, mp.inf]
    agrees_with_the_integral("cauchy", _cauchy, first, second, ends, orders=(2,))


@pytest.mark.parametrize(
    ("name", "parameters"), [("laplace", ("loc", "scale")), ("cauchy", ("loc", "scale")), ("halfcauchy", ("scale",))]
)
def test_doubles_agree_with_digits_near_equality_and_at_extremes(proved_near_and_far, name, parameters):
    proved_near_and_far(name, *parameters)


def test_cauchy_divergence_is_symmetric():
    p, q = stats.cauchy(1.0, 2.0), stats.cauchy(0.0, 0.5)
    assert float(dg.kl(p, q)) == float(dg.kl(q, p)) == pytest.approx(math.log((2.5**2 + 1) / 4), rel=1e-15)  # row 31


def test_a_laplace_law_that_is_too_wide_has_an_infinite_power():
    wide, narrow = stats.laplace(0.0, 2.0), stats.laplace(0.0, 1.0)
    assert dg.chi_squared(wide, narrow).value == math.inf  # 2/2 - 1 = 0
    assert dg.chi_squared(narrow, wide).value < math.inf


def test_uniform_laws_overlap_or_contain_each_other(proved):
    inner, outer, shifted = stats.uniform(0.25, 0.5), stats.uniform(0.0, 2.0), stats.uniform(0.5, 2.0)
    proved(inner, outer)
    assert float(dg.kl(inner, outer)) == pytest.approx(math.log(4), rel=1e-15)
    overlap = dg.hellinger(outer, shifted)
    overlap.certificate.check()
    assert float(overlap) == pytest.approx(1 - 1.5 / 2, rel=1e-14)  # rounding
    assert float(dg.chi_squared(inner, outer)) == pytest.approx(3.0, rel=1e-14)
