from __future__ import annotations

import math

import pytest
from scipy import stats

import dualgap as dg


def _pareto(mp, p, x):
    return mp.log(p["b"]) + p["b"] * mp.log(p["scale"]) - (p["b"] + 1) * mp.log(x)


def _inverse_gaussian(mp, p, x):
    m, s = p["mu"] * p["scale"], p["scale"]
    return (mp.log(s) - mp.log(2 * mp.pi) - 3 * mp.log(x)) / 2 - s * (x - m) ** 2 / (2 * m**2 * x)


def _log_normal(mp, p, x):
    return -((mp.log(x / p["scale"]) / p["s"]) ** 2) / 2 - mp.log(x * p["s"] * mp.sqrt(2 * mp.pi))


def test_the_textbook_formulas_are_the_integrals(agrees_with_the_integral, mp):
    ends = [2, 3, 10, 100, 10**4, mp.inf]
    agrees_with_the_integral("pareto", _pareto, {"b": 3.0, "scale": 2.0}, {"b": 1.5, "scale": 1.0}, ends)
    ends = [0, 0.1, 0.5, 1, 2, 5, 20, 60, 200]
    agrees_with_the_integral(
        "invgauss", _inverse_gaussian, {"mu": 0.7, "scale": 2.0}, {"mu": 1.5, "scale": 3.0}, ends, (0.4,)
    )
    ends = [0, 0.05, 0.3, 1, 2, 5, 20, 200, 10**4]
    agrees_with_the_integral("lognorm", _log_normal, {"s": 0.5, "scale": 2.0}, {"s": 0.9, "scale": 1.0}, ends)


@pytest.mark.parametrize(("name", "parameters"), [("invgauss", ("mu", "scale")), ("lognorm", ("s", "scale"))])
def test_doubles_agree_with_digits_near_equality_and_at_extremes(proved_near_and_far, name, parameters):
    proved_near_and_far(name, *parameters)


def test_pareto_laws_are_proved_from_near_to_far(proved):
    for b, c, s in ((2.0, 2.0 * (1 + 1e-9), 1.0), (2.0, 2.1, 1 + 1e-9), (1e8, 1e-8, 1e8), (1e-8, 1e-8, 2.0)):
        proved(stats.pareto(b, scale=s), stats.pareto(c, scale=1.0))
    assert dg.kl(stats.pareto(2.0, scale=1.0), stats.pareto(2.0, scale=2.0)).value == math.inf


def test_a_lognormal_law_has_the_divergence_of_its_logarithm():
    logs = dg.kl(stats.norm(0.3, 1.2), stats.norm(0.8, 2.0))
    bracket = dg.kl(stats.lognorm(1.2, scale=math.exp(0.3)), stats.lognorm(2.0, scale=math.exp(0.8)))
    assert float(bracket) == pytest.approx(float(logs), rel=1e-14)  # rounding of the exponentials


def test_a_lognormal_law_of_torch_may_have_the_location_zero():
    torch = pytest.importorskip("torch")
    p, q = (
        torch.distributions.LogNormal(*torch.tensor(pair, dtype=torch.float64)) for pair in ((0.5, 1.5), (0.0, 2.0))
    )
    here = dg.hellinger(p, q)
    assert float(here) == pytest.approx(float(dg.hellinger(dg.Gaussian(0.5, 2.25), dg.Gaussian(0.0, 4.0))), rel=1e-13)
    here.certificate.check()
