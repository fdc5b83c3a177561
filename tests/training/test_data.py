"""The toy laws: where their points lie, and that each mode is there once."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy import stats

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.games import Streams

LAWS = {
    "ring": dg.training.Ring(),
    "grid": dg.training.Grid(),
    "spiral": dg.training.Spiral(),
    "swiss roll": dg.training.SwissRoll(),
    "lines": dg.training.ParallelLines(0.5),
}


def test_the_centres_are_distinct_and_evenly_spread_on_the_circle():
    centres = dg.training.Ring(modes=8, radius=2.0).centres()
    gaps = torch.cdist(centres, centres)
    gaps.fill_diagonal_(math.inf)
    assert torch.allclose(
        gaps.min(1).values, torch.full((8,), 4 * math.sin(math.pi / 8), dtype=torch.float64), rtol=1e-12
    )
    assert torch.allclose(centres.norm(dim=1), torch.full((8,), 2.0, dtype=torch.float64))


def test_the_grid_is_that_of_the_toy_benchmark():
    centres = {tuple(one) for one in dg.training.Grid().centres().tolist()}
    assert centres == {(float(a), float(b)) for a in (-4, -2, 0, 2, 4) for b in (-4, -2, 0, 2, 4)}
    assert dg.training.Grid().spread == 0.05


@pytest.mark.parametrize("law", [dg.training.Ring(modes=5, spread=0.02), dg.training.Grid(side=3)])
def test_points_lie_about_the_centres_with_the_spread_that_was_asked_for(law):
    points = law.draw(Streams(0), 20_000)
    distance, nearest = torch.cdist(points, law.centres()).min(1)
    assert stats.chisquare(np.bincount(nearest.numpy())).pvalue > 1e-4
    # |step| / spread has the Rayleigh law in the plane
    assert stats.kstest((distance / law.spread).numpy(), "rayleigh").pvalue > 1e-4


def test_a_spiral_and_a_roll_lie_on_their_curves():
    for law, radius, angle in (
        (dg.training.Spiral(turns=2.0, spread=1e-9), 1.0, 4 * math.pi),
        (dg.training.SwissRoll(spread=1e-9), 1.0, 4.5 * math.pi),
    ):
        x, y = law.draw(Streams(0), 2000).T
        size = torch.sqrt(x**2 + y**2)
        assert float(size.max()) <= radius + 1e-6
        turned = angle * size  # both are Archimedean: the radius says the angle
        assert torch.allclose(x, size * turned.cos(), atol=1e-6)
        assert torch.allclose(y, size * turned.sin(), atol=1e-6)


def test_the_lines_are_at_distance_theta():
    points, others = (dg.training.ParallelLines(theta).draw(Streams(0), 200) for theta in (0.0, 0.7))
    assert float(dg.wasserstein(points.numpy(), others.numpy(), order=1)) == pytest.approx(0.7, abs=1e-12)


@pytest.mark.parametrize("name", LAWS)
def test_a_seed_draws_in_an_ensemble_what_it_draws_alone(name):
    law = LAWS[name]
    together = law.draw(Streams([4, 5, 6], dtype=torch.float32), 7)
    assert together.shape == (3, 7, law.dimension)
    assert together.dtype == torch.float32
    assert torch.equal(together[1], law.draw(Streams(5, dtype=torch.float32), 7))


@pytest.mark.parametrize(
    ("make", "option"),
    [
        (dg.training.Ring, {"modes": 0}),
        (dg.training.Ring, {"modes": 1.5}),
        (dg.training.Ring, {"radius": 0.0}),
        (dg.training.Ring, {"spread": -1.0}),
        (dg.training.Ring, {"spread": float("nan")}),
        (dg.training.Ring, {"radius": "1"}),
        (dg.training.Grid, {"side": 0}),
        (dg.training.Grid, {"spacing": float("inf")}),
        (dg.training.Grid, {"spread": True}),
        (dg.training.Spiral, {"turns": 0}),
        (dg.training.Spiral, {"spread": "0.1"}),
        (dg.training.SwissRoll, {"spread": 0.0}),
        (dg.training.ParallelLines, {"offset": float("nan")}),
    ],
)
def test_bad_options_are_named(make, option):
    with pytest.raises(InvalidInput, match=f"^{next(iter(option))} must"):
        make(**option)
