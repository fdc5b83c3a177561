from __future__ import annotations

import pytest
from scipy import stats

import dualgap as dg


def _gumbel(mp, p, x):
    z = (x - p["loc"]) / p["scale"]
    return -z - mp.exp(-z) - mp.log(p["scale"])


def _weibull(mp, p, x):
    z = x / p["scale"]
    return mp.log(p["c"] / p["scale"]) + (p["c"] - 1) * mp.log(z) - z ** p["c"]


def test_the_textbook_formulas_are_the_integrals(agrees_with_the_integral):
    first, second = {"loc": 0.5, "scale": 1.5}, {"loc": -1.0, "scale": 2.5}
    agrees_with_the_integral("gumbel_r", _gumbel, first, second, [-20, -3, 0, 3, 20, 150], orders=())
    agrees_with_the_integral("gumbel_r", _gumbel, first, first | {"loc": 1.0}, [-20, -3, 0, 3, 20, 150])
    first, second = {"c": 1.5, "scale": 2.0}, {"c": 2.5, "scale": 3.0}
    agrees_with_the_integral("weibull_min", _weibull, first, second, [0, 1, 4, 10, 40], orders=())
    agrees_with_the_integral("weibull_min", _weibull, first, first | {"scale": 3.0}, [0, 1, 4, 10, 40])


@pytest.mark.parametrize(
    ("name", "parameters"),
    [("gumbel_r", ("loc", "scale")), ("gumbel_l", ("loc", "scale")), ("weibull_min", ("c", "scale"))],
)
def test_doubles_agree_with_digits_near_equality_and_at_extremes(proved_near_and_far, name, parameters):
    proved_near_and_far(name, *parameters)


def test_laws_of_one_shape_have_renyi_divergences_as_well(proved):
    proved(stats.weibull_min(1.5, scale=2.0), stats.weibull_min(1.5, scale=2.1))
    proved(stats.gumbel_r(0.3, 2.0), stats.gumbel_r(0.5, 2.0))
    proved(stats.gumbel_l(0.3, 2.0), stats.gumbel_l(0.5, 2.0))
    assert dg.methods_for(dg.hellinger, stats.gumbel_r(0.3, 2.0), stats.gumbel_r(0.5, 2.0))[0].name == "closed_form"


def test_the_logarithm_of_a_weibull_law_is_a_gumbel_law():
    weibull = dg.kl(stats.weibull_min(2.0, scale=1.0), stats.weibull_min(4.0, scale=1.0))
    gumbel = dg.kl(stats.gumbel_l(0.0, 0.5), stats.gumbel_l(0.0, 0.25))
    assert float(weibull) == pytest.approx(float(gumbel), rel=1e-14)  # the same numbers, read in two ways
