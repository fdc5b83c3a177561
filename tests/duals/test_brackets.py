"""From a critic to a bracket: the bound is the critic's, made admissible."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
import torch
from scipy import stats

import dualgap as dg
from dualgap.duals import FittedCritic
from dualgap.duals.brackets import admissible, bracket_of_laws, bracket_of_points, envelopes_of_critic, log_ratios
from dualgap.errors import CertificateError
from dualgap.measures import Points, Samples
from dualgap.transport.splits import split_draws

KR, JS, DV = dg.duals.KantorovichRubinstein(), dg.duals.JensenShannon(), dg.duals.DonskerVaradhan()
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


@pytest.mark.parametrize("slope", [1.0, 5.0, 0.8, 0.01, 300.0])
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


@pytest.mark.parametrize("order", [1.0, 2.0, 3.0])
def test_the_potential_of_the_map_proves_a_shift_in_every_order(order):
    # f(y) = -p t^(p-1) y + const is optimal for q = p - t: here t = 1
    bracket = bracket_of_points(dg.duals.SemiDual(order=order), line(-order), P, Q)
    assert (bracket.lower, bracket.upper) == (pytest.approx(1.0, abs=1e-9), pytest.approx(1.0, abs=1e-9))
    bracket.certificate.check()


def test_a_cost_of_ones_own_has_a_plan_and_potentials_too():
    objective = dg.duals.SemiDual(cost=lambda x, y: (x[..., :, None, 0] - y[..., None, :, 0]).abs().clamp(max=0.5))
    bracket = bracket_of_points(objective, line(0.0), P, Q)
    matrix = np.minimum(np.abs(np.subtract.outer([1.0, 2.0, 3.0], [0.0, 1.0, 2.0])), 0.5)
    third = dg.Histogram([1 / 3] * 3)
    assert bracket.upper == pytest.approx(float(dg.wasserstein(third, third, cost=matrix)), abs=1e-12)
    assert bracket.lower <= bracket.upper
    bracket.certificate.check()


def test_the_js_bound_of_a_linear_logit_is_its_cross_entropy():
    bracket = bracket_of_points(JS, line(0.7, -1.0), P, Q)
    real, fake = (0.7 * np.array(values) - 1.0 for values in ([1.0, 2.0, 3.0], [0.0, 1.0, 2.0]))
    value = -np.log1p(np.exp(-real)).mean() - np.log1p(np.exp(fake)).mean()
    assert bracket.lower == pytest.approx(value / 2 + math.log(2), abs=1e-14)
    assert bracket.lower <= dg.js(P, Q).value


def test_donsker_and_varadhan_prove_the_same_at_every_constant():
    first, second = (bracket_of_points(DV, line(0.3, offset), P, Q).lower for offset in (0.0, 50.0))
    expected = 0.3 * 2.0 - math.log(np.exp(0.3 * np.arange(3)).mean())
    assert first == pytest.approx(expected, abs=1e-12)
    assert second == pytest.approx(expected, abs=1e-12)


def test_the_shift_of_donsker_and_varadhan_is_chosen_by_draws_that_may_be_looked_at():
    seen, held_out = (np.zeros((5, 1)), np.zeros((5, 1))), (np.ones((5, 1)), np.ones((5, 1)))
    assert log_ratios(DV, line(2.0), seen, held_out, None)[0].tolist() == [2.0] * 5
    assert log_ratios(DV, line(2.0), held_out, held_out, None)[0].tolist() == [0.0] * 5


def test_the_held_out_bound_of_js_holds_as_often_as_promised():
    truth, repetitions = 0.11142, 150  # two Gaussians one apart, by quadrature
    rng = np.random.default_rng(3)
    misses = 0
    for seed in range(repetitions):
        x, y = rng.normal(size=200) + 1, rng.normal(size=200)
        split = split_draws(Samples(x), Samples(y), seed)
        bracket, _ = bracket_of_laws(JS, [line(1.0, -0.5)], split, 0.9, None)  # the best logit, x - 1/2
        misses += bracket.lower > truth
    assert misses <= stats.binom.ppf(1 - 1e-4, repetitions, 0.1)


def test_the_held_out_draws_do_not_choose_the_critic():
    rng = np.random.default_rng(4)
    x, y = rng.normal(size=60), rng.normal(size=60)
    split = split_draws(Samples(x), Samples(y), 0)
    bracket, _ = bracket_of_laws(KR, admissible(line(1.0), split), split, 0.95, None)
    # p = q: the true distance is 0, and a bound that had seen its own draws would be above it nearly always
    assert bracket.certificate.held_out[0] is split.held_out[0]
    assert bracket.lower == 0.0
    assert bracket.value < 0.5


def test_the_bound_of_laws_does_not_depend_on_the_slope_that_clipped_weights_allow():
    rng = np.random.default_rng(7)
    split = split_draws(Samples(rng.normal(size=2000) + 1), Samples(rng.normal(size=2000)), 0)
    proved = [bracket_of_laws(KR, admissible(line(slope), split), split, 0.95, None)[0] for slope in (1.0, 0.01, 300.0)]
    assert 0.8 < proved[0].lower <= 1.0
    # the same extension but for the rounding of the quotients
    assert [one.lower for one in proved] == pytest.approx([proved[0].lower] * 3, abs=1e-9)


def test_a_network_that_is_1_lipschitz_needs_no_extension():
    split = split_draws(Samples(np.arange(40.0)), Samples(np.arange(40.0) + 3), 0)
    cones = dg.networks.Cones(1, 2)
    fitted = FittedCritic(
        network=cones,
        weights=cones.weights([[100.0], [100.0]], [0.0, 0.0]),
        centre=np.zeros(1),
        radius=1.0,
        scale=1.0,
    )
    assert list(admissible(fitted, split)) == [fitted]
    bracket, critic = bracket_of_laws(KR, [fitted], split, 0.9, 100.0)
    assert critic is fitted
    bracket.certificate.check()


def test_a_critic_of_the_semi_dual_bounds_w2_of_laws_through_envelopes():
    """g(y) = -2 y is optimal up to a constant for q = p - 1, for which W_2 = 1; minus it proves nothing, and stays a bound."""
    rng = np.random.default_rng(6)
    split = split_draws(Samples(rng.normal(size=3000) + 1), Samples(rng.normal(size=3000)), 0)
    objective = dg.duals.SemiDual(order=2)
    good, bad = (envelopes_of_critic(line(slope, -1.0), split) for slope in (-2.0, 2.0))
    bracket, critic = bracket_of_laws(objective, good, split, 0.95, None)
    assert 0.8 < bracket.lower <= 1.0
    assert critic.order == 2
    bracket.certificate.check()
    with pytest.raises(CertificateError, match="bounds W_2, which may be above W_1"):
        dataclasses.replace(bracket.certificate, order=1.0).check()
    assert bracket_of_laws(objective, bad, split, 0.95, None)[0].lower <= 1.0


def test_a_large_kl_is_said_to_be_at_least_what_can_be_shown():
    rng = np.random.default_rng(5)
    x, y = rng.normal(size=2000) + 8, rng.normal(size=2000)  # KL = 32
    split = split_draws(Samples(x), Samples(y), 0)
    bracket, _ = bracket_of_laws(DV, [line(8.0, -32.0)], split, 0.95, None)
    assert bracket.lower < math.log(700) < 32
    assert bracket.upper == math.inf
    assert bracket.reason.startswith(f">= {bracket.lower:.4g}")


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


def test_a_logistic_regression_is_a_log_ratio_for_every_objective():
    rng = np.random.default_rng(0)
    x, y = rng.normal(1.0, 1.0, size=(2000, 1)), rng.normal(size=(2000, 1))
    triangular = dg.divergences.TriangularDiscrimination()
    first, second = (
        dg.duals.fit(objective, x, y, steps=5, seed=0).bracket
        for objective in (dg.duals.LeastSquares(), dg.duals.FDual(triangular))
    )
    # five steps of a network prove nothing: the bound is that of the regression, whichever objective asks for it
    assert first.lower == pytest.approx(second.lower, rel=0.02)
