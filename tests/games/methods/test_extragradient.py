"""Extragradient: convergence on xy, and which samples it uses."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import solve_discrete_lyapunov

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.games import ZeroSum, linearise
from dualgap.games.derivatives import field_and_jacobian

XY = dg.games.bilinear([[1.0]])


@given(st.floats(-3, 3), st.floats(0.1, 3), st.floats(0.01, 0.99))
def test_the_norm_shrinks_by_the_same_factor_at_every_single_step(x, y, h):
    run = dg.simulate(XY, dg.methods.ExtraGradient(step=h), start=(x, y), steps=10)
    norms = torch.sqrt(run.x**2 + run.y**2)[:, 0]
    expected = torch.full((10,), math.sqrt(1 - h**2 + h**4), dtype=torch.float64)
    assert torch.allclose(norms[1:] / norms[:-1], expected, rtol=1e-12)


def test_above_step_one_it_diverges():
    assert (
        dg.predict_rate(XY, dg.methods.ExtraGradient(step=1.01))
        > 1
        > dg.predict_rate(XY, dg.methods.ExtraGradient(step=0.99))
    )


@given(st.floats(0.05, 1.5), st.floats(0.05, 1.5))
def test_a_look_ahead_of_its_own_size_gives_the_general_rate(h, g):
    expected = math.sqrt((1 - h * g) ** 2 + h * h)
    assert abs(dg.predict_rate(XY, dg.methods.ExtraGradient(step=h, extrapolation=g)) - expected) < 1e-12


def test_the_best_step_on_xy_is_one_over_the_root_of_two():
    rates = [dg.predict_rate(XY, dg.methods.ExtraGradient(step=h)) for h in (0.7, math.sqrt(0.5), 0.715)]
    assert rates[1] == pytest.approx(math.sqrt(3) / 2, abs=1e-12)
    assert rates[1] < min(rates[0], rates[2])


def test_where_nothing_turns_it_is_stable_below_one_and_descent_ascent_below_two():
    game = dg.games.quadratic([[1.0]], [[0.0]], [[1.0]])
    for method, limit in (
        (dg.methods.ExtraGradient, 1),
        (dg.methods.SimultaneousGDA, 2),
        (dg.methods.OptimisticGDA, 2 / 3),
    ):
        assert dg.predict_rate(game, method(step=limit - 1e-6)) < 1 < dg.predict_rate(game, method(step=limit + 1e-6))


def test_it_and_its_kin_attract_to_a_slow_repeller_that_descent_ascent_leaves():
    game = dg.games.quadratic([[-0.01]], [[1.0]], [[-0.01]])  # eigenvalues -0.01 +- i of the field
    names = ("ExtraGradient", "OptimisticGDA", "PastExtraGradient", "ProximalPoint")
    assert all(dg.predict_rate(game, getattr(dg.methods, name)(step=0.3)) < 1 for name in names)
    assert dg.predict_rate(game, dg.methods.SimultaneousGDA(step=0.3)) > 1


@given(st.integers(0, 10**6), st.floats(0.05, 1.0))
def test_on_a_monotone_field_neither_the_distance_nor_the_field_grows(seed, share):
    rng = np.random.default_rng(seed)
    half = rng.normal(size=(2, 4, 4)) * rng.uniform(0, 1, 2)[:, None, None]
    game = dg.games.quadratic(half[0] @ half[0].T, rng.normal(size=(4, 4)), half[1] @ half[1].T)
    zero = torch.zeros(4, dtype=torch.float64)
    lipschitz = float(torch.linalg.matrix_norm(field_and_jacobian(game, zero, zero, None)[1], 2))
    start = torch.as_tensor(rng.normal(size=4)), torch.as_tensor(rng.normal(size=4))
    run = dg.simulate(game, dg.methods.ExtraGradient(step=share / lipschitz), start=start, steps=30)
    distances = (run.x**2).sum(-1) + (run.y**2).sum(-1)
    grad_x, grad_y = game.field(run.x, run.y)
    for squares in (distances, (grad_x**2).sum(-1) + (grad_y**2).sum(-1)):
        assert bool((squares.diff() <= 1e-13 * squares[0]).all())


class NoisyUpdate(ZeroSum):
    """xy with a linear tilt of the update's gradient, drawn anew; the look ahead of extragradient sees none."""

    sizes = (1, 1)

    def __init__(self, deviation, copies):
        self.deviation, self.copies, self.looks = deviation, copies, False
        self.generator = torch.Generator().manual_seed(0)

    def draw(self, streams):
        self.looks = not self.looks
        noise = torch.randn(self.copies, 2, generator=self.generator, dtype=torch.float64)
        return 0 * noise if self.looks else self.deviation * noise

    def payoff(self, x, y, sample):
        return (x * y).sum(-1) + x[..., 0] * sample[..., 0] - y[..., 0] * sample[..., 1]


def test_noise_of_the_update_leaves_a_floor_that_no_small_step_removes():
    for h in (0.2, 0.5):
        method, s = dg.methods.ExtraGradient(step=h), 0.7
        step = linearise(XY, method).jacobian
        floor = np.trace(solve_discrete_lyapunov(step, (h * s) ** 2 * np.eye(2)))
        assert floor == pytest.approx(2 * s**2 / (1 - h**2), rel=1e-12)
        game, x = NoisyUpdate(s, 2000), torch.zeros(2000, 1, dtype=torch.float64)
        y, state = x, {}
        for _ in range(int(8 / h**2)):  # the start is forgotten by e^{-8}
            x, y, state = method.step(game, x, y, state, lambda game=game: game.draw(None))
        # the squared norm of a Gaussian in the plane has its mean for deviation; four of them over 2,000 copies
        assert float((x**2 + y**2).mean()) == pytest.approx(floor, rel=4 / math.sqrt(2000))


@dataclass(frozen=True)
class FiniteSum(ZeroSum):
    """n x_i y_i for a random coordinate i: the minibatch form of sum x_i y_i."""

    sizes = (2, 2)

    def draw(self, streams):
        return streams.integers(2)

    def payoff(self, x, y, sample):
        pick = torch.nn.functional.one_hot(sample, 2)
        return (x * y * pick).sum(-1)


def expected_growth(sample, h, copies=40_000):
    """The mean of |z_1|^2 / |z_0|^2 over many seeds."""
    start = torch.ones(copies, 2, dtype=torch.float64)
    method = dg.methods.ExtraGradient(step=h, sample=sample)

    class Coins:
        """One coordinate for each copy, as one stream a seed would draw it."""

        generator = torch.Generator().manual_seed(0)

        def __call__(self):
            return torch.randint(2, (copies,), generator=self.generator)

    game = FiniteSum()
    x, y, _ = method.step(game, start, start, method.init(game, start, start), Coins())
    return float((x**2 + y**2).sum(-1).mean() / 4)


def test_reusing_the_sample_decides_whether_it_converges():
    h, n = 0.5, 2
    # the known constants of batch 1; the mean over 40,000 copies of numbers that differ by at most 0.4 has error < 0.01
    assert abs(expected_growth("same", h) - (1 - (h**2 - h**4) / n)) < 0.01
    assert abs(expected_growth("independent", h) - (1 + h**2 / n * (1 - 2 / n + h**2 / n))) < 0.01


def test_what_is_not_a_way_to_sample_is_named():
    with pytest.raises(InvalidInput, match=r"^sample must be one of 'independent', 'same'"):
        dg.methods.ExtraGradient(step=0.1, sample="both")
