"""Nash, local minimax and stable are three things."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.games import linearise

NEGATIVE = st.floats(-2, -0.1)


def flow(game, *, faster=1.0, eta=1e-3):
    """The eigenvalues of the field when y is so many times as fast: simultaneous descent is 1 - eta times them, exactly."""
    found = linearise(game, dg.methods.SimultaneousGDA(step_x=eta, step_y=eta * faster))
    return (1 - found.eigenvalues) / eta


@given(p=NEGATIVE, c=NEGATIVE, extra=st.floats(0.1, 2), ratio=st.floats(0.05, 20))
def test_the_flow_attracts_exactly_when_y_is_faster_than_the_ratio_of_the_curvatures(p, c, extra, ratio):
    assume(abs(ratio * c / p - 1) > 1e-3)
    game = dg.games.minimax_not_nash(curvature_x=p, coupling=(p * c + extra) ** 0.5, curvature_y=c)
    assert bool((flow(game, faster=ratio).real > 0).all()) == (ratio > p / c)


@given(p=NEGATIVE, c=NEGATIVE, extra=st.floats(0.1, 2))
def test_with_y_much_faster_the_eigenvalues_are_the_schur_complement_and_the_curvature_of_y(p, c, extra):
    b, tau = (p * c + extra) ** 0.5, 1e6
    game = dg.games.minimax_not_nash(curvature_x=p, coupling=b, curvature_y=c)
    found = np.sort(flow(game, faster=tau, eta=1e-7).real)
    # the next term of the expansion in 1/tau is of the size of b^2 (p - b^2/c) / c / tau, up to 1e3 / tau here; the slow
    # eigenvalue is 1e-7 of 1 in the step's, hence the absolute tolerance
    assert found[0] == pytest.approx(p - b * b / c, rel=1e-2, abs=1e-7)
    assert found[1] == pytest.approx(-tau * c, rel=1e-2)


@given(p=NEGATIVE, c=NEGATIVE, extra=st.floats(0.1, 2), h=st.floats(0.01, 0.4))
def test_follow_the_ridge_has_the_schur_complement_and_the_curvature_of_y_as_eigenvalues(p, c, extra, h):
    b = (p * c + extra) ** 0.5
    game = dg.games.minimax_not_nash(curvature_x=p, coupling=b, curvature_y=c)
    found = np.sort(linearise(game, dg.methods.FollowTheRidge(step=h)).eigenvalues.real)
    assert found == pytest.approx(np.sort([1 - h * (p - b * b / c), 1 + h * c]), rel=1e-9, abs=1e-9)


def test_descent_finds_a_point_that_is_not_nash():
    game = dg.games.minimax_not_nash()
    run = dg.simulate(game, dg.methods.SimultaneousGDA(step=0.1), start=(1.0, 1.0), steps=1000)
    assert abs(float(run.x[-1])) < 1e-6
    away = torch.tensor([1.0], dtype=torch.float64)
    assert float(game.payoff(away, 0 * away, None)) < 0, "x gains by leaving where y stands still"
    assert float(game.payoff(away, 0.6 * away, None)) > 0, "and loses where y answers"


@given(seed=st.integers(0, 10**6))
def test_every_strict_nash_equilibrium_of_a_quadratic_game_attracts_the_flow(seed):
    rng = np.random.default_rng(seed)
    n, m = rng.integers(1, 5, 2)
    game = dg.games.random_quadratic(int(n), int(m), monotonicity=0.05, seed=seed)
    # x'Jx has the real part of the quadratic form of P and Q alone
    assert (flow(game).real > 0.05 * (1 - 1e-6)).all()


def test_the_maximum_of_a_potential_draws_consensus_optimisation_and_not_symplectic_adjustment():
    game = dg.games.potential_maximum(curvature=2.0)
    rate = lambda method: dg.predict_rate(game, method)  # noqa: E731
    assert rate(dg.methods.ConsensusOptimization(step=0.05, weight=0.49)) > 1
    assert rate(dg.methods.ConsensusOptimization(step=0.05, weight=0.51)) < 1
    assert rate(dg.methods.HamiltonianDescent(step=0.05)) < 1
    for weight in (0.1, 1.0, 10.0):
        assert rate(dg.methods.SymplecticGradientAdjustment(step=0.05, weight=weight)) == pytest.approx(1.1)


@given(h=st.floats(0.29, 0.31))
def test_a_repelling_focus_is_attracting_for_the_methods_that_look_ahead(h):
    # lambda = -0.01 + i: descent leaves, extragradient, optimistic descent and the proximal point come in
    game = dg.games.scalar_quadratic(monotonicity=-0.01, coupling=1.0)
    assert dg.predict_rate(game, dg.methods.SimultaneousGDA(step=h)) > 1
    for kind in (dg.methods.ExtraGradient, dg.methods.OptimisticGDA, dg.methods.ProximalPoint):
        assert dg.predict_rate(game, kind(step=h)) < 1


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"curvature_x": 0.5}, "curvature_x"),
        ({"curvature_y": 0.0}, "curvature_y"),
        ({"coupling": 0.1}, "coupling"),
        ({"coupling": float("nan")}, "coupling"),
    ],
)
def test_what_is_no_such_point_is_refused(options, name):
    with pytest.raises(InvalidInput, match=f"^{name} must"):
        dg.games.minimax_not_nash(**options)


def test_a_potential_needs_a_maximum():
    with pytest.raises(InvalidInput, match=r"^curvature must be above 0"):
        dg.games.potential_maximum(curvature=-1.0)
