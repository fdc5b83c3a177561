"""Anchored extragradient keeps its bounds on the field, and they are nearly attained."""

from __future__ import annotations

import numpy as np
import pytest

import dualgap as dg
from dualgap.errors import InvalidInput

XY = dg.games.bilinear([[1.0]])


def norms(schedule, step, steps=400, sigma=1.0):
    """|F|^2 at every step, in units of L^2 D^2 with L = 1."""
    game = dg.games.bilinear([[sigma]])
    method = dg.methods.AnchoredExtraGradient(step=step, schedule=schedule)
    run = dg.simulate(game, method, start=(1.0, 1.0), steps=steps)
    return sigma**2 * (run.x**2 + run.y**2)[:, 0].numpy() / 2


@pytest.mark.parametrize("sigma", [1.0, 0.3, 0.1])
def test_the_constant_schedule_keeps_its_bound(sigma):
    scaled = norms("constant", 1 / 8, sigma=sigma) * (np.arange(401) + 1) ** 2
    assert (scaled <= 260).all()
    # the constant 4 / step^2 = 256 is approached by slow modes, on which the first rotation does not die out
    assert scaled.max() <= 256
    assert sigma > 0.1 or scaled.max() > 245


def test_the_constant_schedule_settles_at_one_over_the_squared_step():
    k = np.arange(1001)
    # once the rotation has died the anchor balances the field: F = (z_0 - z) / (step k)
    assert (norms("constant", 1 / 8, 1000) * k**2)[-1] == pytest.approx(64, rel=0.01)


def test_the_fast_schedule_keeps_its_bound_and_attains_it():
    k = np.arange(1, 401)
    ratio = norms("fast", 1.0)[1:] * k**2 / 4
    assert (ratio <= 1 + 1e-12).all()
    assert ratio.max() > 0.9


def test_what_is_no_schedule_is_named():
    with pytest.raises(InvalidInput, match=r"^schedule must be one of 'constant', 'fast'"):
        dg.methods.AnchoredExtraGradient(step=0.1, schedule="slow")
