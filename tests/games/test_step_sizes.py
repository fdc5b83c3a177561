"""The largest stable and the best step, against the formulas of the literature, for any method without one of its own."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.games import best_step, largest_stable_step
from dualgap.games.step_sizes import radii, with_step

XY = dg.games.bilinear([[1.0]])
M = dg.methods
# The limit is where a modulus passes 1 by its rounding of 1e-14; a slope of 0.1 makes that 1e-13 of the step.
DIGITS = 1e-9


@pytest.mark.parametrize(
    ("method", "limit"),
    [
        (M.SimultaneousGDA, 0.0),
        (M.AlternatingGDA, 2.0),
        (M.ExtraGradient, 1.0),
        (M.OptimisticGDA, 1 / math.sqrt(3)),
        (M.PastExtraGradient, 1 / math.sqrt(3)),
        (M.PrimalDualHybridGradient, math.sqrt(4 / 3)),
        (M.ProximalPoint, math.inf),
        (M.CompetitiveGradientDescent, math.inf),
        (M.HamiltonianDescent, 2.0),
        (M.Slingshot, math.sqrt(2)),
    ],
)
def test_the_limits_on_xy_are_the_known_ones(method, limit):
    found = largest_stable_step(XY, method)
    assert found == limit if limit in (0.0, math.inf) else abs(found - limit) < DIGITS


@pytest.mark.parametrize(
    ("method", "limit"), [(M.SimultaneousGDA, 2.0), (M.ExtraGradient, 1.0), (M.OptimisticGDA, 2 / 3)]
)
def test_the_limits_on_a_real_eigenvalue_are_the_known_ones(method, limit):
    game = dg.games.quadratic([[1.0]], [[0.0]], [[1.0]])
    assert abs(largest_stable_step(game, method) - limit) < DIGITS


@given(st.floats(0.1, 3.0))
def test_the_limit_scales_with_the_game(sigma):
    assert abs(largest_stable_step(dg.games.bilinear([[sigma]]), M.ExtraGradient) * sigma - 1) < DIGITS


@given(st.integers(0, 10**6))
@settings(max_examples=15)
def test_descent_is_stable_up_to_twice_the_real_part_over_the_squared_modulus(seed):
    rng = np.random.default_rng(seed)
    p, q = (np.diag(rng.uniform(0.2, 2, k)) for k in (3, 2))
    a = rng.normal(size=(3, 2))
    eigenvalues = np.linalg.eigvals(np.block([[p, a], [-a.T, q]]))
    limit = (2 * eigenvalues.real / np.abs(eigenvalues) ** 2).min()
    # eigenvalues of a matrix of five numbers, far from double: 1e-13, times the slope
    assert abs(largest_stable_step(dg.games.quadratic(p, a, q), M.SimultaneousGDA) / limit - 1) < 1e-8


@given(st.floats(0.1, 2.0), st.floats(0.3, 2.0))
@settings(max_examples=15)
def test_consensus_optimisation_is_stable_up_to_its_known_limit(weight, sigma):
    game = dg.games.bilinear([[sigma]])
    found = largest_stable_step(game, lambda step: M.ConsensusOptimization(step=step, weight=weight))
    assert abs(found - 2 * weight / (1 + weight**2 * sigma**2)) < 1e-8


def test_the_best_step_of_extragradient_on_xy_is_one_over_root_two():
    best = best_step(XY, M.ExtraGradient)
    assert abs(best.step - 1 / math.sqrt(2)) < 1e-7  # a smooth minimum is flat: the root of rounding
    assert abs(best.spectral_radius - math.sqrt(3) / 2) < 1e-12
    assert best.rate_per_gradient_call == best.spectral_radius ** (1 / 4)
    assert "spectral radius 0.866025404 a step" in repr(best)


def test_the_best_step_of_optimistic_descent_on_xy_is_the_defective_one():
    best = best_step(XY, M.OptimisticGDA)
    assert abs(best.step - 0.5) < 1e-6
    # next to the defective step the radius rises with the root of the distance
    assert abs(best.spectral_radius - math.sqrt(0.5)) < 1e-5
    # at equal cost it is ahead of extragradient, which is faster a step
    assert best.rate_per_gradient_call < best_step(XY, M.ExtraGradient).rate_per_gradient_call


def test_no_step_nearby_is_better_than_the_best():
    game = dg.games.quadratic([[1.0]], [[2.0]], [[0.3]])
    best = best_step(game, M.AlternatingGDA)
    around = best.step * np.linspace(0.5, 1.5, 41)
    point = game.equilibrium
    assert best.spectral_radius <= radii(game, M.AlternatingGDA, around, point).min() + 1e-12


def test_a_method_is_scaled_as_a_whole_and_keeps_its_options():
    # y is four times as fast: alternating descent-ascent on xy is stable while the product of the steps is below 4
    slow = M.AlternatingGDA(step_x=0.1, step_y=0.4, first="y")
    assert abs(largest_stable_step(XY, slow) - 1.0) < DIGITS
    inner = with_step(M.Lookahead(method=slow, period=3, alpha=0.5), 0.2)
    assert (inner.method.step_x, inner.method.step_y, inner.method.first) == (0.2, 0.8, "y")
    assert (inner.period, inner.alpha) == (3, 0.5)


def test_many_steps_at_once_give_what_each_gives_alone():
    steps = np.array([0.1, 0.5, 0.9])
    point = XY.equilibrium
    for method in (M.ExtraGradient, M.OptimisticGDA, M.AlternatingGDA(step=1.0, scaling=M.Momentum(-0.3))):
        together = radii(XY, method, steps, point)
        alone = [dg.predict_rate(XY, with_step(method, float(step))) for step in steps]
        # at the defective step eigenvalues alone split by the root of rounding
        assert np.allclose(together, alone, atol=1e-7)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (("xy", M.ExtraGradient), "game"),
        ((XY, "method"), "method"),
        ((XY, lambda step: step), "method"),
        ((XY, M.ExtraGradient(step=torch.tensor([0.1, 0.2]))), "method"),
        ((dg.games.Payoff(lambda x, y: (x * y).sum(-1), sizes=(1, 1)), M.ExtraGradient), "at"),
    ],
)
def test_bad_input_is_named(arguments, name):
    for function in (largest_stable_step, best_step):
        with pytest.raises(InvalidInput, match=f"^{name} must"):
            function(*arguments)
