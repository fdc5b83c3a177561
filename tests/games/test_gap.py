"""The duality gap: exact where best replies are known, infinite with a reason, refused elsewhere."""

from __future__ import annotations

import dataclasses
import math
from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

import dualgap as dg
from dualgap.bracket import Guarantee
from dualgap.errors import CertificateError, InvalidInput
from dualgap.games import value_bounds

SEEDS = st.integers(0, 10**6)


PENNIES = dg.games.matrix_game([[1.0, -1.0], [-1.0, 1.0]])


@given(SEEDS)
def test_on_a_matrix_game_it_is_what_the_best_pure_replies_gain(seed):
    rng = np.random.default_rng(seed)
    n, m = rng.integers(1, 6, 2)
    a, x, y = rng.normal(size=(n, m)), rng.dirichlet(np.ones(n)), rng.dirichlet(np.ones(m))
    game = dg.games.matrix_game(a)
    gap = dg.duality_gap(game, x, y)
    assert gap.value == pytest.approx(max(x @ a) - min(a @ y), abs=1e-14)  # numpy's products round
    assert gap.guarantee is Guarantee.EXACT
    assert gap.gap < 1e-13
    gap.certificate.check()
    # the equilibrium by linear programming has no gap, up to the program's tolerance
    assert dg.duality_gap(game, *game.equilibrium).upper < 1e-7


@given(SEEDS)
def test_on_balls_it_is_the_radius_times_the_norms_of_the_field(seed):
    rng = np.random.default_rng(seed)
    a, radius = rng.normal(size=(2, 3)), 2.0
    game = dg.games.bilinear(a, set_x=dg.games.Ball(radius), set_y=dg.games.Ball(radius))
    x, y = rng.uniform(-1, 1, 2), rng.uniform(-1, 1, 3)
    expected = radius * (np.linalg.norm(a.T @ x) + np.linalg.norm(a @ y))
    assert dg.duality_gap(game, x, y).value == pytest.approx(expected, rel=1e-13)


def test_on_boxes_it_is_the_best_corner():
    a = np.array([[1.0, -2.0], [0.5, 3.0]])
    game = dg.games.bilinear(a, set_x=dg.games.Box(-1, 1), set_y=dg.games.Box(0, 2))
    x, y = np.array([0.3, -0.7]), np.array([1.5, 0.2])
    corners = [np.array([i, j]) for i in (0, 1) for j in (0, 1)]
    expected = max(x @ a @ (2 * c) for c in corners) - min((2 * c - 1) @ a @ y for c in corners)
    assert dg.duality_gap(game, x, y).value == pytest.approx(expected, rel=1e-14)


@given(SEEDS)
def test_on_a_strongly_convex_quadratic_it_is_what_numerical_best_replies_gain(seed):
    rng = np.random.default_rng(seed)
    root_p, root_q, a = rng.normal(size=(2, 2)), rng.normal(size=(3, 3)), rng.normal(size=(2, 3))
    p, q = root_p @ root_p.T + np.eye(2) / 2, root_q @ root_q.T + np.eye(3) / 2
    x, y = rng.normal(size=2), rng.normal(size=3)

    def f(x, y):
        return x @ p @ x / 2 + x @ a @ y - y @ q @ y / 2

    above = -minimize(lambda z: -f(x, z), np.zeros(3), method="BFGS", options={"gtol": 1e-9}).fun
    below = minimize(lambda z: f(z, y), np.zeros(2), method="BFGS", options={"gtol": 1e-9}).fun
    gap = dg.duality_gap(dg.games.quadratic((p + p.T) / 2, a, (q + q.T) / 2), x, y)
    assert gap.value == pytest.approx(above - below, rel=1e-6)  # BFGS ends within 1e-9 of a zero gradient
    gap.certificate.check()


def test_flat_directions_are_infinite_when_the_payoff_has_a_slope_there_and_harmless_when_not():
    game = dg.games.quadratic([[1.0]], [[1.0, 0.0]], [[0.0, 0.0], [0.0, 1.0]])
    infinite = dg.duality_gap(game, [1.0], [0.0, 0.0])
    assert infinite.value == infinite.lower == math.inf
    assert infinite.reason == "infinite because y gains without bound in a direction in which its payoff is flat"
    infinite.certificate.check()
    assert dg.duality_gap(game, [0.0], [0.0, 2.0]).value == pytest.approx(2.0)


def test_an_unrestricted_bilinear_game_has_an_infinite_gap_everywhere_but_at_the_equilibrium():
    xy = dg.games.bilinear([[1.0]])
    for point, who in (([1.0], [0.0]), "y"), (([0.0], [1.0]), "x"):
        gap = dg.duality_gap(xy, *point)
        assert gap.value == math.inf
        assert f"infinite because {who} gains without bound" in gap.reason
    assert dg.duality_gap(xy, [0.0], [0.0]).value == 0


