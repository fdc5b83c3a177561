"""Alternating descent-ascent: what it conserves, the order of its moves, and its samples."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.games import linearise

XY = dg.games.bilinear([[1.0]])


@given(st.floats(-3, 3), st.floats(0.1, 3), st.floats(0.01, 1.9))
def test_on_xy_it_stays_on_its_ellipse_when_x_moves_first(x, y, h):
    run = dg.simulate(XY, dg.methods.AlternatingGDA(step=h), start=(x, y), steps=60)
    invariant = (run.x**2 + run.y**2 - h * run.x * run.y)[:, 0]
    # 60 steps of rounding, relative to the ellipse's largest term, which is 1 / (1 - h/2) times the invariant
    assert torch.allclose(invariant, invariant[0], rtol=1e-10)


@given(st.floats(0.01, 1.9))
def test_the_sign_of_the_invariant_turns_when_y_moves_first(h):
    run = dg.simulate(XY, dg.methods.AlternatingGDA(step=h, first="y"), start=(1.0, 0.5), steps=40)
    invariant = (run.x**2 + run.y**2 + h * run.x * run.y)[:, 0]
    assert torch.allclose(invariant, invariant[0], rtol=1e-10)


@given(st.floats(0.05, 1.5))
def test_the_norm_oscillates_within_the_known_envelope(h):
    run = dg.simulate(XY, dg.methods.AlternatingGDA(step=h), start=(1.0, 1.0), steps=80)
    norms = torch.sqrt(run.x**2 + run.y**2)
    # the axes of the ellipse: max / min = sqrt((2 + h) / (2 - h))
    assert float(norms.max() / norms.min()) <= math.sqrt((2 + h) / (2 - h)) * (1 + 1e-12)


@given(st.integers(0, 10**6), st.floats(0.05, 0.6), st.floats(0.05, 0.6))
def test_with_two_time_scales_the_weighted_norms_less_the_payoff_are_conserved(seed, step_x, step_y):
    rng = np.random.default_rng(seed)
    matrix = rng.uniform(-1, 1, (3, 2))
    run = dg.simulate(
        dg.games.bilinear(matrix),
        dg.methods.AlternatingGDA(step_x=step_x, step_y=step_y),
        start=(rng.normal(size=3), rng.normal(size=2)),
        steps=40,
    )
    payoff = np.einsum("ti,ij,tj->t", run.x, matrix, run.y)
    invariant = (run.x**2).sum(-1) / step_x + (run.y**2).sum(-1) / step_y - payoff
    # |A| sqrt(step_x step_y) < 1.5 keeps the form definite, with a condition below 10
    np.testing.assert_allclose(invariant, invariant[0], rtol=1e-12)


@given(st.floats(0.05, 1.95))
def test_it_turns_by_twice_the_arc_sine_of_half_the_step(h):
    eigenvalues = linearise(XY, dg.methods.AlternatingGDA(step=h)).eigenvalues
    np.testing.assert_allclose(np.abs(eigenvalues), 1, rtol=1e-12)
    np.testing.assert_allclose(np.abs(np.angle(eigenvalues)), 2 * math.asin(h / 2), rtol=1e-9)


def test_at_step_two_it_grows_in_proportion_to_the_number_of_steps():
    run = dg.simulate(XY, dg.methods.AlternatingGDA(step=2.0), start=(1.0, 0.5), steps=400)
    norms = torch.sqrt(run.x**2 + run.y**2)[:, 0]
    assert float(norms[400] / norms[200]) == pytest.approx(2, rel=0.02)
    assert linearise(XY, dg.methods.AlternatingGDA(step=2.0)).defective


def test_the_steps_of_one_player_follow_each_other():
    run = dg.simulate(XY, dg.methods.AlternatingGDA(step=0.5, first="y", steps_y=3), start=(1.0, 0.0), steps=1)
    assert (run.y[-1].item(), run.x[-1].item()) == (1.5, 1.0 - 0.5 * 1.5)


def test_every_update_draws_a_sample_of_its_own():
    drawn = []
    method = dg.methods.AlternatingGDA(step=0.1, steps_x=2, steps_y=3)
    zero = torch.zeros(1, dtype=torch.float64)
    method.step(XY, zero, zero, method.init(XY, zero, zero), lambda: drawn.append(1))
    assert len(drawn) == method.gradient_calls(XY) == 5


@pytest.mark.parametrize("option", [{"first": "z"}, {"steps_x": 0}, {"steps_y": 1.5}])
def test_bad_options_are_named(option):
    with pytest.raises(InvalidInput, match=f"^{next(iter(option))} must"):
        dg.methods.AlternatingGDA(step=0.1, **option)
