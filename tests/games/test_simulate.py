"""The loop: copies are independent, ends are data, and bad input is named."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import solve_discrete_lyapunov

import dualgap as dg
from dualgap.errors import InvalidInput, NotConverged
from dualgap.games import Status
from dualgap.progress import Silent

XY = dg.games.bilinear([[1.0]])
METHODS = [dg.methods.SimultaneousGDA, dg.methods.AlternatingGDA, dg.methods.ExtraGradient]
COORDINATES = st.floats(-5, 5)


@pytest.mark.parametrize("method", METHODS)
@given(x=st.lists(COORDINATES, min_size=3, max_size=3), y=st.lists(COORDINATES, min_size=3, max_size=3))
def test_a_copy_moves_in_a_batch_as_it_moves_alone(method, x, y):
    x, y = (torch.tensor(numbers, dtype=torch.float64)[:, None] for numbers in (x, y))
    together = dg.simulate(XY, method(step=0.3), start=(x, y), steps=5)
    for k in range(3):
        alone = dg.simulate(XY, method(step=0.3), start=(x[k], y[k]), steps=5)
        assert torch.equal(together.x[:, k], alone.x)
        assert torch.equal(together.y[:, k], alone.y)


def test_a_grid_of_step_sizes_is_a_leading_axis():
    sizes = torch.tensor([0.1, 0.5, 0.9], dtype=torch.float64)
    together = dg.simulate(XY, dg.methods.ExtraGradient(step=sizes), start=(1.0, 0.0), steps=50)
    for k, size in enumerate(sizes.tolist()):
        alone = dg.simulate(XY, dg.methods.ExtraGradient(step=size), start=(1.0, 0.0), steps=50)
        assert torch.equal(together.x[:, k], alone.x)


def test_a_thousand_steps_are_a_power_of_the_matrix():
    h = 0.2
    step = np.array([[1 - h**2, -h], [h, 1 - h**2]])  # extragradient on xy: z - h J (z - h J z), J = [[0, 1], [-1, 0]]
    run = dg.simulate(XY, dg.methods.ExtraGradient(step=h), start=(1.0, 2.0), steps=1000)
    expected = np.linalg.matrix_power(step, 1000) @ [1.0, 2.0]
    found = [run.x[-1].item(), run.y[-1].item()]
    assert np.allclose(found, expected, rtol=1e-11, atol=0)  # a thousand products, each rounding by 1e-16


def test_a_diverging_copy_stops_with_its_last_finite_strategies_and_the_others_go_on():
    wild = torch.tensor([0.1, 30.0], dtype=torch.float64)
    run = dg.simulate(XY, dg.methods.SimultaneousGDA(step=wild), start=(1.0, 1.0), steps=100)
    assert run.status is Status.DIVERGED
    assert run.diverged_at[0] == -1
    assert 0 < run.diverged_at[1] < 100
    assert torch.isfinite(run.x).all()
    assert run.x[-1, 0] != run.x[-2, 0]
    assert run.x[-1, 1] == run.x[-2, 1]
    with pytest.raises(NotConverged, match=f"1 of 2 copies diverged, the first at step {run.diverged_at[1]}") as caught:
        run.require()
    assert caught.value.partial is run


def test_a_run_stops_early_when_every_copy_diverged():
    run = dg.simulate(XY, dg.methods.SimultaneousGDA(step=30.0), start=(1.0, 1.0), steps=10**6)
    assert run.steps[-1] < 20


def test_a_tolerance_ends_the_run_as_converged():
    game = dg.games.quadratic([[1.0]], [[1.0]], [[1.0]])
    run = dg.simulate(game, dg.methods.ExtraGradient(step=0.3), start=(1.0, 1.0), steps=1000, tolerance=1e-8)
    assert run.status is Status.CONVERGED
    assert run.require() is run
    assert torch.cat(game.field(run.x[-1], run.y[-1])).norm() <= 1e-8
    short = dg.simulate(game, dg.methods.ExtraGradient(step=0.3), start=(1.0, 1.0), steps=3, tolerance=1e-8)
    assert short.status is Status.BUDGET
    with pytest.raises(NotConverged, match="not below 1e-08 after 3 steps"):
        short.require()


def test_records_are_the_steps_asked_for_and_the_ends():
    run = dg.simulate(
        XY,
        dg.methods.ExtraGradient(step=0.3),
        start=(1.0, 1.0),
        steps=25,
        record=10,
        observe=lambda x, y: {"norm": (x**2 + y**2).sum(-1)},
    )
    full = dg.simulate(XY, dg.methods.ExtraGradient(step=0.3), start=(1.0, 1.0), steps=25)
    assert run.steps.tolist() == run.metric_steps.tolist() == [0, 10, 20, 25]
    assert torch.equal(run.x, full.x[run.steps])
    assert torch.equal(run.metrics["norm"], (run.x**2 + run.y**2)[:, 0])
    ends = dg.simulate(XY, dg.methods.ExtraGradient(step=0.3), start=(1.0, 1.0), steps=25, record=10, path=False)
    assert ends.steps.tolist() == [0, 25]
    assert torch.equal(ends.x, full.x[[0, 25]])


def test_gradient_calls_are_counted():
    calls = []
    game = dg.games.Payoff(lambda x, y: calls.append(1) or (x * y).sum(-1), sizes=(1, 1))
    run = dg.simulate(game, dg.methods.AlternatingGDA(step=0.1, steps_y=3), start=(1.0, 1.0), steps=10)
    assert run.gradient_calls == 10 * 4
    assert len(calls) == 10 * 4 + 2  # the gradients and the loss are looked at once at the start


def test_the_array_kind_and_dtype_of_the_start_are_kept():
    method = dg.methods.ExtraGradient(step=0.3)
    assert isinstance(dg.simulate(XY, method, start=(np.ones(1), np.ones(1)), steps=2).x, np.ndarray)
    single = dg.simulate(XY, method, start=(torch.ones(1), torch.ones(1)), steps=2)
    assert single.x.dtype == torch.float32
    assert dg.simulate(XY, method, start=(1, 1), steps=2).x.dtype == torch.float64


def test_progress_is_told_of_every_step():
    class Counting(Silent.__mro__[1]):
        total = done = 0

        def start(self, total, label):
            self.total = total

        def advance(self, units=1, **shown):
            self.done += units

        def stop(self):
            self.stopped = True

    progress = Counting()
    dg.simulate(XY, dg.methods.ExtraGradient(step=0.3), start=(1.0, 1.0), steps=25, record=10, progress=progress)
    assert (progress.total, progress.done, progress.stopped) == (25, 25, True)


GOOD = {"start": (1.0, 1.0), "steps": 3}


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"start": (float("nan"), 1.0)}, "start"),
        ({"start": (1.0, float("inf"))}, "start"),
        ({"start": ("a", 1.0)}, "start"),
        ({"start": ([], 1.0)}, "start"),
        ({"start": ([1.0, 2.0], 1.0)}, "start"),
        ({"start": (np.ones((3, 1)), np.ones((4, 1)))}, "start"),
        ({"start": 1.0}, "start"),
        ({"start": (1.0,)}, "start"),
        ({"steps": 0}, "steps"),
        ({"steps": 1.5}, "steps"),
        ({"steps": "3"}, "steps"),
        ({"steps": True}, "steps"),
        ({"record": 0}, "record"),
        ({"tolerance": -1.0}, "tolerance"),
        ({"tolerance": float("nan")}, "tolerance"),
        ({"observe": 3}, "observe"),
        ({"seeds": -1}, "seeds"),
        ({"seeds": [0, 1]}, "seeds"),
    ],
)
def test_bad_input_is_named(change, name):
    with pytest.raises(InvalidInput, match=f"^{name}") as caught:
        dg.simulate(XY, dg.methods.ExtraGradient(step=0.1), **{**GOOD, **change})
    assert str(caught.value).startswith(name)


def test_what_is_not_a_game_or_a_method_is_named():
    with pytest.raises(InvalidInput, match=r"^game must be a Game"):
        dg.simulate("xy", dg.methods.ExtraGradient(step=0.1), **GOOD)
    with pytest.raises(InvalidInput, match=r"^method must be an update method"):
        dg.simulate(XY, "extragradient", **GOOD)


def test_a_game_that_is_not_finite_at_the_start_is_refused():
    game = dg.games.Payoff(lambda x, y: (x.log() * y).sum(-1), sizes=(1, 1))
    with pytest.raises(InvalidInput, match=r"^start must be where the game's gradients are finite"):
        dg.simulate(game, dg.methods.ExtraGradient(step=0.1), start=(-1.0, 1.0), steps=3)


@given(mu=st.floats(0.1, 2), omega=st.floats(0.0, 3), x=COORDINATES, y=COORDINATES)
def test_descent_of_a_strongly_monotone_field_contracts_by_one_less_the_squared_condition_number(mu, omega, x, y):
    lipschitz = np.hypot(mu, omega)
    game = dg.games.rotation(monotonicity=mu, speed=omega)
    run = dg.simulate(game, dg.methods.SimultaneousGDA(step=mu / lipschitz**2), start=(x, y), steps=3)
    squared = (run.x**2 + run.y**2)[:, 0].numpy()
    # exact on mu I + rotation: |z - eta F|^2 = (1 - 2 eta mu + eta^2 L^2) |z|^2, to a few roundings of the size of the start
    expected = squared[0] * (1 - (mu / lipschitz) ** 2) ** np.arange(4)
    np.testing.assert_allclose(squared, expected, rtol=0, atol=1e-14 * squared[0])


def test_noise_in_the_update_leaves_a_floor_that_does_not_shrink_with_the_step():
    sd, copies = 0.7, 4000

    class Noisy(dg.games.ZeroSum):
        """xy, with noise of standard deviation 0.7 in every other gradient: the one that the step is taken along."""

        sizes, calls = (1, 1), 0

        def draw(self, streams):
            self.calls += 1
            return sd * (self.calls % 2 == 0) * streams.normal(copies, 2)

        def payoff(self, x, y, sample):
            return (x * y).sum(-1) + (x * sample[..., :1]).sum(-1) - (y * sample[..., 1:]).sum(-1)

    for h in (0.2, 0.4):
        start = torch.zeros(copies, 1, dtype=torch.float64)
        game = Noisy()
        # a run looks at one sample before its first step
        game.calls = -1
        run = dg.simulate(game, dg.methods.ExtraGradient(step=h), start=(start, start), steps=round(8 / h**2), record=1)
        late = (run.x**2 + run.y**2)[len(run.steps) // 2 :]
        # a mean of 4,000 copies over some relaxation times 1 / h^2: standard error below 1 %
        assert float(late.mean()) == pytest.approx(2 * sd**2 / (1 - h**2), rel=0.04)


def test_the_second_moment_of_noisy_descent_solves_the_discrete_lyapunov_equation():
    copies, h = 4000, 0.3

    class Noisy(dg.games.ZeroSum):
        sizes = (1, 1)

        def draw(self, streams):
            return streams.normal(copies, 2)

        def payoff(self, x, y, sample):
            noise = (x * sample[..., :1]).sum(-1) - (y * sample[..., 1:]).sum(-1)
            return (x**2 / 2 + x * y - y**2).sum(-1) + noise

    start = torch.zeros(copies, 1, dtype=torch.float64)
    run = dg.simulate(Noisy(), dg.methods.SimultaneousGDA(step=h), start=(start, start), steps=120)
    z = torch.cat([run.x, run.y], -1)[60:].reshape(-1, 2).numpy()
    step = np.eye(2) - h * np.array([[1.0, 1.0], [-1.0, 2.0]])
    expected = solve_discrete_lyapunov(step, h**2 * np.eye(2))
    # 4,000 copies over some twenty relaxation times
    np.testing.assert_allclose(z.T @ z / len(z), expected, rtol=0, atol=0.03 * expected.max())


def test_divergence_ends_the_run_at_once_whatever_the_schedule():
    game = dg.games.Payoff(lambda x, y: (x * y).sum(-1), sizes=(1, 1))
    run = dg.simulate(game, dg.methods.SimultaneousGDA(step=30.0), start=(1.0, 1.0), steps=10**9, record=10**9)
    assert run.status is Status.DIVERGED
    assert run.steps.tolist() == [0, int(run.diverged_at)]
