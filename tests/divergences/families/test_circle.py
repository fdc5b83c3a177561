from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

import dualgap as dg


def _log_density(mp, p, x):
    return p["kappa"] * mp.cos(x - p["loc"]) - mp.log(2 * mp.pi * mp.besseli(0, p["kappa"]))


def test_the_textbook_formulas_are_the_integrals(agrees_with_the_integral, mp):
    first, second = {"kappa": 2.0, "loc": 0.3}, {"kappa": 0.5, "loc": -1.0}
    agrees_with_the_integral("vonmises", _log_density, first, second, mp.linspace(-mp.pi, mp.pi, 5))


@pytest.mark.parametrize("kappa", [1e-8, 1e-3, 0.5, 5.0, 29.9, 31.0, 1e3, 1e8])
def test_doubles_agree_with_digits_at_every_concentration(proved, kappa):
    for factor, turn in ((1 + 1e-9, 0.0), (1.0, 1e-7), (1.01, 0.1), (3.0, 2.0)):
        proved(stats.vonmises(kappa, 0.5), stats.vonmises(kappa * factor, 0.5 + turn))


def test_where_the_circle_is_cut_does_not_matter():
    p, q = stats.vonmises(2.0, 0.3), stats.vonmises(0.5, -1.0)
    assert float(dg.kl(stats.vonmises(2.0, 0.3 + 2 * math.pi), q)) == pytest.approx(
        float(dg.kl(p, q)), rel=1e-13
    )  # eps of 2 pi
    x = np.linspace(-np.pi, np.pi, 200, endpoint=False)  # the trapezoidal rule is exact to rounding for these
    truth = float((p.pdf(x) * (p.logpdf(x) - q.logpdf(x))).mean()) * 2 * math.pi
    assert float(dg.kl(p, q)) == pytest.approx(truth, rel=1e-12)
