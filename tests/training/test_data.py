"""The ring: eight modes, each once."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy import stats

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.games import Streams


def test_the_centres_are_distinct_and_evenly_spread_on_the_circle():
    centres = dg.training.Ring(modes=8, radius=2.0).centres()
    gaps = torch.cdist(centres, centres)
    gaps.fill_diagonal_(math.inf)
    assert torch.allclose(
        gaps.min(1).values, torch.full((8,), 4 * math.sin(math.pi / 8), dtype=torch.float64), rtol=1e-12
    )
    assert torch.allclose(centres.norm(dim=1), torch.full((8,), 2.0, dtype=torch.float64))


def test_points_lie_about_the_centres_with_the_spread_that_was_asked_for():
    ring = dg.training.Ring(modes=5, spread=0.02)
    points = ring.draw(Streams(0), 20_000)
    distance, nearest = torch.cdist(points, ring.centres()).min(1)
    assert stats.chisquare(np.bincount(nearest.numpy())).pvalue > 1e-4
    # |step| / spread has the Rayleigh law in the plane
    assert stats.kstest((distance / 0.02).numpy(), "rayleigh").pvalue > 1e-4


@pytest.mark.parametrize(
    "option",
    [
        {"modes": 0},
        {"modes": 1.5},
        {"radius": 0.0},
        {"spread": -1.0},
        {"spread": float("nan")},
        {"radius": "1"},
    ],
)
def test_bad_options_are_named(option):
    with pytest.raises(InvalidInput, match=f"^{next(iter(option))} must"):
        dg.training.Ring(**option)
