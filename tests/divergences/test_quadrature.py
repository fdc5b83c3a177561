from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

import dualgap as dg
from dualgap.errors import InvalidInput


def _density(law, **options):
    return dg.Density(lambda x: law.logpdf(x[:, 0]), dimension=1, **options)


@pytest.mark.parametrize(
    ("p", "q", "truth"),
    [
        (stats.norm(0, 1), stats.norm(1, 2), 0.4431471805599453),
        (stats.cauchy(0, 1), stats.cauchy(1, 1), 0.22314355131420976),
        (stats.laplace(0, 1), stats.laplace(0.5, 2), 0.24641251041626202),
    ],
)
def test_smooth_densities_are_integrated_and_nothing_is_claimed(p, q, truth):
    bracket = dg.kl(_density(p), _density(q))
    assert bracket.guarantee is dg.Guarantee.NONE
    assert bracket.method == "quadrature"
    assert math.isnan(bracket.lower)
    assert math.isnan(bracket.upper)
    assert float(bracket) == pytest.approx(truth, rel=1e-7)
    assert "no bound" in bracket.reason


def test_the_ends_of_a_support_are_breakpoints():
    p = _density(stats.uniform(0.3, 0.1), support=(0.3, 0.4))
    assert float(dg.js(p, _density(stats.norm()))) == pytest.approx(
        float(dg.js(stats.uniform(0.3, 0.1), stats.norm())), rel=1e-5
    )


def test_a_mass_that_no_node_sees_is_reported_and_a_breakpoint_finds_it():
    needle = _density(stats.norm(123.4567, 1e-6))
    blind = dg.js(needle, _density(stats.norm()))
    assert "p was found to have the mass" in blind.reason
    told = dg.js(needle, _density(stats.norm()), breakpoints=123.4567 + 1e-6 * np.arange(-8, 9))
    assert "mass" not in told.reason
    assert float(told) == pytest.approx(math.log(2), rel=1e-6)


def test_options_are_checked():
    p, q = _density(stats.norm()), _density(stats.norm(1))
    for options, name in (({"tolerance": 0.0}, "tolerance"), ({"breakpoints": ["a"]}, "breakpoints")):
        with pytest.raises(InvalidInput) as caught:
            dg.kl(p, q, **options)
        assert caught.value.argument == name


def test_laws_of_angles_are_integrated_over_one_turn():
    p, q = stats.vonmises(2.0, 0.3), stats.vonmises(5.0, -1.0)
    x = np.linspace(-np.pi, np.pi, 20_001)[1:]  # the rule of equal steps is exact for periodic functions
    a, b = p.pdf(x), q.pdf(x)
    truth = (a * np.log(2 * a / (a + b)) + b * np.log(2 * b / (a + b))).mean() * np.pi
    assert abs(float(dg.js(p, q, method="quadrature")) - truth) < 1e-9


def test_a_logarithm_beyond_the_doubles_is_not_cut_off():
    assert abs(float(dg.kl(dg.Gaussian(0.0, 1.0), dg.Gaussian(100.0, 1.0), method="quadrature")) - 5000) < 1e-6
