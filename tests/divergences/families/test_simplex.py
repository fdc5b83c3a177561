from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

import dualgap as dg


def _beta(mp, p, x):
    return (p["a"] - 1) * mp.log(x) + (p["b"] - 1) * mp.log(1 - x) - mp.log(mp.beta(p["a"], p["b"]))


def test_the_textbook_formulas_are_the_integrals(agrees_with_the_integral):
    agrees_with_the_integral("beta", _beta, {"a": 2.0, "b": 3.5}, {"a": 1.5, "b": 1.2}, [0, 0.1, 0.5, 0.9, 1])


def test_doubles_agree_with_digits_near_equality_and_at_extremes(proved_near_and_far):
    proved_near_and_far("beta", "a", "b", draws=2)


@pytest.mark.parametrize("distance", [1e-9, 1e-5, 0.1, 3.0])
def test_dirichlet_laws_are_proved(proved, distance):
    rng = np.random.default_rng(0)
    a = np.exp(3 * rng.normal(size=5))
    proved(stats.dirichlet(a), stats.dirichlet(a * (1 + distance * rng.uniform(size=5))))


def test_a_dirichlet_law_is_a_stick_broken_by_beta_laws():
    # Row 29: the first share is Beta(a1, a2 + a3), the second of what is left Beta(a2, a3), independently.
    a, b = np.array([0.7, 2.0, 3.5]), np.array([1.5, 0.4, 1.0])
    sticks = [(stats.beta(x[0], x[1] + x[2]), stats.beta(x[1], x[2])) for x in (a, b)]
    parts = sum(float(dg.kl(p, q)) for p, q in zip(*sticks, strict=True))
    assert float(dg.kl(stats.dirichlet(a), stats.dirichlet(b))) == pytest.approx(parts, rel=1e-13)  # three sums


def test_a_uniform_law_is_a_beta_law(proved):
    assert float(dg.kl(stats.uniform(), stats.beta(1.0, 1.0))) == 0  # nan elsewhere (pytorch#144279)
    assert float(dg.kl(stats.beta(1.0, 1.0), stats.uniform(-1.0, 2.0))) == pytest.approx(np.log(2), rel=1e-15)
    proved(stats.uniform(), stats.beta(2.0, 3.0))
