"""Trajectories describe themselves and measure their own rate."""

from __future__ import annotations

import pytest
import torch

import dualgap as dg
from dualgap.errors import InvalidInput


def test_a_trajectory_says_how_it_ended_in_words():
    run = dg.simulate(dg.games.bilinear([[1.0]]), dg.methods.ExtraGradient(step=0.1), start=(1.0, 1.0), steps=3)
    assert repr(run) == "Trajectory(BUDGET after 3 steps, 1 copy, players of 1 and 1, 4 records)"


def test_a_rate_is_measured_about_the_equilibrium_that_is_given():
    shifted = dg.games.Payoff(lambda x, y: ((x - 3) * (y + 1)).sum(-1), sizes=(1, 1))
    run = dg.simulate(shifted, dg.methods.ExtraGradient(step=0.5), start=(1.0, 1.0), steps=60)
    with pytest.raises(InvalidInput, match=r"^equilibrium must be given"):
        run.measured_rate()
    measured = run.measured_rate(equilibrium=(torch.tensor([3.0]), torch.tensor([-1.0])))
    # the path is known to 4e-16 about an equilibrium of size 3, and has shrunk by 0.9^60 = 2e-3
    assert abs(float(measured) - (1 - 0.25 + 0.0625) ** 0.5) < 1e-9
