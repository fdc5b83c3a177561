"""The Dirac-GAN: eigenvalues of its flow, conserved quantities, and the multipliers of the methods."""

from __future__ import annotations

import cmath
import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad, solve_ivp

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.games import linearise

OBJECTIVES = {"gan": (dg.duals.JensenShannon(), 0.5), "wgan": (dg.duals.KantorovichRubinstein(), 1.0)}


def flow_eigenvalues(game):
    """Of the flow: simultaneous descent is 1 + eta times them, exactly, because it is linear in the step."""
    eta = 1e-3
    return (linearise(game, dg.methods.SimultaneousGDA(step=eta)).eigenvalues - 1) / eta


@pytest.mark.parametrize("name", OBJECTIVES)
@pytest.mark.parametrize("gamma", [0.0, 0.3, 1.5, 3.0])
def test_the_penalty_moves_the_eigenvalues_of_the_flow_as_the_formula_says(name, gamma):
    objective, slope = OBJECTIVES[name]
    found = flow_eigenvalues(dg.games.dirac_gan(objective, r1=gamma))
    root = cmath.sqrt(gamma**2 / 4 - slope**2)
    expected = np.array([-gamma / 2 + root, -gamma / 2 - root])
    distance = min(
        np.abs(np.sort_complex(found) - np.sort_complex(expected)).max(),
        np.abs(found - expected).max(),
        np.abs(found[::-1] - expected).max(),
    )
    assert distance < 1e-10  # 1e-16 over eta = 1e-3, times the condition of the eigenvalues


def test_without_penalty_the_non_saturating_gan_turns_as_fast_as_the_saturating_one():
    for saturating in (True, False):
        found = flow_eigenvalues(dg.games.dirac_gan(saturating=saturating))
        assert np.allclose(np.abs(found.imag), 0.5, atol=1e-10)
        assert np.allclose(found.real, 0, atol=1e-10)


@given(theta=st.floats(-2, 2), psi=st.floats(-2, 2))
def test_the_saturating_flow_conserves_the_norm_and_the_heuristic_one_shrinks_it(theta, psi):
    x, y = torch.tensor([theta], dtype=torch.float64), torch.tensor([psi], dtype=torch.float64)

    def growth(game):
        grad_x, grad_y = game.field(x, y)
        return float(-(x * grad_x + y * grad_y).sum())  # d/dt (theta^2 + psi^2) / 2

    assert abs(growth(dg.games.dirac_gan())) < 1e-15
    # NS: d(r^2/2)/dt = -theta psi tanh(theta psi / 2) <= 0
    expected = -theta * psi * math.tanh(theta * psi / 2)
    assert abs(growth(dg.games.dirac_gan(saturating=False)) - expected) < 1e-14


@given(h=st.floats(0.05, 1.9))
def test_simultaneous_descent_leaves_and_alternating_stays(h):
    game = dg.games.dirac_gan()
    assert abs(dg.predict_rate(game, dg.methods.SimultaneousGDA(step=h)) - math.sqrt(1 + h * h / 4)) < 1e-12
    assert abs(dg.predict_rate(game, dg.methods.AlternatingGDA(step=h)) - 1) < 1e-12


def test_the_non_saturating_flow_converges_and_no_faster_than_the_root_of_time():
    # d(r^2)/dt = -2 theta psi tanh(theta psi / 2), whose mean over a turn is -r^4 / 8 near 0: 1/r^2 grows by t/8
    game = dg.games.dirac_gan(saturating=False)

    def field(_, z):
        pair = torch.as_tensor(z)
        return -torch.cat(game.field(pair[:1], pair[1:])).numpy()

    time = 8 * math.pi  # two turns
    path = solve_ivp(field, (0, time), [0.1, 0.0], method="DOP853", rtol=1e-9, atol=1e-12)
    radii = (path.y**2).sum(0)
    # r^2 = 0.01 bends the turn by about 1e-5 of its speed
    assert (1 / radii[-1] - 1 / radii[0]) / time == pytest.approx(1 / 8, abs=1e-4)


@given(steps_x=st.integers(1, 3), steps_y=st.integers(1, 3), h_x=st.floats(0.05, 1.5), h_y=st.floats(0.05, 1.5))
@pytest.mark.parametrize("name", OBJECTIVES)
def test_alternating_updates_multiply_by_the_known_factor(name, steps_x, steps_y, h_x, h_y):
    objective, slope = OBJECTIVES[name]
    alpha = slope * math.sqrt(steps_x * steps_y * h_x * h_y)
    method = dg.methods.AlternatingGDA(step_x=h_x, step_y=h_y, steps_x=steps_x, steps_y=steps_y)
    found = linearise(dg.games.dirac_gan(objective), method)
    assert found.eigenvalues.sum() == pytest.approx(2 - alpha**2, rel=1e-12, abs=1e-12)
    assert np.prod(found.eigenvalues) == pytest.approx(1, rel=1e-9)
    if abs(alpha - 2) > 1e-3:
        # a double eigenvalue at alpha = 2 is known to the root of rounding
        half = 1 - alpha**2 / 2
        expected = max(abs(half + sign * cmath.sqrt(half**2 - 1)) for sign in (1, -1))
        assert found.spectral_radius == pytest.approx(expected, abs=1e-9)
        assert (found.spectral_radius > 1 + 1e-9) == (alpha > 2)


