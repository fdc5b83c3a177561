from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

import dualgap as dg
from dualgap.divergences.families.pair import FORMS


@pytest.mark.parametrize("d", [1, 2, 4])
@pytest.mark.parametrize("distance", [1e-8, 1e-3, 2.0])
def test_wishart_laws_are_proved(proved, d, distance):
    rng = np.random.default_rng(d)
    root, change = rng.normal(size=(2, d, d))
    first = root @ root.T + 0.1 * np.eye(d)
    proved(
        stats.wishart(d + 1.5, first), stats.wishart((d + 1.5) * (1 + distance), first + distance * change @ change.T)
    )


def test_a_wishart_law_of_numbers_is_a_gamma_law():
    # Row 34: W_1(n, v) is Gamma(n / 2, scale 2 v).
    gamma = float(dg.kl(stats.gamma(1.5, scale=4.0), stats.gamma(2.5, scale=1.4)))
    first, second = ({"df": np.asarray(df), "scale": np.array([[v]])} for df, v in ((3.0, 2.0), (5.0, 0.7)))
    assert math.fsum(FORMS["wishart"].kl(first, second)) == pytest.approx(gamma, rel=1e-13)  # two formulas
    assert float(dg.kl(stats.wishart(3.0, 2.0), stats.wishart(5.0, 0.7))) == gamma


def test_draws_of_the_law_have_the_divergence_on_average():
    p, q = stats.wishart(6.0, np.diag([1.0, 2.0])), stats.wishart(8.0, np.array([[1.0, 0.3], [0.3, 1.0]]))
    draws = np.moveaxis(p.rvs(4000, random_state=np.random.default_rng(0)), 0, -1)
    ratios = p.logpdf(draws) - q.logpdf(draws)
    assert abs(float(dg.kl(p, q)) - ratios.mean()) < 4 * ratios.std() / np.sqrt(4000)  # four standard errors


def test_laws_of_matrices_and_of_space_are_singular():
    assert dg.kl(stats.wishart(3, np.eye(2)), dg.Gaussian(np.zeros(4), np.eye(4))).value == np.inf
    assert dg.kl(stats.dirichlet([1.0, 1.0]), dg.Gaussian(np.zeros(2), np.eye(2))).value == np.inf
