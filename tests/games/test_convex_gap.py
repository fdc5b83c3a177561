"""Gaps from inner solves: certified by tangents, tight, and refused where the payoff is not convex-concave."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

import dualgap as dg
from dualgap.bracket import Guarantee
from dualgap.errors import CertificateError, InvalidInput
from dualgap.games import Ball, Box, Constants, FreeSpace, Simplex

SEEDS = st.integers(0, 10**6)


class Curved(dg.games.ZeroSum):
    """log sum exp(x) + x'Ay - (y⁴ + mu y²)/2 sum + mu |x|²/2: convex-concave, mu strongly so."""

    def __init__(self, a, set_x, set_y, modulus):
        self.a, self.sets, self.modulus = torch.as_tensor(a), (set_x, set_y), modulus
        self.sizes = tuple(self.a.shape)
        self.constants = Constants(lipschitz=None, monotonicity=modulus)

    def payoff(self, x, y, sample):
        own = torch.logsumexp(x, -1) + self.modulus / 2 * (x**2).sum(-1)
        return own + (x @ self.a * y).sum(-1) - (y**4).sum(-1) / 4 - self.modulus / 2 * (y**2).sum(-1)


def reference(game, x, y):
    """Both best replies by scipy's SLSQP, constraints and all."""

    def solve(loss, start, one):
        constraints, bounds = [], None
        if isinstance(one, Simplex):
            constraints, bounds = [{"type": "eq", "fun": lambda z: z.sum() - 1}], [(0, 1)] * len(start)
        if isinstance(one, Ball):
            constraints = [{"type": "ineq", "fun": lambda z: one.radius**2 - z @ z}]
        if isinstance(one, Box):
            bounds = [(one.low, one.high)] * len(start)
        found = minimize(
            loss, start, method="SLSQP", bounds=bounds, constraints=constraints, options={"maxiter": 500, "ftol": 1e-13}
        )
        return found.fun

    def value(x, y):
        return float(game.payoff(torch.as_tensor(x), torch.as_tensor(y), None))

    return -solve(lambda z: -value(x, z), y, game.sets[1]) - solve(lambda z: value(z, y), x, game.sets[0])


SETS = {
    "simplex and ball": (Simplex(), Ball(1.5), 0.0),
    "ball and box": (Ball(0.7), Box(-1.0, 0.5), 0.0),
    "box and simplex": (Box(0.0, 2.0), Simplex(), 0.3),
    "free": (FreeSpace(), FreeSpace(), 0.5),
    "free and box": (FreeSpace(), Box(-1.0, 1.0), 0.5),
}


@pytest.mark.parametrize("name", SETS)
@given(seed=SEEDS)
@settings(max_examples=3)
def test_the_bounds_hold_the_gap_of_another_solver_and_are_tight(name, seed):
    rng = np.random.default_rng(seed)
    set_x, set_y, modulus = SETS[name]
    game = Curved(rng.normal(size=(4, 3)), set_x, set_y, modulus)
    x, y = (one.project(torch.as_tensor(rng.normal(size=k))).numpy() for one, k in zip(game.sets, (4, 3), strict=True))
    gap = dg.duality_gap(game, x, y)
    assert gap.guarantee is Guarantee.CERTIFIED
    # SLSQP with differences ends within 1e-7 of the optimum, or outside of the set by 1e-9
    assert gap.lower - 1e-6 <= reference(game, x, y) <= gap.upper + 1e-8
    assert gap.gap < 1e-6 * (1 + gap.value)
    assert gap.value == gap.lower
    gap.certificate.check()


def test_an_early_stop_widens_the_bounds_and_never_breaks_them():
    rng = np.random.default_rng(0)
    game = Curved(rng.normal(size=(4, 3)), Ball(2.0), Ball(2.0), 0.0)
    x, y = np.full(4, 0.3), np.full(3, -0.4)
    widths = []
    best = dg.duality_gap(game, x, y, inner_steps=300)
    for steps in (1, 3, 10, 300):
        gap = dg.duality_gap(game, x, y, inner_steps=steps)
        assert gap.lower <= best.upper
        assert best.lower <= gap.upper
        widths.append(gap.gap)
    assert widths[0] > 1e-3 > widths[-1]


