"""Averages: of the points where gradients are taken or of the iterates, uniform or fading."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import dualgap as dg
from dualgap.errors import InvalidInput

XY = dg.games.bilinear([[1.0]])
START = (torch.tensor([1.0], dtype=torch.float64), torch.tensor([-0.5], dtype=torch.float64))


def half_iterates(h, steps):
    """The points at which extragradient takes its second gradients on xy."""
    run = dg.simulate(XY, dg.methods.ExtraGradient(step=h), start=START, steps=steps)
    return (run.x - h * run.y)[:-1], (run.y + h * run.x)[:-1]


@given(st.floats(0.05, 0.9), st.integers(1, 30))
def test_the_players_are_the_mean_of_the_half_iterates(h, steps):
    run = dg.simulate(XY, dg.methods.Averaged(method=dg.methods.ExtraGradient(step=h)), start=START, steps=steps)
    half_x, half_y = half_iterates(h, steps)
    # a running mean rounds once a step
    assert torch.allclose(run.x[-1], half_x.mean(0), rtol=0, atol=1e-14)
    assert torch.allclose(run.y[-1], half_y.mean(0), rtol=0, atol=1e-14)


@given(st.sampled_from([0, 1, 2, 3]), st.integers(1, 30))
def test_the_weights_are_the_binomial_coefficients_of_the_power(power, steps):
    plain = dg.methods.AlternatingGDA(step=0.3)
    path = dg.simulate(XY, plain, start=START, steps=steps)
    run = dg.simulate(XY, dg.methods.Averaged(method=plain, points="iterates", power=power), start=START, steps=steps)
    weights = np.array([np.prod(np.arange(t, t + power)) for t in range(1, steps + 1)], dtype=float)
    expected = (weights[:, None] * path.x[1:].numpy()).sum(0) / weights.sum()
    assert run.x[-1].numpy() == pytest.approx(expected, abs=1e-13)


def test_the_method_goes_its_own_way():
    inner = dg.methods.OptimisticGDA(step=0.3)
    alone = dg.simulate(XY, inner, start=START, steps=25)
    run = dg.simulate(XY, dg.methods.Averaged(method=inner), start=START, steps=25)
    assert torch.equal(run.state["at.x"], alone.x[-1])
    assert torch.equal(run.state["at.y"], alone.y[-1])


def test_of_descent_ascent_the_points_before_the_steps_are_averaged():
    inner = dg.methods.SimultaneousGDA(step=0.1)
    alone = dg.simulate(XY, inner, start=START, steps=10)
    run = dg.simulate(XY, dg.methods.Averaged(method=inner), start=START, steps=10)
    assert torch.allclose(run.x[-1], alone.x[:-1].mean(0), rtol=0, atol=1e-15)


def test_the_average_of_the_alternating_ellipse_falls_as_one_over_the_number_of_steps():
    run = dg.simulate(
        XY, dg.methods.Averaged(method=dg.methods.AlternatingGDA(step=0.3), points="iterates"), start=START, steps=4000
    )
    norms = torch.sqrt(run.x**2 + run.y**2)[1:, 0] * torch.arange(1, 4001)
    # the sum of a rotation by a fixed angle is bounded: by the ellipse's size over sin(angle / 2) = h / 2
    assert float(norms.max()) < 2 * 1.3 / 0.15


def test_the_average_of_simultaneous_descent_ascent_diverges_too():
    run = dg.simulate(XY, dg.methods.Averaged(method=dg.methods.SimultaneousGDA(step=0.3)), start=START, steps=400)
    norms = torch.sqrt(run.x**2 + run.y**2)[:, 0]
    assert float(norms[-1]) > 1e3


def test_the_worst_last_iterate_falls_as_a_root_and_the_average_of_half_iterates_in_full():
    """On sum sigma_i x_i y_i with a dense spectrum, worst over the start: |F| ~ k^(-1/2) last, k^(-1) averaged."""
    sigma = torch.logspace(-3, 0, 400, dtype=torch.float64)
    game, ones = dg.games.bilinear(np.array([[1.0]])), torch.ones(400, 1, dtype=torch.float64)
    method = dg.methods.ExtraGradient(step=sigma / 2)  # the steps of one game with these singular values and L = 1
    steps, late = 4000, slice(400, None, 400)
    worst = {}
    for name, one in (("last", method), ("averaged", dg.methods.Averaged(method=method))):
        run = dg.simulate(game, one, start=(ones, ones), steps=steps, record=1)
        worst[name] = (sigma * torch.sqrt(run.x**2 + run.y**2)[..., 0]).max(-1).values[late].numpy()
    k = np.arange(0, steps + 1)[late]
    slopes = {name: np.polyfit(np.log(k), np.log(values), 1)[0] for name, values in worst.items()}
    assert slopes["last"] == pytest.approx(-0.5, abs=0.01)  # the maximum is over a grid of singular values
    assert slopes["averaged"] == pytest.approx(-1, abs=0.01)


def test_wrappers_may_hold_wrappers():
    inner = dg.methods.Halpern(method=dg.methods.AnchoredExtraGradient(step=0.2))
    method = dg.methods.Averaged(method=dg.methods.Lookahead(method=inner, period=2, alpha=0.5))
    run = dg.simulate(XY, method, start=START, steps=20)
    assert bool(torch.isfinite(run.x).all())
    assert run.gradient_calls == 20 * 2 * 4


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"method": "extragradient"}, "method"),
        ({"method": dg.methods.ConsensusOptimization(step=0.1, weight=1.0)}, "points"),
        ({"method": dg.methods.SimultaneousGDA(step=0.1), "points": "all"}, "points"),
        ({"method": dg.methods.SimultaneousGDA(step=0.1), "power": -1}, "power"),
    ],
)
def test_bad_options_are_named(options, name):
    with pytest.raises(InvalidInput, match=f"^{name} must"):
        dg.methods.Averaged(**options)


def test_the_exponential_average_has_weights_that_fade_and_add_up_to_one():
    decay, steps = 0.8, 7
    game = dg.games.bilinear([[1.0]])
    inner = dg.methods.AlternatingGDA(step=0.3)
    path = dg.simulate(game, inner, start=(1.0, 0.5), steps=steps).x[1:, 0].numpy()
    method = dg.methods.Averaged(method=inner, points="iterates", decay=decay)
    found = dg.simulate(game, method, start=(1.0, 0.5), steps=steps).x[-1, 0].item()
    weights = decay ** np.arange(steps)[::-1]
    assert found == pytest.approx(float(weights @ path / weights.sum()), rel=1e-12)


@pytest.mark.parametrize("options", [{"decay": 0.0}, {"decay": 1.0}, {"decay": "0.9"}, {"decay": 0.9, "power": 1.0}])
def test_a_decay_that_is_none_is_named(options):
    with pytest.raises(InvalidInput, match=r"^decay must"):
        dg.methods.Averaged(method=dg.methods.AlternatingGDA(step=0.1), points="iterates", **options)
