"""Classification by eigenvalues: what the theory says of each kind of point, and undecided where it says nothing."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.games import Ball, Box, linearise

M = dg.methods
SEEDS = st.integers(0, 10**6)
BELOW_ZERO = st.floats(-2.0, -0.1)


def scalar(p, b, c):
    """f = p x²/2 + b x y + c y²/2."""
    return dg.games.quadratic([[p]], [[b]], [[-c]])


def test_a_stable_point_that_is_minimax_and_not_nash():
    found = dg.classify(scalar(-0.25, 0.6, -1.0), 0.0, 0.0)
    assert (found.stable, found.nash, found.strict_nash, found.minimax) == (True, False, False, True)
    assert np.allclose(sorted(one.value.real for one in found.eigenvalues), [0.2, 0.55], atol=1e-12)
    assert found.schur == pytest.approx([-0.25 + 0.36])


@given(BELOW_ZERO, BELOW_ZERO, st.floats(1.1, 3.0), st.floats(0.2, 5.0))
def test_two_time_scales_attract_a_minimax_point_exactly_above_the_ratio_of_curvatures(p, c, factor, ratio):
    game = scalar(p, math.sqrt(p * c * factor), c)  # b² > pc
    for tau in (p / c * ratio * 1.001, p / c / 1.001):
        expected = tau > p / c
        found = dg.classify(game, 0.0, 0.0, time_scale=tau)
        assert found.minimax
        assert found.nash is False
        assert found.stable is expected
        # small steps follow the flow
        size = 1e-3 / (1 + tau)
        slow = dg.classify(game, 0.0, 0.0, method=M.SimultaneousGDA(step_x=size, step_y=tau * size))
        if abs(tau * c / p - 1) > 0.1:  # further from the edge than the step bends the spectrum
            assert slow.stable_for_method is expected


@given(BELOW_ZERO, BELOW_ZERO, st.floats(1.1, 3.0))
def test_with_growing_time_scale_the_eigenvalues_tend_to_the_schur_complement_and_tau_times_the_curvature(p, c, factor):
    b = math.sqrt(p * c * factor)
    tau = 1e6
    slow, fast = sorted(one.value.real for one in dg.classify(scalar(p, b, c), 0.0, 0.0, time_scale=tau).eigenvalues)
    # the next order is in 1 / tau, with a coefficient below 1e3 on these numbers
    assert abs(slow - (p - b * b / c)) < 1e-2
    assert abs(fast / (-tau * c) - 1) < 1e-2


@given(SEEDS)
def test_strict_nash_equilibria_are_stable(seed):
    rng = np.random.default_rng(seed)
    n, m = rng.integers(1, 4, 2)
    roots = [rng.normal(size=(k, k)) for k in (n, m)]
    p, q = (root @ root.T + 0.05 * np.eye(len(root)) for root in roots)
    found = dg.classify(
        dg.games.quadratic((p + p.T) / 2, rng.normal(size=(n, m)), (q + q.T) / 2), np.zeros(n), np.zeros(m)
    )
    assert (found.strict_nash, found.nash, found.minimax, found.stable, found.isolated) == (True,) * 5


@given(SEEDS)
def test_verdicts_on_random_quadratics_are_those_of_their_blocks(seed):
    rng = np.random.default_rng(seed)
    p, q = rng.normal(size=(2, 2)), rng.normal(size=(2, 2))
    p, q, a = (p + p.T) / 2, (q + q.T) / 2, rng.normal(size=(2, 2))
    found = dg.classify(dg.games.quadratic(p, a, q), np.zeros(2), np.zeros(2))
    convex, concave = np.linalg.eigvalsh(p)[0] > 0, np.linalg.eigvalsh(q)[0] > 0
    assert found.nash is found.strict_nash is bool(convex and concave)
    schur = p + a @ np.linalg.solve(q, a.T)
    assert found.minimax is bool(concave and np.linalg.eigvalsh(schur)[0] > 0)
    flow = np.linalg.eigvals(np.block([[p, a], [-a.T, q]]))
    assert found.stable is bool(flow.real.min() > 0)


def test_a_repeller_of_the_flow_that_extra_optimistic_and_proximal_steps_are_attracted_to():
    # eigenvalues -0.01 +- i
    game = scalar(-0.01, 1.0, 0.01)
    verdicts = {
        method: dg.classify(game, 0.0, 0.0, method=method(step=0.3)).stable_for_method
        for method in (M.SimultaneousGDA, M.ExtraGradient, M.OptimisticGDA, M.ProximalPoint)
    }
    assert list(verdicts.values()) == [False, True, True, True]
    assert dg.classify(game, 0.0, 0.0).stable is False


@given(SEEDS)
@settings(max_examples=25)
def test_follow_the_ridge_has_the_eigenvalues_of_its_theorem(seed):
    rng = np.random.default_rng(seed)
    p, a = rng.normal(size=(2, 2)), rng.normal(size=(2, 2))
    root = rng.normal(size=(2, 2))
    p, q = (p + p.T) / 2, root @ root.T + np.eye(2) / 4
    game = dg.games.quadratic(p, a, (q + q.T) / 2)
    step_x, step_y = 0.1, 0.05
    found = linearise(game, M.FollowTheRidge(step_x=step_x, step_y=step_y)).eigenvalues
    schur = p + a @ np.linalg.solve(q, a.T)
    expected = np.r_[1 - step_x * np.linalg.eigvalsh(schur), 1 - step_y * np.linalg.eigvalsh(q)]
    # a triangular map of four numbers; near a double eigenvalue the root of rounding
    assert np.allclose(np.sort(found.real), np.sort(expected), atol=1e-6)
    assert np.abs(found.imag).max() < 1e-6


def test_xy_is_nash_but_not_strictly_and_its_flow_is_undecided():
    found = dg.classify(dg.games.bilinear([[1.0]]), 0.0, 0.0, method=M.ExtraGradient(step=0.3))
    assert (found.nash, found.strict_nash, found.minimax) == (True, False, True)
    assert found.stable is None
    assert found.stable_for_method is True
    assert "stable for the flow: undecided" in repr(found)
    marginal = dg.classify(dg.games.bilinear([[1.0]]), 0.0, 0.0, method=M.AlternatingGDA(step=0.3))
    assert marginal.stable_for_method is None


def test_too_close_to_call_is_undecided():
    def nearly_flat(x, y):
        return (1e-17 * x**2 + x**4 + x * y - y**2).sum(-1)

    found = dg.classify(dg.games.Payoff(nearly_flat, sizes=(1, 1)), 0.0, 0.0)
    assert found.strict_nash is None
    assert found.nash is None
    assert found.minimax is True  # decided by the coupling
    # an affine field is decided in rational arithmetic: 1e-17 is above 0, and -1e-17 below
    assert dg.classify(scalar(1e-17, 1.0, -1.0), 0.0, 0.0).strict_nash is True
    assert dg.classify(scalar(-1e-17, 1.0, -1.0), 0.0, 0.0).nash is not True


@pytest.mark.parametrize("start", [1e-3, -1e-3, 1e-5, 3e-9])
@pytest.mark.parametrize("power", [3, 5])
def test_a_pair_on_either_side_of_an_inflection_has_no_verdict(power, start):
    """x^3 and x^5 are no minimum at 0, and a pair that counts as critical has a second derivative of either sign."""
    game = dg.games.Payoff(lambda x, y: (x**power / power - y**2 / 2).sum(-1), sizes=(1, 1))
    start = math.copysign(abs(start) ** (2 / (power - 1)), start)  # where the gradient is the same
    found = dg.classify(game, start, 0.0)
    assert (found.nash, found.strict_nash, found.minimax, found.stable) == (None, None, None, None)


def test_an_inflection_that_rounding_places_has_no_verdict():
    # (x - 1)^3 / 3, whose gradient is rounding within 1e-8 of 1
    game = dg.games.Payoff(lambda x, y: (x**3 / 3 - x**2 + x - y**2 / 2).sum(-1), sizes=(1, 1))
    for start in (1 + 1e-8, 1 - 3e-9):
        assert dg.classify(game, start, 0.0).nash is None


def test_the_maximum_of_a_potential_is_nothing_and_a_common_loss_is_nash():
    maximum = dg.classify(scalar(-1.0, 0.0, 1.0), 0.0, 0.0)
    assert (maximum.nash, maximum.minimax, maximum.stable) == (False, False, False)

    class Common(dg.games.Game):
        """Both minimise x² + xy + y²: not zero-sum."""

        sizes = (1, 1)

        def loss_x(self, x, y, sample):
            return (x**2 + x * y + y**2).sum(-1)

        def loss_y(self, x, y, sample):
            return (x**2 + x * y + y**2).sum(-1)

    both = dg.classify(Common(), 0.0, 0.0)
    assert (both.strict_nash, both.stable, both.minimax) == (True, True, None)


def test_forsaken_is_stable_for_the_flow_and_no_nash_equilibrium():
    game = dg.games.forsaken()
    found = dg.classify(game, 0.0780, 0.4119, tolerance=1e-3)  # four digits; Newton's method finds the others
    assert abs(found.x[0] - 0.0780) < 5e-5
    assert abs(found.y[0] - 0.4119) < 5e-5
    value = found.eigenvalues[0].value
    assert abs(value.real - 0.0447) < 5e-5
    assert abs(abs(value.imag) - 0.908) < 5e-4
    assert (found.stable, found.nash, found.minimax) == (True, False, False)
    assert found.residual > 1e-5


def test_a_point_that_is_no_equilibrium_is_refused_with_its_residual():
    with pytest.raises(
        InvalidInput, match=r"^x and y must be an equilibrium .* the natural residual at the pair is 5;"
    ):
        dg.classify(dg.games.bilinear([[1.0]]), 3.0, 4.0)


def test_on_a_simplex_only_open_directions_count():
    pennies = dg.classify(dg.games.matching_pennies(), [0.5, 0.5], [0.5, 0.5])
    assert (pennies.nash, pennies.strict_nash, pennies.stable) == (True, False, None)
    # dominated moves: the corner is the only equilibrium, and strict
    corner = dg.classify(dg.games.matrix_game([[1.0, 2.0], [3.0, 4.0]]), [1.0, 0.0], [0.0, 1.0])
    assert (corner.nash, corner.strict_nash, corner.stable) == (True, True, True)
    assert corner.eigenvalues == ()


def test_on_a_box_and_a_ball_the_border_holds_what_the_gradient_pushes_against():
    def hill(x, y):
        return (-(x**2) + x - y**2).sum(-1)

    class Bounded(dg.games.ZeroSum):
        def __init__(self, one):
            self.sizes, self.sets = (1, 1), (one, one)

        def payoff(self, x, y, sample):
            return hill(x, y)

    # x minimises -x² + x on [-1, 1]: the left end is a strict local minimum, as 1 at the right end is for nobody
    left = dg.classify(Bounded(Box(-1, 1)), -1.0, 0.0)
    assert (left.strict_nash, left.nash) == (True, True)
    assert dg.classify(Bounded(Box(-3, 3)), 0.5, 0.0).nash is False
    disc = dg.games.bilinear(np.eye(2), set_x=Ball(1.0), set_y=Ball(1.0))
    assert dg.classify(disc, [0.0, 0.0], [0.0, 0.0]).nash is True


def test_on_the_border_of_a_ball_the_curvature_of_the_border_counts():
    class Pushed(dg.games.ZeroSum):
        """x is pushed to (-1, 0) of the disc; along the border the payoff bends by -0.5, the border itself by 1."""

        sizes, sets = (2, 1), (Ball(1.0), dg.games.FreeSpace())

        def payoff(self, x, y, sample):
            return x[..., 0] - x[..., 1] ** 2 / 4 - (y**2).sum(-1)

    found = dg.classify(Pushed(), [-1.0, 0.0], [0.0])
    assert found.strict_nash is True
    assert found.curvature_x == pytest.approx([0.5])


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: dg.classify("xy", 0.0, 0.0), "game"),
        (lambda: dg.classify(dg.games.xy(), [0.0, 0.0], 0.0), "x and y"),
        (lambda: dg.classify(dg.games.xy(), "a", 0.0), "x and y"),
        (lambda: dg.classify(dg.games.xy(), torch.tensor([math.nan]), 0.0), "x and y"),
        (lambda: dg.classify(dg.games.xy(), 0.0, 0.0, method="descent"), "method"),
        (lambda: dg.classify(dg.games.xy(), 0.0, 0.0, time_scale=0.0), "time_scale"),
        (lambda: dg.classify(dg.games.xy(), 0.0, 0.0, tolerance=-1.0), "tolerance"),
    ],
)
def test_bad_input_is_named(call, name):
    with pytest.raises(InvalidInput, match=f"^{name} must"):
        call()
