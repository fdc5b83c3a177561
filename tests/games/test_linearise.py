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

XY = dg.games.bilinear([[1.0]])
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


GAMES = {
    "xy": XY,
    "two singular values": dg.games.bilinear([[1.0, 0.2], [0.0, 0.8]]),
    "quadratic": dg.games.quadratic([[1.0]], [[2.0]], [[0.5]]),
    "dirac-gan r1": dg.games.dirac_gan(r1=0.5),
    "dirac-wgan r1": dg.games.dirac_gan(dg.duals.KantorovichRubinstein(), r1=0.5),
}
METHODS = {
    "simultaneous": dg.methods.SimultaneousGDA(step=0.2),
    "alternating": dg.methods.AlternatingGDA(step=0.2),
    "two steps of y": dg.methods.AlternatingGDA(step=0.2, first="y", steps_y=2),
    "two time scales": dg.methods.SimultaneousGDA(step_x=0.1, step_y=0.3),
    "extragradient": dg.methods.ExtraGradient(step=0.2),
    "past extragradient": dg.methods.PastExtraGradient(step=0.2),
    "optimistic": dg.methods.OptimisticGDA(step=0.2),
    "negative momentum": dg.methods.AlternatingGDA(step=0.2, scaling=dg.methods.Momentum(-0.4)),
    "primal-dual": dg.methods.PrimalDualHybridGradient(step=0.2),
    "proximal point": dg.methods.ProximalPoint(step=0.2, inner_steps=3),
    "consensus": dg.methods.ConsensusOptimization(step=0.2, weight=0.5),
    "symplectic": dg.methods.SymplecticGradientAdjustment(step=0.2, weight=0.5),
    "competitive": dg.methods.CompetitiveGradientDescent(step=0.2),
    "hamiltonian": dg.methods.HamiltonianDescent(step=0.2),
    "unrolled": dg.methods.Unrolled(step=0.2, unroll=3, inner_step=0.2),
    "slingshot": dg.methods.Slingshot(step=0.2),
    "lookahead": dg.methods.Lookahead(method=dg.methods.AlternatingGDA(step=0.2), period=3, alpha=0.5),
}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("game", GAMES)
def test_the_measured_rate_is_the_predicted_one(game, method):
    n, m = GAMES[game].sizes
    start = (torch.full((n,), 0.05, dtype=torch.float64), torch.full((m,), -0.03, dtype=torch.float64))
    run = dg.simulate(GAMES[game], METHODS[method], start=start, steps=300)
    predicted = dg.predict_rate(GAMES[game], METHODS[method])
    # what is left of the faster modes and of the nonlinearity after half the path
    assert abs(float(run.measured_rate()) - predicted) < 1e-6


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
