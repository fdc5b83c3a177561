"""Simultaneous descent-ascent on xy."""

from __future__ import annotations

import math

import torch
from hypothesis import given
from hypothesis import strategies as st

import dualgap as dg


@given(st.floats(-3, 3), st.floats(0.1, 3), st.floats(0.01, 1.5))
def test_the_norm_grows_by_the_same_factor_at_every_single_step(x, y, h):
    run = dg.simulate(dg.games.bilinear([[1.0]]), dg.methods.SimultaneousGDA(step=h), start=(x, y), steps=10)
    norms = torch.sqrt(run.x**2 + run.y**2)[:, 0]
    assert torch.allclose(
        norms[1:] / norms[:-1], torch.full((10,), math.sqrt(1 + h * h), dtype=torch.float64), rtol=1e-13
    )


def test_both_players_move_from_the_same_pair():
    run = dg.simulate(
        dg.games.bilinear([[1.0]]),
        dg.methods.SimultaneousGDA(step_x=0.1, step_y=0.2),
        start=(1.0, 2.0),
        steps=1,
    )
    assert (run.x[-1].item(), run.y[-1].item()) == (1.0 - 0.1 * 2.0, 2.0 + 0.2 * 1.0)
