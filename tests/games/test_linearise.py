"""Predicted rates come from the method's own step and agree with the formulas of the literature and with simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.games import linearise
from dualgap.games.linearise import step_jacobians

XY = dg.games.bilinear([[1.0]])
NEGATIVE = dg.methods.Momentum(-0.4)
STEPS = st.floats(0.01, 0.99)
# The eigenvalues of a 2 x 2 matrix of numbers near 1 carry a few roundings.
ROUNDING = 1e-12


@given(STEPS)
def test_simultaneous_descent_on_xy_grows_by_the_root_of_one_plus_the_squared_step(h):
    assert abs(dg.predict_rate(XY, dg.methods.SimultaneousGDA(step=h)) - math.sqrt(1 + h * h)) < ROUNDING


@given(STEPS)
def test_alternating_descent_on_xy_neither_grows_nor_shrinks(h):
    found = linearise(XY, dg.methods.AlternatingGDA(step=h))
    assert abs(found.spectral_radius - 1) < ROUNDING
    assert not found.defective
    # the angle of rotation is 2 asin(h / 2)
    assert abs(abs(np.angle(found.eigenvalues[0])) - 2 * math.asin(h / 2)) < 1e-10


@given(STEPS)
def test_extragradient_on_xy_shrinks_by_the_known_factor(h):
    assert abs(dg.predict_rate(XY, dg.methods.ExtraGradient(step=h)) - math.sqrt(1 - h**2 + h**4)) < ROUNDING


def test_the_rate_of_extragradient_at_step_three_tenths_to_twelve_digits_and_in_simulation():
    method = dg.methods.ExtraGradient(step=0.3)
    predicted = dg.predict_rate(XY, method)
    assert abs(predicted - math.sqrt(1 - 0.09 + 0.0081)) < 1e-12
    assert abs(float(dg.simulate(XY, method, start=(1.0, 1.0), steps=200).measured_rate()) - predicted) < 1e-6


def test_alternating_at_step_two_has_a_defective_eigenvalue():
    assert linearise(XY, dg.methods.AlternatingGDA(step=2.0)).defective


def test_the_critical_penalty_of_the_dirac_gan_is_defective():
    # R1 eigenvalues -gamma/2 +- sqrt(gamma^2/4 - f'^2) with f' = 1: a double root at gamma = 2 for the WGAN
    game = dg.games.dirac_gan(dg.duals.KantorovichRubinstein(), r1=2.0)
    assert linearise(game, dg.methods.SimultaneousGDA(step=0.1)).defective
    assert not linearise(game, dg.methods.SimultaneousGDA(step=0.1)).spectral_radius > 0.91


@given(st.floats(0.1, 3), st.floats(0.1, 3))
def test_the_alternating_rate_does_not_depend_on_who_moves_first(a, b):
    game = dg.games.quadratic([[a]], [[1.0]], [[b]])
    rates = [dg.predict_rate(game, dg.methods.AlternatingGDA(step=0.1, first=first)) for first in ("x", "y")]
    assert (
        abs(rates[0] - rates[1]) < 1e-9
    )  # similar matrices; near a double root eigenvalues carry the root of rounding


@given(STEPS)
def test_the_formulas_of_the_literature_on_xy(a):
    methods = dg.methods
    known = [
        (methods.ProximalPoint(step=a), 1 / math.sqrt(1 + a**2)),
        (methods.PrimalDualHybridGradient(step=a), math.sqrt(1 - a**2)),
        (methods.HamiltonianDescent(step=a), 1 - a),
        (methods.Slingshot(step=a), 1 - a**2),
        (methods.CompetitiveGradientDescent(step=a), 1 / math.sqrt(1 + a**2)),
        (methods.ConsensusOptimization(step=a, weight=0.5), math.hypot(1 - a / 2, a)),
        (methods.SymplecticGradientAdjustment(step=a, weight=0.5), math.hypot(1 - a / 2, a)),
    ]
    for method, rate in known:
        assert abs(dg.predict_rate(XY, method) - rate) < ROUNDING, method


@given(STEPS)
def test_optimistic_and_past_extragradient_on_xy_have_the_known_rate(a):
    known = (
        math.sqrt((1 + math.sqrt(1 - 4 * a**2)) / 2)
        if a <= 0.5
        else math.sqrt(1 + (2 * a + math.sqrt(4 * a**2 - 1)) ** 2) / 2
    )
    for method in (dg.methods.OptimisticGDA(step=a), dg.methods.PastExtraGradient(step=a)):
        # near the double root at 1/2 both the formula and the eigenvalue carry the root of rounding
        assert abs(dg.predict_rate(XY, method) - known) < (ROUNDING if abs(a - 0.5) > 0.01 else 1e-7)


def test_optimistic_descent_at_one_half_is_defective_at_the_root_of_a_half():
    found = linearise(XY, dg.methods.OptimisticGDA(step=0.5))
    assert (found.defective, found.index) == (True, 2)
    assert abs(found.spectral_radius - math.sqrt(0.5)) < ROUNDING  # the mean of a split pair is not split


@given(st.floats(0.05, 3.5))
def test_the_alternating_dirac_gan_has_the_known_eigenvalues(a):
    # f'(0) = 1 for the WGAN: alpha = a
    game = dg.games.dirac_gan(dg.duals.KantorovichRubinstein())
    found = linearise(game, dg.methods.AlternatingGDA(step=a)).eigenvalues
    middle = 1 - a**2 / 2
    root = np.sqrt(complex(middle**2 - 1))
    # near the double root at a = 2 the root of rounding
    tolerance = 1e-10 if abs(a - 2) > 0.01 else 1e-6
    for expected in (middle - root, middle + root):
        assert np.abs(found - expected).min() < tolerance


@pytest.mark.parametrize("step", [0.1, 0.3, 1 / 3])
def test_a_triple_defective_eigenvalue_is_named(step):
    # the field has the eigenvalue 1 three times with one eigenvector; rounding splits it by 1e-5
    root = math.sqrt(0.5)
    game = dg.games.quadratic([[2.0, 0.0], [0.0, 0.0]], [[root], [root]], [[1.0]])
    found = linearise(game, dg.methods.SimultaneousGDA(step=step))
    assert (found.defective, found.index) == (True, 3)
    (only,) = found.defective_eigenvalues
    assert (only.multiplicity, only.eigenvectors) == (3, 1)
    assert abs(found.spectral_radius - (1 - step)) < 1e-12
    assert "defective (Jordan block of 3)" in repr(found)


def test_double_eigenvalues_with_two_eigenvectors_are_not_defective():
    found = linearise(dg.games.bilinear(np.eye(3)), dg.methods.ExtraGradient(step=0.3))
    assert [one.multiplicity for one in found.spectrum] == [3, 3]
    assert not found.defective
    assert found.index == 1
    assert len(found.leading) == 2


def test_rates_at_equal_cost_take_the_root_of_the_gradient_calls():
    for method in (dg.methods.ExtraGradient(step=0.3), dg.methods.OptimisticGDA(step=0.3)):
        found = linearise(XY, method)
        assert found.gradient_calls == method.gradient_calls(XY)
        assert found.rate_per_gradient_call**found.gradient_calls == pytest.approx(found.spectral_radius, rel=1e-12)


@given(st.integers(0, 10**6))
def test_many_copies_have_the_jacobians_of_each(seed):
    game, rng = dg.games.random_quadratic(2, 2, seed=seed), np.random.default_rng(seed)
    steps = torch.as_tensor(rng.uniform(0.05, 0.5, 3))
    zeros = torch.zeros(3, 2, dtype=torch.float64)
    for make in (dg.methods.OptimisticGDA, dg.methods.AlternatingGDA):
        together = step_jacobians(game, make(step=steps), zeros, zeros)
        for one, step in zip(together, steps, strict=True):
            assert np.allclose(one, linearise(game, make(step=float(step))).jacobian, atol=1e-14)


# Every method on every game of the catalogue is compared in the tests of the catalogue; here one of each kind.
MEASURED = {
    "spirals out": (XY, dg.methods.SimultaneousGDA(step=0.2)),
    "two singular values": (dg.games.bilinear([[1.0, 0.2], [0.0, 0.8]]), dg.methods.OptimisticGDA(step=0.2)),
    "memory": (dg.games.quadratic([[1.0]], [[2.0]], [[0.5]]), dg.methods.AlternatingGDA(step=0.2, scaling=NEGATIVE)),
    "curved": (dg.games.dirac_gan(r1=0.5), dg.methods.ExtraGradient(step=0.2)),
    "away from 0": (dg.games.forsaken(), dg.methods.ExtraGradient(step=0.2)),
    "unstable and away from 0": (dg.games.forsaken(), dg.methods.SimultaneousGDA(step=0.2)),
    "twelve modes": (dg.games.random_quadratic(8, 4, seed=0), dg.methods.PastExtraGradient(step=0.1)),
}


@pytest.mark.parametrize("name", MEASURED)
def test_the_measured_rate_is_the_predicted_one(name):
    game, method = MEASURED[name]
    rng = np.random.default_rng(0)
    start = tuple(point + torch.as_tensor(1e-5 * rng.normal(size=point.shape)) for point in game.equilibrium)
    run = dg.simulate(game, method, start=start, steps=250)
    assert abs(float(run.measured_rate()) - dg.predict_rate(game, method)) < 1e-6


def test_a_point_that_is_no_equilibrium_is_refused():
    with pytest.raises(InvalidInput, match=r"^at must be an equilibrium: a step of ExtraGradient from it moves by"):
        dg.predict_rate(XY, dg.methods.ExtraGradient(step=0.1), at=([1.0], [0.0]))


def test_a_game_without_a_known_equilibrium_needs_one():
    game = dg.games.Payoff(lambda x, y: ((x - 1) * y).sum(-1), sizes=(1, 1))
    with pytest.raises(InvalidInput, match=r"^at must be given"):
        dg.predict_rate(game, dg.methods.ExtraGradient(step=0.1))
    assert dg.predict_rate(game, dg.methods.ExtraGradient(step=0.1), at=([1.0], [0.0])) < 1


@pytest.mark.parametrize("at", [([0.0, 0.0], [0.0]), ([float("nan")], [0.0]), ("a", [0.0])])
def test_an_equilibrium_of_another_shape_is_refused(at):
    with pytest.raises(InvalidInput, match=r"^at must"):
        dg.predict_rate(XY, dg.methods.ExtraGradient(step=0.1), at=at)


def test_what_is_not_a_game_is_named():
    with pytest.raises(InvalidInput, match=r"^game must be a Game"):
        dg.predict_rate("xy", dg.methods.ExtraGradient(step=0.1))


def test_a_method_that_counts_its_steps_has_no_linearisation():
    method = dg.methods.SimultaneousGDA(step=0.1, scaling=dg.methods.Adam())
    with pytest.raises(InvalidInput, match=r"^method must stand still at the equilibrium"):
        dg.predict_rate(XY, method)
