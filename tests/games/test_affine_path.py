"""Powers of a step's matrix give the run that the loop gives, up to rounding, and the same ends."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import dualgap as dg
from dualgap.games import Status
from dualgap.games.affine_path import FEWEST_STEPS, AffinePath

methods = dg.methods
QUADRATIC = dg.games.quadratic([[0.1]], [[2.0]], [[0.3]])
XY = dg.games.bilinear([[1.0]])


class Unsaid(dg.games.Game):
    """The same game, which does not say that it is affine: the loop's."""

    def __init__(self, game):
        self.game, self.sizes, self.equilibrium = game, game.sizes, game.equilibrium

    def loss_x(self, x, y, sample):
        return self.game.loss_x(x, y, sample)

    def loss_y(self, x, y, sample):
        return self.game.loss_y(x, y, sample)

    def grad_x(self, x, y, sample=None):
        return self.game.grad_x(x, y, sample)

    def grad_y(self, x, y, sample=None):
        return self.game.grad_y(x, y, sample)

    def field(self, x, y, sample=None):
        return self.game.field(x, y, sample)


def both(game, method, **options):
    """The run by powers, for sure, and the run by steps."""
    leaps = []
    record = AffinePath.record

    def noted(self, *arguments):
        leaps.append(1)
        return record(self, *arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(AffinePath, "record", noted)
        fast = dg.simulate(game, method, **options)
        assert leaps, "the path was not found by powers"
        slow = dg.simulate(Unsaid(game), method, **options)
        assert len(leaps) == 1
    return fast, slow


def assert_same_run(fast, slow, tolerance):
    assert fast.steps.tolist() == slow.steps.tolist()
    assert fast.status is slow.status
    assert fast.diverged_at.tolist() == slow.diverged_at.tolist()
    assert fast.diverged_at.shape == slow.diverged_at.shape
    assert fast.gradient_calls == slow.gradient_calls
    for name in ("x", "y"):
        one, other = getattr(fast, name), getattr(slow, name)
        assert one.shape == other.shape
        assert one.dtype == other.dtype
        assert torch.allclose(one, other, rtol=tolerance, atol=tolerance * float(other.abs().max())), name
    assert set(fast.state) == set(slow.state)
    for name, value in slow.state.items():
        assert torch.allclose(fast.state[name], value, rtol=0, atol=tolerance * (1 + float(value.abs().max())))


METHODS = [
    methods.SimultaneousGDA(step=0.02),
    methods.AlternatingGDA(step=0.1, first="y", steps_x=2),
    methods.AlternatingGDA(step=0.1, scaling=methods.Momentum(beta=-0.3)),
    methods.ExtraGradient(step=0.1),
    methods.PastExtraGradient(step=0.1),
    methods.OptimisticGDA(step=0.1),
    methods.ProximalPoint(step=0.1),
    methods.PrimalDualHybridGradient(step=0.1),
    methods.ConsensusOptimization(step=0.1, weight=0.5),
    methods.CompetitiveGradientDescent(step=0.1),
    methods.Slingshot(step=0.1),
    methods.Lookahead(method=methods.AlternatingGDA(step=0.3), period=4, alpha=0.5),
]


@pytest.mark.parametrize("method", METHODS, ids=lambda method: type(method).__name__)
def test_powers_and_steps_agree_for_every_linear_method(method):
    start = torch.tensor([[1.0], [-0.3]], dtype=torch.float64)
    fast, slow = both(QUADRATIC, method, start=(start, 2 * start), steps=110)
    # 110 steps that round by a few 1e-16 each, in paths that do not grow
    assert_same_run(fast, slow, 1e-12)


@pytest.mark.parametrize("record", [7, [3, 150, 200], "logarithmic", 1000])
@pytest.mark.parametrize("path", [True, False])
def test_every_schedule_is_met_exactly(record, path):
    options = {"start": (1.0, 0.5), "steps": 301, "record": record, "path": path}
    fast, slow = both(XY, methods.ExtraGradient(step=0.1), observe=lambda x, y: {"x": x[..., 0]}, **options)
    assert_same_run(fast, slow, 1e-12)
    assert fast.metric_steps.tolist() == slow.metric_steps.tolist()
    assert torch.allclose(fast.metrics["x"], slow.metrics["x"], rtol=0, atol=1e-12)
    full = dg.simulate(XY, methods.ExtraGradient(step=0.1), start=(1.0, 0.5), steps=301)
    assert torch.equal(fast.x, full.x[fast.steps])  # a point does not depend on which others are recorded


@given(st.floats(0.05, 3.0), st.floats(0.05, 3.0))
@settings(max_examples=6, deadline=None)
def test_copies_diverge_at_the_step_at_which_the_loop_sees_it_and_stay_where_they_were(first, second):
    sizes = torch.tensor([first, second, 0.3], dtype=torch.float64)
    fast, slow = both(XY, methods.ExtraGradient(step=sizes), start=(1.0, 1.0), steps=400, record=9)
    assert_same_run(fast, slow, 1e-10)  # a relative error of 400 roundings, at different sizes of the copies
    assert float(torch.hypot(fast.x, fast.y).max()) <= 1e12


def test_a_run_of_which_every_copy_diverges_ends_where_the_last_one_does():
    fast, slow = both(XY, methods.SimultaneousGDA(step=1.0), start=(1.0, 1.0), steps=10**6, record=10**6)
    assert fast.status is Status.DIVERGED
    assert fast.steps.tolist() == [0, int(fast.diverged_at)]
    assert_same_run(fast, slow, 1e-13)


@pytest.mark.parametrize("path", [True, False])
def test_a_tolerance_ends_the_run_at_the_record_at_which_the_loop_ends(path):
    start = torch.tensor([[1.0], [-3.0]], dtype=torch.float64)
    options = {"start": (start, start), "steps": 10**5, "record": 3, "tolerance": 1e-7, "path": path}
    fast, slow = both(QUADRATIC, methods.ExtraGradient(step=0.1), **options)
    assert fast.status is Status.CONVERGED
    assert_same_run(fast, slow, 1e-11)


def test_the_equilibrium_need_not_be_the_origin():
    class Shifted(dg.games.ZeroSum):
        sizes, affine = (1, 1), True
        equilibrium = (torch.tensor([3.0], dtype=torch.float64), torch.tensor([-1.0], dtype=torch.float64))

        def payoff(self, x, y, sample):
            return ((x - 3) * (y + 1)).sum(-1)

        def field(self, x, y, sample=None):
            return y + 1, 3 - x

    fast, slow = both(Shifted(), methods.ExtraGradient(step=0.2), start=(0.0, 0.0), steps=500)
    assert_same_run(fast, slow, 1e-12)
    assert abs(float(fast.x[-1]) - 3) < 1e-3


def test_a_million_steps_of_alternating_descent_stay_on_their_ellipse():
    h = 0.7
    run = dg.simulate(XY, methods.AlternatingGDA(step=h), start=(1.0, 0.5), steps=10**6, record="logarithmic")
    conserved = run.x**2 + run.y**2 - h * run.x * run.y
    # M is known to 1e-16: after 1e6 steps an invariant of size one has moved by at most a few 1e-10
    assert float((conserved - conserved[0]).abs().max()) < 1e-9


def test_a_defective_step_grows_linearly():
    run = dg.simulate(XY, methods.AlternatingGDA(step=2.0), start=(1.0, 0.0), steps=1000)
    # M = [[1, -2], [2, -3]] = -I + N with N^2 = 0, so that M^t = (-1)^t (I - t N), N = [[2, -2], [2, -2]]
    t = run.steps[:, None]
    assert np.array_equal(run.x.numpy(), (-1.0) ** t * (1 - 2 * t))
    assert np.array_equal(run.y.numpy(), (-1.0) ** t * (-2.0 * t))


def test_a_start_from_which_an_unstable_step_goes_nowhere_is_left_to_the_loop():
    run = dg.simulate(XY, methods.SimultaneousGDA(step=30.0), start=(0.0, 0.0), steps=500)
    assert run.status is Status.BUDGET
    assert not run.x.any()


def test_a_short_run_a_float32_run_and_a_noisy_one_take_their_steps():
    method, state = methods.ExtraGradient(step=0.1), {}
    x = torch.ones(1, dtype=torch.float64)
    assert AffinePath.find(XY, method, (x, x), state, FEWEST_STEPS - 1, 1e12) is None
    assert AffinePath.find(XY, method, (x, x), state, FEWEST_STEPS, 1e12) is not None
    assert AffinePath.find(XY, method, (x.float(), x.float()), state, 1000, 1e12) is None


def test_a_comparison_of_unlike_runs_fails():
    fast, slow = both(XY, methods.ExtraGradient(step=0.1), start=(1.0, 0.5), steps=200)
    other = dg.simulate(XY, methods.ExtraGradient(step=0.1001), start=(1.0, 0.5), steps=200)
    assert_same_run(fast, slow, 1e-12)
    with pytest.raises(AssertionError):
        assert_same_run(fast, other, 1e-12)