@given(s=st.floats(0.1, 1.9))
def test_instance_noise_moves_the_eigenvalues_as_the_formula_says(s):
    bend = -(s**2) / 4
    root = cmath.sqrt(bend**2 - 1 / 4)
    found = flow_eigenvalues(dg.games.dirac_gan(noise=s))
    assert np.sort(found.real) == pytest.approx(sorted([(bend + root).real, (bend - root).real]), abs=1e-7)
    assert np.sort(found.imag) == pytest.approx(sorted([(bend + root).imag, (bend - root).imag]), abs=1e-7)


@pytest.mark.parametrize("name", OBJECTIVES)
@given(gamma=st.floats(0, 3))
def test_consensus_optimisation_moves_the_eigenvalues_as_the_formula_says(name, gamma):
    objective, slope = OBJECTIVES[name]
    eta = 1e-3
    method = dg.methods.ConsensusOptimization(step=eta, weight=gamma)
    found = (linearise(dg.games.dirac_gan(objective), method).eigenvalues - 1) / eta
    assert np.allclose(found.real, -gamma * slope**2, atol=1e-10)
    assert np.allclose(np.sort(found.imag), [-slope, slope], atol=1e-10)


@pytest.mark.parametrize(("name", "critical"), [("gan", 1.0), ("wgan", 2.0)])
def test_the_critical_penalty_is_defective(name, critical):
    for gamma, expected in ((critical, True), (0.9 * critical, False)):
        game = dg.games.dirac_gan(OBJECTIVES[name][0], r1=gamma)
        assert linearise(game, dg.methods.SimultaneousGDA(step=0.1)).defective == expected


@pytest.mark.parametrize("kind", [dg.methods.SimultaneousGDA, dg.methods.AlternatingGDA])
def test_a_gradient_penalty_with_a_target_never_settles(kind):
    game = dg.games.dirac_gan(OBJECTIVES["wgan"][0], gradient_penalty=1.0, target=0.3)
    starts = np.random.default_rng(0).uniform(-1, 1, (2, 20, 1))
    run = dg.simulate(game, kind(step=0.05), start=(starts[0], starts[1]), steps=1500)
    late = np.concatenate([run.x, run.y], -1)[-500:]
    assert run.status is dg.games.Status.BUDGET
    assert (np.ptp(late, axis=0).max(-1) > 0.05).all()
    assert game.equilibrium is None
    # the target 0 is a penalty like R1, and settles
    settled = dg.simulate(
        dg.games.dirac_gan(OBJECTIVES["wgan"][0], gradient_penalty=1.0, target=0.0),
        kind(step=0.05),
        start=(starts[0], starts[1]),
        steps=1500,
    )
    assert np.abs(settled.x[-1]).max() < 1e-6


def test_a_clipped_weight_stays_in_its_box_and_does_not_settle():
    game = dg.games.dirac_gan(OBJECTIVES["wgan"][0], clip=0.2)
    run = dg.simulate(game, dg.methods.AlternatingGDA(step=0.1), start=(np.ones(1), np.full(1, 0.1)), steps=1000)
    assert np.abs(run.y).max() <= 0.2
    assert np.ptp(run.x[-500:]) > 0.2


def test_without_noise_a_gan_is_the_plain_one_and_the_wgan_does_not_notice_it():
    x, y = torch.tensor([[0.3], [-1.0]], dtype=torch.float64), torch.tensor([[0.7], [0.4]], dtype=torch.float64)
    for objective, noise in ((OBJECTIVES["gan"][0], 0.0), (OBJECTIVES["wgan"][0], 0.8)):
        plain, noisy = dg.games.dirac_gan(objective), dg.games.dirac_gan(objective, noise=noise)
        for one, other in zip(plain.field(x, y), noisy.field(x, y), strict=True):
            assert torch.allclose(one, other, rtol=1e-13)


@given(theta=st.floats(-2, 2), psi=st.floats(-2, 2), s=st.floats(0.1, 1.0))
def test_noise_is_averaged_as_by_an_adaptive_rule(theta, psi, s):
    game = dg.games.dirac_gan(noise=s)
    x, y = (torch.tensor([value], dtype=torch.float64) for value in (theta, psi))
    density = lambda z: math.exp(-z * z / 2) / math.sqrt(2 * math.pi)  # noqa: E731
    fake = lambda z: -np.logaddexp(0, psi * (theta + s * z)) * density(z)  # noqa: E731
    # 32 nodes on a slope of at most 2: the logistic function's poles are at a distance pi / 2
    assert float(game.loss_x(x, y, None)) == pytest.approx(quad(fake, -12, 12, epsabs=1e-12)[0], abs=1e-7)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ({"r1": -1.0}, "r1"),
        ({"r1": float("nan")}, "r1"),
        ({"r1": "a"}, "r1"),
        ({"objective": "js"}, "objective"),
        ({"saturating": 1}, "saturating"),
        ({"gradient_penalty": -1.0}, "gradient_penalty"),
        ({"target": float("inf")}, "target"),
        ({"noise": -0.1}, "noise"),
        ({"clip": 0.0}, "clip"),
    ],
)
def test_bad_input_is_named(arguments, name):
    with pytest.raises(InvalidInput, match=f"^{name} must"):
        dg.games.dirac_gan(**arguments)
