"""Continuous time: against matrix exponentials, conserved quantities, and the steps that it stands for."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm

import dualgap as dg
from dualgap.errors import InvalidInput, NotConverged
from dualgap.games import Status, flow

XY = dg.games.bilinear([[1.0]])
POINTS = st.floats(-2, 2)


@given(p=POINTS, a=POINTS, q=POINTS, x=POINTS, y=POINTS)
@settings(max_examples=5, deadline=None)
def test_the_flow_of_a_linear_field_is_its_exponential(p, a, q, x, y):
    run = flow(dg.games.quadratic([[p]], [[a]], [[q]]), start=(x, y), time=2.0, records=4)
    assert run.times.tolist() == [0.0, 0.5, 1.0, 1.5, 2.0]
    for k, time in enumerate(run.times):
        expected = expm(-time * np.array([[p, a], [-a, q]])) @ [x, y]
        # the integrator's 1e-10 a step, over fewer than a hundred of them, times a growth of exp(4)
        np.testing.assert_allclose([run.x[k].item(), run.y[k].item()], expected, rtol=0, atol=1e-7)


@pytest.mark.parametrize("method", [dg.methods.SimultaneousGDA, dg.methods.ExtraGradient], ids=["out", "in"])
def test_on_xy_the_modified_flow_spirals_at_half_the_step(method):
    run = flow(XY, method(step=0.2), start=(1.0, 0.0), time=3.0, records=3)
    sign = 1 if method is dg.methods.SimultaneousGDA else -1
    squared = (run.x**2 + run.y**2)[:, 0]
    # z' = -(J +- h J^2 / 2) z with J^2 = -I: |z|^2 = exp(+- h t)
    np.testing.assert_allclose(squared, np.exp(sign * 0.2 * run.times), rtol=1e-8)


def test_it_ends_where_the_steps_end_up_to_the_square_of_the_step():
    game, start = dg.games.dirac_gan(), (1.0, 0.5)
    errors = []
    for h in (0.1, 0.05):
        method = dg.methods.AlternatingGDA(step=h)
        steps, smooth = (
            dg.simulate(game, method, start=start, steps=round(2 / h)),
            flow(game, method, start=start, time=2.0, records=4),
        )
        errors.append(math.hypot(float(steps.x[-1] - smooth.x[-1]), float(steps.y[-1] - smooth.y[-1])))
    assert abs(math.log2(errors[0] / errors[1]) - 2) < 0.1  # C h^2 (1 + O(h)), h = 0.1


def test_the_dirac_gan_circles_at_its_first_distance():
    run = flow(dg.games.dirac_gan(), start=(1.0, 0.5), time=30.0)
    # scipy's tolerance of 1e-10 in each of some hundred steps
    assert float((run.x**2 + run.y**2 - 1.25).abs().max()) < 1e-7


def test_the_non_saturating_dirac_gan_comes_nearer_like_the_root_of_one_over_time():
    run = flow(dg.games.dirac_gan(saturating=False), start=(0.2, 0.0), time=1000.0, records=5, tolerance=1e-7)
    inverse = 1 / (run.x**2 + run.y**2)[:, 0].numpy()
    slopes = np.diff(inverse) / np.diff(run.times)
    # averaged over a turn, d(1/r^2)/dt = 1/8 + O(r^2); r <= 0.2, and a record falls anywhere within a turn of 4 pi in 200
    np.testing.assert_allclose(slopes, 1 / 8, rtol=0.01)


def test_the_replicator_conserves_the_relative_entropy_that_the_weights_let_rise():
    game = dg.games.rock_paper_scissors()
    method = dg.methods.MultiplicativeWeights(step=0.1)
    start = ([0.5, 0.3, 0.2], [0.2, 0.2, 0.6])

    def entropy(run):
        return -(torch.log(run.x).mean(-1) + torch.log(run.y).mean(-1))

    limit = entropy(flow(game, method, start=start, time=5.0, records=10, order=1))
    assert float((limit - limit[0]).abs().max()) < 1e-8  # the integrator's 1e-10 a step
    # the correction is what lets it rise, as the steps do
    corrected = entropy(flow(game, method, start=start, time=5.0, records=10))
    stepped = entropy(dg.simulate(game, method, start=start, steps=50, record=5))
    assert bool((corrected.diff() > 0).all())
    # both rise by 0.3 in all, and differ by O(h^2) = 0.01
    assert torch.allclose(corrected, stepped, rtol=0, atol=0.01)


def test_a_copy_that_leaves_stops_and_the_others_go_on():
    game = dg.games.quadratic([[-1.0]], [[0.0]], [[1.0]])
    x = torch.tensor([[1.0], [0.0], [1e-3]], dtype=torch.float64)
    run = flow(game, start=(x, torch.ones(3, 1, dtype=torch.float64)), time=40.0, records=40)
    assert run.status is Status.DIVERGED
    # e^t = 1e12 at t = 27.6, and 1e15 at 34.5
    assert run.diverged_at.tolist() == [28, -1, 35]
    assert run.x[-1, 0] == run.x[28, 0] == pytest.approx(1e12, rel=1e-6)
    assert torch.allclose(run.y[-1, 1], torch.tensor([math.exp(-40)], dtype=torch.float64), rtol=0, atol=1e-12)
    with pytest.raises(NotConverged, match="2 of 3 copies diverged, the first at record 28"):
        run.require()


def test_copies_kinds_and_precisions_are_kept():
    start = np.ones((2, 3, 1))
    run = flow(XY, dg.methods.ExtraGradient(step=0.1), start=(start, start[0]), time=1.0, records=2)
    assert isinstance(run.x, np.ndarray)
    assert run.x.shape == run.y.shape == (3, 2, 3, 1)
    single = flow(XY, start=(torch.ones(1), torch.ones(1)), time=1.0, records=2)
    assert single.x.dtype == torch.float32


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"time": 0.0}, "time"),
        ({"time": float("nan")}, "time"),
        ({"time": "1"}, "time"),
        ({"records": 0}, "records"),
        ({"order": 3}, "order"),
        ({"order": True}, "order"),
        ({"tolerance": 0.0}, "tolerance"),
        ({"tolerance": 1.0}, "tolerance"),
        ({"start": (1.0, float("nan"))}, "start"),
        ({"start": ([1.0, 2.0], 1.0)}, "start"),
    ],
)
def test_bad_input_is_named(change, name):
    with pytest.raises(InvalidInput, match=f"^{name}"):
        flow(XY, **{"start": (1.0, 1.0), "time": 1.0, **change})


def test_what_has_no_flow_is_named():
    with pytest.raises(InvalidInput, match=r"^game must be deterministic"):
        flow(dg.games.finite_sum(3), start=(np.ones(3), np.ones(3)), time=1.0)
    with pytest.raises(InvalidInput, match=r"^game must have free players for its own flow, x is taken from Simplex"):
        flow(dg.games.matching_pennies(), start=([0.5, 0.5], [0.5, 0.5]), time=1.0)
    with pytest.raises(InvalidInput, match=r"^method must be an update method"):
        flow(XY, "extragradient", start=(1.0, 1.0), time=1.0)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match=r"^method must have a step size"):
        flow(dg.games.matching_pennies(), dg.methods.FrankWolfe(), start=([0.5, 0.5], [0.5, 0.5]), time=1.0)
