from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from scipy import stats

import dualgap as dg


@pytest.mark.parametrize(
    ("p", "q"),
    [
        (stats.poisson(3.0), stats.poisson(4.5)),
        (stats.poisson(3.0), stats.poisson(3.0 * (1 + 1e-8))),
        (stats.geom(0.3), stats.geom(0.5)),
        (stats.geom(0.3), stats.geom(0.3 + 1e-9)),
        (stats.nbinom(2.5, 0.3), stats.nbinom(2.5, 0.5)),
    ],
)
def test_closed_forms_are_the_series(p, q, proved):
    mp = mpmath.MPContext()
    mp.dps = 40
    names = {"poisson": lambda law, k: k * mp.log(law[0]) - law[0] - mp.loggamma(k + 1),
             "geom": lambda law, k: (k - 1) * mp.log(1 - law[0]) + mp.log(law[0]),
             "nbinom": lambda law, k: mp.loggamma(k + law[0]) - mp.loggamma(law[0]) - mp.loggamma(k + 1)
             + law[0] * mp.log(law[1]) + k * mp.log(1 - law[1])}  # fmt: skip
    log_mass = names[p.dist.name]
    first, second = ([mp.mpf(x) for x in law.args] for law in (p, q))
    start = int(p.support()[0])
    truth = mp.mpf(0)
    for k in range(start, start + 400):  # what is left has mass below 1e-40
        a, b = log_mass(first, k), log_mass(second, k)
        truth += mp.exp(a) * (a - b)
    assert abs(mp.mpf(float(dg.kl(p, q))) - truth) < 1e-12 * truth
    proved(p, q)


def test_doubles_agree_with_digits_near_equality_and_at_extremes(proved_near_and_far, proved):
    proved_near_and_far("poisson", "mu", draws=3)
    for p in (1e-8, 1e-3, 0.5, 1 - 1e-9):
        for q in (p * (1 + 1e-10), p * 0.7):
            proved(stats.geom(p), stats.geom(q))


def test_a_certain_success_is_an_atom():
    assert float(dg.kl(stats.geom(1.0), stats.geom(0.5))) == pytest.approx(math.log(2), rel=1e-15)
    assert dg.kl(stats.geom(0.5), stats.geom(1.0)).value == math.inf
    assert float(dg.kl(stats.geom(1.0), stats.geom(1.0))) == 0


def test_counts_against_other_laws_are_singular_or_lost_with_the_reason():
    poisson = stats.poisson(2.0)
    assert dg.kl(poisson, stats.norm()).reason == "infinite because p is made of atoms, q is continuous"
    assert float(dg.js(poisson, stats.expon())) == math.log(2)
    assert dg.kl(poisson, stats.binom(5, 0.5)).value == math.inf
    assert "infinitely many" in dg.kl(poisson, stats.binom(5, 0.5)).reason
    assert dg.kl(stats.geom(0.5, loc=-1), stats.geom(0.5)).value == math.inf
    assert float(dg.total_variation(poisson, dg.Points([0.5, 1.5]))) == 1
    bracket = dg.kl(dg.Points([0.0, 0.5]), poisson)
    assert bracket.value == math.inf
    assert "p has mass at 0.5" in bracket.reason


def test_shifted_laws_have_no_common_formula_but_a_helpful_answer():
    p, q = stats.poisson(2.0, loc=1), stats.poisson(2.0)
    assert np.isfinite(float(p.mean()))
    with pytest.raises(dg.errors.InvalidInput, match="two named families with a closed form"):
        dg.kl(p, q, method="closed_form")