@pytest.mark.parametrize(("n", "m", "steps"), [(1, 3, 50), (20, 15, 200), (200, 50, 60), (200, 200, 60)])
def test_the_gap_of_the_averaged_extragradient_stays_below_its_bound_and_holds_the_value(n, m, steps):
    a = np.random.default_rng(n + m).normal(size=(n, m))
    game = dg.games.matrix_game(a)
    eta = 1 / np.linalg.norm(a, 2)
    x, y = np.full(n, 1 / n), np.full(m, 1 / m)
    run = dg.simulate(game, dg.methods.ExtraGradient(step=eta), start=(x, y), steps=steps)
    # the theorem averages the points that the method looks ahead to
    ahead_x = game.project_x(torch.as_tensor(run.x - eta * run.y @ a.T))[:-1].mean(0)
    ahead_y = game.project_y(torch.as_tensor(run.y + eta * run.x @ a))[:-1].mean(0)
    # the corners are the strategies farthest from the uniform ones
    farthest = (1 - 1 / n) + (1 - 1 / m)
    gap = dg.duality_gap(game, ahead_x, ahead_y)
    assert gap.guarantee is Guarantee.EXACT
    assert gap.upper <= farthest / (2 * eta * steps)
    sides = value_bounds(game, ahead_x, ahead_y)
    assert sides.gap == pytest.approx(gap.value, rel=1e-9)
    # the linear program is solved to 1e-9 of the entries
    assert sides.lower - 1e-8 <= game.value <= sides.upper + 1e-8
    sides.certificate.check()


@given(SEEDS)
def test_the_value_lies_between_what_any_pair_guarantees(seed):
    rng = np.random.default_rng(seed)
    game = dg.games.matrix_game(rng.normal(size=(3, 4)))
    x, y = rng.dirichlet(np.ones(3)), rng.dirichlet(np.ones(4))
    sides = value_bounds(game, x, y)
    assert sides.lower == pytest.approx(float((game.matrix.numpy() @ y).min()), abs=1e-14)
    assert sides.upper == pytest.approx(float((x @ game.matrix.numpy()).max()), abs=1e-14)
    assert sides.lower - 1e-8 <= game.value <= sides.upper + 1e-8
    with pytest.raises(CertificateError):
        dataclasses.replace(sides.certificate, upper=sides.lower - 1).check()


def test_an_unbounded_side_of_the_value_is_infinite_with_the_reason():
    sides = value_bounds(dg.games.bilinear([[1.0]]), 1.0, 0.0)
    assert (sides.lower, sides.upper) == (0.0, math.inf)
    assert "a side is infinite because y gains without bound" in sides.reason


def test_what_rounding_hides_is_decided_exactly():
    def gap(p, a, q, x, y):
        return dg.duality_gap(dg.games.quadratic(p, a, q), x, y)

    tiny = gap([[1.0]], [[0.0, 1.0]], [[1.0, 0.0], [0.0, 1e-13]], [1.0], [0.0, 0.0])
    assert tiny.value == pytest.approx(0.5 + 0.5e13, rel=1e-13)
    hidden = gap([[1.0]], [[1.0, 5e-13]], [[1.0, 0.0], [0.0, 1e-25]], [1.0], [0.0, 0.0])
    assert hidden.value == pytest.approx(0.5 * (1 + 1 + 2.5), rel=1e-12)
    with pytest.raises(InvalidInput, match=r"^game must be convex-concave, and q is not positive semi-definite"):
        gap([[1.0]], [[1.0]], [[-1e-13]], [0.0], [0.0])
    a = np.array([0.1, 0.2, -0.3])
    pull = sum((Fraction(value) for value in a), Fraction(0))
    small = gap(np.zeros((3, 3)), a[:, None], [[1.0]], [1.0, 1.0, 1.0], [0.0])
    assert small.lower <= float(pull**2 / 2) <= small.upper
    assert small.lower > 0
    cancelling = dg.games.bilinear(np.array([[1e16], [1.0], [-1e16]]))
    assert dg.duality_gap(cancelling, [1.0, 1.0, 1.0], [0.0]).value == math.inf


def test_a_certificate_refuses_strategies_outside_their_sets_and_of_other_lengths():
    proof = dg.duality_gap(PENNIES, [0.75, 0.25], [0.5, 0.5]).certificate
    for change in (
        {"y": np.array([-50.0, -50.0])},
        {"x": np.array([1.0])},
        {"x": np.array([np.nan, 1.0])},
        {"matrix": np.ones((3, 2))},
    ):
        with pytest.raises(CertificateError):
            dataclasses.replace(proof, **change).check()


def test_a_claim_below_the_gap_is_found():
    proof = dg.duality_gap(dg.games.matrix_game([[1.0, -1.0], [-1.0, 1.0]]), [0.75, 0.25], [0.5, 0.5]).certificate
    with pytest.raises(CertificateError):
        dataclasses.replace(proof, upper=0.4).check()
    proof.x[:] = [1.0, 0.0]
    with pytest.raises(CertificateError):
        proof.check()


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ((PENNIES, [0.6, 0.6], [0.5, 0.5]), "x"),
        ((PENNIES, [0.5, 0.5], [1.5, -0.5]), "y"),
        ((PENNIES, [1.0], [0.5, 0.5]), "x"),
        ((PENNIES, [0.5, float("nan")], [0.5, 0.5]), "x"),
        ((PENNIES, "a", [0.5, 0.5]), "x"),
        (("pennies", [1.0], [1.0]), "game"),
        ((dg.games.dirac_gan(), [1.0], [1.0]), "game"),
        ((dg.games.quadratic([[-1.0]], [[1.0]], [[1.0]]), [1.0], [1.0]), "game"),
    ],
)
def test_bad_input_is_named(arguments, name):
    with pytest.raises(InvalidInput, match=f"^{name} must"):
        dg.duality_gap(*arguments)
