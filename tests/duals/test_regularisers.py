"""Penalties are each sample's own; clipping is the nearest point of a box."""

from __future__ import annotations

import pytest
import torch

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.games import Streams

NETWORK = dg.networks.MLP((3, 8, 1), activation="softplus")
WEIGHTS = NETWORK.initial(Streams([0, 1]))
REAL, FAKE = (Streams([0, 1], purpose=k).normal(5, 3) for k in (1, 2))
MIX = Streams([0, 1], purpose=3).uniform(5, 1)


def score(points):
    return NETWORK(WEIGHTS, points)[..., 0]


def slopes(points):
    """Each sample's gradient norm, one sample and one copy at a time, by finite differences."""
    found = torch.zeros(points.shape[:-1], dtype=torch.float64)
    for k in range(points.shape[0]):
        for i in range(points.shape[1]):
            for j in range(points.shape[2]):
                h = torch.zeros_like(points)
                h[k, i, j] = 1e-5
                found[k, i] += (((score(points + h) - score(points - h))[k, i]) / 2e-5) ** 2
    return found.sqrt()


def test_the_gradient_penalty_is_the_mean_of_each_samples_own_excess():
    found = dg.duals.GradientPenalty(10.0).penalty(score, REAL, FAKE, MIX)
    expected = 10 * ((slopes(REAL + MIX * (FAKE - REAL)) - 1) ** 2).mean(-1)
    assert found.shape == (2,)
    assert torch.allclose(found, expected, rtol=1e-7)  # central differences of a smooth function
    whole_batch = 10 * (slopes(REAL).square().sum(-1).sqrt() - 1) ** 2
    assert not torch.allclose(found, whole_batch, rtol=0.1)


def test_the_one_sided_penalty_lets_small_slopes_be():
    small = dg.duals.GradientPenalty(10.0, one_sided=True).penalty(lambda p: 0.5 * p[..., 0], REAL, FAKE, MIX)
    assert torch.equal(small, torch.zeros(2, dtype=torch.float64))
    assert bool((dg.duals.GradientPenalty(10.0).penalty(lambda p: 0.5 * p[..., 0], REAL, FAKE, MIX) > 2).all())


def test_r1_is_half_the_mean_squared_slope_at_the_data():
    expected = 0.7 / 2 * slopes(REAL).square().mean(-1)
    assert torch.allclose(dg.duals.R1(0.7).penalty(score, REAL, FAKE, MIX), expected, rtol=1e-7)


def test_r2_is_that_at_the_generated_points_and_several_penalties_add_up():
    expected = 0.7 / 2 * slopes(FAKE).square().mean(-1)
    assert torch.allclose(dg.duals.R2(0.7).penalty(score, REAL, FAKE, MIX), expected, rtol=1e-7)
    both = dg.duals.R1(0.5) + dg.duals.R2(0.7) + dg.duals.WeightClipping(0.1)
    assert [type(one).__name__ for one in both.parts] == ["R1", "R2", "WeightClipping"]
    assert torch.allclose(
        both.penalty(score, REAL, FAKE, MIX), dg.duals.R1(0.5).penalty(score, REAL, FAKE, MIX) + expected, rtol=1e-7
    )
    assert both.project(torch.tensor([5.0])).tolist() == [pytest.approx(0.1)]


def test_what_is_no_regulariser_is_not_added():
    with pytest.raises(TypeError):
        dg.duals.R1(0.5) + 3
    for parts in ((), "r1", (dg.duals.R1(1.0), "r2")):
        with pytest.raises(InvalidInput, match=r"^parts must"):
            dg.duals.Regularisers(parts)


def test_a_penalty_has_a_finite_gradient_where_the_slope_is_zero():
    weights = torch.zeros_like(WEIGHTS)

    def loss(w):
        return dg.duals.GradientPenalty(1.0).penalty(lambda p: NETWORK(w, p)[..., 0], REAL, FAKE, MIX).sum()

    assert torch.isfinite(torch.func.grad(loss)(weights)).all()


def test_clipping_is_the_nearest_weight_in_the_box_and_changes_no_loss():
    clipping = dg.duals.WeightClipping(0.5)
    assert clipping.project(torch.tensor([-2.0, 0.3, 0.5])).tolist() == [-0.5, pytest.approx(0.3), 0.5]
    assert float(clipping.penalty(score, REAL, FAKE, MIX)) == 0


@pytest.mark.parametrize("make", [dg.duals.WeightClipping, dg.duals.GradientPenalty, dg.duals.R1, dg.duals.R2])
@pytest.mark.parametrize("value", [0.0, -1.0, float("nan"), "1", True])
def test_weights_and_bounds_are_positive_numbers(make, value):
    with pytest.raises(InvalidInput, match=r"^(weight|bound) must"):
        make(value)
    with pytest.raises(InvalidInput, match=r"^one_sided must"):
        dg.duals.GradientPenalty(1.0, one_sided="yes")
