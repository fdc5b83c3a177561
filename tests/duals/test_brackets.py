"""From a critic to a bracket: the bound is the critic's, made admissible."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

import dualgap as dg
from dualgap.duals import FittedCritic
from dualgap.duals.brackets import bracket_of_laws, bracket_of_points
from dualgap.measures import Points, Samples
from dualgap.transport.splits import split_draws

KR, JS = dg.duals.KantorovichRubinstein(), dg.duals.JensenShannon()
LINE = dg.networks.MLP((1, 1))  # f(x) = w x + b


def line(slope, offset=0.0):
    return FittedCritic(
        network=LINE,
        weights=torch.tensor([slope, offset], dtype=torch.float64),
        centre=np.zeros(1),
        radius=1.0,
        scale=1.0,
    )


P, Q = Points([1.0, 2.0, 3.0]), Points([0.0, 1.0, 2.0])


@pytest.mark.parametrize("slope", [1.0, 5.0, 0.8])
def test_a_linear_critic_proves_the_distance_of_a_shift_whatever_its_slope(slope):
    bracket = bracket_of_points(KR, line(slope), P, Q)
    assert bracket.upper == pytest.approx(1.0, abs=1e-12)
    assert bracket.lower == pytest.approx(1.0, abs=1e-12)


def test_a_critic_of_the_wrong_sign_proves_less_and_stays_a_bound():
    bracket = bracket_of_points(KR, line(-1.0), P, Q)
    assert 0 <= bracket.lower < 0.9
    bracket.certificate.check()


@pytest.mark.parametrize("runaway", [1e18, -1e18])
def test_a_critic_that_ran_away_costs_tightness_and_not_validity(runaway):
    bracket = bracket_of_points(KR, line(runaway), P, Q)
    assert 0 <= bracket.lower <= 1.0 + 1e-12
    bracket.certificate.check()


def test_the_js_bound_of_a_linear_logit_is_its_cross_entropy():
    bracket = bracket_of_points(JS, line(0.7, -1.0), P, Q)
    real, fake = (0.7 * np.array(values) - 1.0 for values in ([1.0, 2.0, 3.0], [0.0, 1.0, 2.0]))
    value = -np.log1p(np.exp(-real)).mean() - np.log1p(np.exp(fake)).mean()
    assert bracket.lower == pytest.approx(value / 2 + math.log(2), abs=1e-14)
    assert bracket.lower <= dg.js(P, Q).value


def test_the_held_out_bound_of_js_holds_as_often_as_promised():
    truth, repetitions = 0.11142, 300  # two Gaussians one apart, by quadrature
    rng = np.random.default_rng(3)
    misses = 0
    for seed in range(repetitions):
        x, y = rng.normal(size=200) + 1, rng.normal(size=200)
        split = split_draws(Samples(x), Samples(y), seed)
        bracket = bracket_of_laws(JS, line(1.0, -0.5), split, 0.9, None)  # the best logit, x - 1/2
        misses += bracket.lower > truth
    # binomial at 10%: more than 50 of 300 has probability 1e-4
    assert misses <= 50


def test_the_held_out_draws_do_not_choose_the_critic():
    rng = np.random.default_rng(4)
    x, y = rng.normal(size=60), rng.normal(size=60)
    split = split_draws(Samples(x), Samples(y), 0)
    bracket = bracket_of_laws(KR, line(1.0), split, 0.95, None)
    # p = q: the true distance is 0, and a bound that had seen its own draws would be above it nearly always
    assert bracket.certificate.held_out[0] is split.held_out[0]
    assert bracket.lower == 0.0
    assert bracket.value < 0.5


def test_weights_that_sum_to_one_up_to_rounding_prove_nothing_more():
    # masses that miss 1 by 1e-9 and by float32 rounding stand for the law that is proportional to them
    p = Points([0.0, 1.0, 2.0], [1 / 3, 1 / 3, 1 / 3 - 9e-10])
    assert bracket_of_points(JS, line(0.0), p, p).lower <= 1e-15
    single = Points(np.arange(49, dtype=np.float32), np.full(49, 1 / 49, dtype=np.float32))
    assert bracket_of_points(JS, line(0.0), single, single).lower <= 1e-15
    for objective in (JS, KR):
        fitted = dg.duals.fit(objective, single, single, steps=2)
        assert fitted.bracket.lower <= 1e-7
        fitted.bracket.certificate.check()