def test_robust_regression_has_the_gap_of_its_quadratic_form():
    design, target = np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 3.0]]), np.array([0.0, 1.0, 2.0])
    game = dg.games.robust_regression(design, target, penalty=3.0)
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=2), rng.normal(size=3)
    residual = design @ x
    # y answers by (lambda b - A x) / (lambda - 1)
    reply_y = (3.0 * target - residual) / 2.0
    reply_x = np.linalg.lstsq(design, y, rcond=None)[0]

    def value(x, y):
        return ((design @ x - y) ** 2).sum() / 2 - 1.5 * ((y - target) ** 2).sum()

    gap = dg.duality_gap(game, x, y)
    assert gap.value == pytest.approx(value(x, reply_y) - value(reply_x, y), rel=1e-12)
    assert gap.contains(value(x, reply_y) - value(reply_x, y))
    assert dg.duality_gap(game, *game.equilibrium).upper < 1e-12


def test_a_user_declares_convexity_of_a_payoff():
    game = dg.games.Payoff(lambda x, y: (x**2 + x * y - y**2).sum(-1), sizes=(1, 1))
    with pytest.raises(InvalidInput, match=r"does not declare it; if it is, pass constants="):
        dg.duality_gap(game, 1.0, 1.0)
    # x² + xy - y²: replies y' = x/2 and x' = -y/2
    found = dg.duality_gap(game, 1.0, 1.0, constants=Constants(lipschitz=None, monotonicity=2.0))
    assert found.contains(1.25 - -1.25)
    assert found.gap < 1e-12
    # convex-concave without a modulus on free sets, replies that are not exact: nothing bounds the gain
    bowl = dg.games.Payoff(lambda x, y: (torch.cosh(x) + x * y / 3 - torch.cosh(y)).sum(-1), sizes=(1, 1))
    weaker = dg.duality_gap(bowl, 1.0, 1.0, constants=Constants(lipschitz=None, monotonicity=0.0))
    assert weaker.upper == math.inf
    assert weaker.lower > 0.1
    assert "not declared strongly convex-concave" in weaker.reason


def test_a_declaration_that_the_payoff_contradicts_is_refused():
    game = dg.games.Payoff(lambda x, y: (x**2 + x * y + y**2 / 2).sum(-1), sizes=(1, 1))
    with pytest.raises(InvalidInput, match=r"Payoff is not, though it is declared to be: the loss of y has"):
        dg.duality_gap(game, 1.0, 1.0, constants=Constants(lipschitz=None, monotonicity=0.0), inner_steps=3)


@pytest.mark.parametrize("game", [dg.games.forsaken(), dg.games.dirac_gan(), dg.games.minimax_not_nash()])
def test_what_is_not_convex_concave_is_refused_with_what_is_offered_instead(game):
    with pytest.raises(InvalidInput, match=r"dg.games.natural_residual\(game, x, y\) .* dg.classify\(game, x, y\)"):
        dg.duality_gap(game, 0.5, 0.5)


def test_evidence_that_does_not_prove_the_claim_is_refused():
    game = Curved(np.eye(2), Ball(1.0), Ball(1.0), 0.0)
    proof = dg.duality_gap(game, [0.5, 0.0], [0.0, 0.5], inner_steps=100).certificate
    for change in (
        {"upper": proof.lower / 2, "lower": 0.0},
        {"lower": proof.upper * 2, "upper": proof.upper * 2},
        {"reply_x": np.array([2.0, 0.0])},
        {"reply_x": -proof.reply_x},
        {"modulus": -1.0},
        {"x": np.array([1.0])},
    ):
        with pytest.raises(CertificateError):
            dataclasses.replace(proof, **change).check()
