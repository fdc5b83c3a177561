"""Measured rates: the modulus of the leading eigenvalue, whatever part of a rotation the path ends on."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import block_diag

import dualgap as dg
from dualgap.bracket import Guarantee
from dualgap.errors import InvalidInput
from dualgap.games.rates import fitted_rate

ALONE = np.array(-1)


def powers(matrix, start, steps):
    path = [np.asarray(start, dtype=float)]
    for _ in range(steps):
        path.append(matrix @ path[-1])
    return np.array(path)


@given(st.floats(0.3, 1.2), st.floats(0.05, 3.0), st.integers(25, 60))
def test_a_complex_pair_gives_its_modulus_at_any_length(modulus, angle, steps):
    turn = modulus * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    shear = np.array([[1.0, 0.7], [0.0, 0.4]])  # not normal: |u_t| oscillates, a line through log |u_t| would be wrong
    path = powers(shear @ turn @ np.linalg.inv(shear), [1.0, -0.5], steps)
    measured = fitted_rate(path, np.arange(steps + 1), ALONE)
    # the two columns of the fit are nearly parallel at small angles: rounding is amplified by 1 / angle^2 <= 400
    assert abs(measured.value - modulus) < 1e-11
    assert measured.guarantee is Guarantee.NONE
    assert measured.method == "recurrence"


@given(st.floats(-1.1, 1.1).filter(lambda value: abs(value) > 0.2))
def test_one_real_mode_gives_its_modulus(eigenvalue):
    path = (eigenvalue ** np.arange(40))[:, None] * [[1.0, 2.0, -1.0]]
    assert abs(fitted_rate(path, np.arange(40), ALONE).value - abs(eigenvalue)) < 1e-12


def test_the_larger_of_two_real_modes_wins():
    path = powers(np.diag([0.9, 0.6]), [1.0, 1.0], 40)
    assert abs(fitted_rate(path, np.arange(41), ALONE).value - 0.9) < 1e-10


def test_records_every_tenth_step_give_the_rate_of_one_step():
    path = powers(np.array([[0.0, -0.95], [0.95, 0.0]]), [1.0, 0.0], 405)
    kept = [*range(0, 401, 10), 405]
    assert abs(fitted_rate(path[kept], np.array(kept), ALONE).value - 0.95) < 1e-12


def test_each_copy_has_its_own_rate_and_a_diverged_copy_is_measured_before_it_did():
    steps = np.arange(41)
    path = np.stack([0.9**steps, 1.5**steps], axis=1)[:, :, None]
    path[30:, 1] = path[29, 1]
    measured = fitted_rate(path, steps, np.array([-1, 30]))
    assert np.allclose(measured.value, [0.9, 1.5], rtol=1e-12)


def test_a_path_that_obeys_no_recurrence_is_measured_by_its_growth():
    noise = 1 + 0.01 * np.random.default_rng(0).normal(size=(200, 1))
    measured = fitted_rate(0.95 ** np.arange(200)[:, None] * noise, np.arange(200), ALONE)
    assert measured.method == "growth"
    # a line through 100 logarithms with errors of 0.01 has a slope with error 0.01 * sqrt(12 / 100^3) = 3.5e-5
    assert abs(measured.value - 0.95) < 2e-4
    assert "obeys a linear recurrence up to" in measured.reason


def test_a_sublinear_path_has_a_rate_just_below_one():
    measured = fitted_rate(1 / (1 + np.arange(200.0))[:, None], np.arange(200), ALONE)
    # the slope of -log(1 + t) over the second half
    assert np.exp(-1 / 100) < measured.value < 1


def test_a_spiral_far_from_the_equilibrium_is_measured_by_its_growth():
    game, method = dg.games.dirac_gan(), dg.methods.SimultaneousGDA(step=0.1)
    run = dg.simulate(game, method, start=(1.0, 0.5), steps=200)
    radius = torch.hypot(run.x[:, 0], run.y[:, 0]).numpy()
    grown = (radius[-1] / radius[100]) ** (1 / 100)
    assert abs(run.measured_rate().value - grown) < 2e-3


def test_arriving_exactly_has_the_rate_zero():
    path = np.zeros((20, 2))
    path[:3] = [[1.0, 1.0], [0.5, 0.0], [0.1, 0.0]]
    assert fitted_rate(path, np.arange(20), ALONE).value == 0


def test_a_path_that_ends_in_rounding_is_measured_before_it_does():
    path = 0.7 ** np.arange(200)[:, None] + 1e-16 * np.random.default_rng(0).normal(size=(200, 1))
    assert abs(fitted_rate(path, np.arange(200), ALONE, rounding=1e-16).value - 0.7) < 1e-6
    assert abs(fitted_rate(path, np.arange(200), ALONE).value - 0.7) > 0.1


def test_too_short_a_path_is_refused():
    with pytest.raises(InvalidInput, match="at least 12 equally spaced records"):
        fitted_rate(np.ones((5, 2)), np.arange(5), ALONE)


@given(st.integers(0, 10**6))
def test_many_modes_of_nearly_one_modulus_are_told_apart(seed):
    # ten modes between 0.9 and 0.99: a line through the norm would be off by 1e-2, power iteration by 1e-3
    rng = np.random.default_rng(seed)
    moduli = np.sort(rng.uniform(0.9, 0.98, 5))
    moduli[-1] = 0.99
    turns = [
        modulus * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        for modulus, angle in zip(moduli, np.linspace(0.2, 2.8, 5), strict=True)
    ]
    mixed = rng.normal(size=(10, 10)) + 4 * np.eye(10)
    path = powers(mixed @ block_diag(*turns) @ np.linalg.inv(mixed), rng.normal(size=10), 200)
    assert abs(fitted_rate(path, np.arange(201), ALONE).value - 0.99) < 1e-8


def test_modes_of_a_memory_that_is_not_recorded_are_found():
    # a scalar with three modes, of which only the sum is seen
    times = np.arange(80)
    path = (0.9**times + 0.7 * (-0.8) ** times + 0.5 * 0.85**times)[:, None]
    assert abs(fitted_rate(path, times, ALONE).value - 0.9) < 1e-9


def test_a_path_that_leaves_a_curved_equilibrium_is_measured_where_it_is_still_near():
    # u' = 1.1 u - u³ ends at the root of 0.1
    path = [1e-6]
    for _ in range(300):
        path.append(1.1 * path[-1] - path[-1] ** 3)
    assert abs(fitted_rate(np.array(path)[:, None], np.arange(301), ALONE).value - 1.1) < 1e-6


def test_the_harmonics_of_a_curved_field_are_not_taken_for_modes():
    # u' = 0.9 u + u²: the modes are 0.9, 0.81, ...
    path = [1e-2]
    for _ in range(100):
        path.append(0.9 * path[-1] + path[-1] ** 2)
    assert abs(fitted_rate(np.array(path)[:, None], np.arange(101), ALONE).value - 0.9) < 1e-7


def test_a_start_within_rounding_of_the_equilibrium_is_refused_with_the_remedy():
    path = 1e-12 * 0.9 ** np.arange(50)[:, None]
    with pytest.raises(InvalidInput, match="start further from it"):
        fitted_rate(path, np.arange(50), ALONE, rounding=1e-16)
