"""The Dirac-GAN: eigenvalues of its flow, conserved quantities, and the multipliers of the methods."""

from __future__ import annotations

import cmath
import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

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


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ({"r1": -1.0}, "r1"),
        ({"r1": float("nan")}, "r1"),
        ({"r1": "a"}, "r1"),
        ({"objective": "js"}, "objective"),
        ({"saturating": 1}, "saturating"),
    ],
)
def test_bad_input_is_named(arguments, name):
    with pytest.raises(InvalidInput, match=f"^{name} must"):
        dg.games.dirac_gan(**arguments)
