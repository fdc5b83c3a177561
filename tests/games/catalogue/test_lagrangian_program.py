"""A quadratic programme: the saddle point of the Lagrangian is the solution with its multipliers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

import dualgap as dg
from dualgap.errors import InvalidInput

POINT = ([[1.0, 0.0], [0.0, 1.0]], [0.0, 0.0], [[1.0, 1.0]], [1.0])


@given(st.integers(0, 10**6))
def test_the_equilibrium_is_the_solution_of_a_solver_for_programmes(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 5))
    m = int(rng.integers(1, n))
    root = rng.normal(size=(n, n))
    p, c, a, b = root @ root.T + 0.5 * np.eye(n), rng.normal(size=n), rng.normal(size=(m, n)), rng.normal(size=m)
    p = (p + p.T) / 2
    game = dg.games.lagrangian_program(p, c, a, b)
    x, y = (part.numpy() for part in game.equilibrium)
    solved = minimize(
        lambda z: z @ p @ z / 2 + c @ z,
        np.zeros(n),
        jac=lambda z: p @ z + c,
        constraints={"type": "eq", "fun": lambda z: a @ z - b, "jac": lambda z: a},
        method="SLSQP",
        options={"ftol": 1e-14, "maxiter": 200},
    )
    # SLSQP stops on the value, which knows the point to the root of its tolerance
    assert np.allclose(x, solved.x, atol=1e-5 * (1 + np.abs(x).max()))
    assert np.allclose(a @ x, b, atol=1e-9)
    assert np.allclose(p @ x + c + a.T @ y, 0, atol=1e-9 * (1 + np.abs(y).max()))


def test_the_multiplier_is_the_price_of_the_constraint():
    values = []
    for b in (1.0, 1.0 + 1e-6):
        game = dg.games.lagrangian_program(*POINT[:3], [b])
        x, _ = game.equilibrium
        values.append(float((x**2).sum() / 2))
    multiplier = float(dg.games.lagrangian_program(*POINT).equilibrium[1])
    assert (values[1] - values[0]) / 1e-6 == pytest.approx(-multiplier, abs=1e-6)  # the second difference


def test_extragradient_solves_the_programme():
    game = dg.games.examples()["lagrangian-program"].make()
    run = dg.simulate(game, dg.methods.ExtraGradient(step=0.25), start=([0.0] * 3, [0.0]), steps=2000)
    assert np.allclose(run.x[-1], game.equilibrium[0], atol=1e-8)


@pytest.mark.parametrize(
    ("place", "value", "name"),
    [
        (0, [[1.0, 2.0], [0.0, 1.0]], "p"),
        (0, [[-1.0, 0.0], [0.0, 1.0]], "p"),
        (0, [[1.0]], "p"),
        (1, [0.0], "c"),
        (2, [1.0, 1.0], "a"),
        (2, [[0.0, 0.0]], "a"),
        (3, [1.0, 2.0], "b"),
        (3, [float("inf")], "b"),
    ],
)
def test_bad_input_is_named(place, value, name):
    arguments = list(POINT)
    arguments[place] = value
    with pytest.raises(InvalidInput, match=f"^{name} must"):
        dg.games.lagrangian_program(*arguments)
