"""Halpern's iteration keeps its bound."""

from __future__ import annotations

import math

import pytest

import dualgap as dg
from dualgap.errors import InvalidInput

XY = dg.games.bilinear([[1.0]])


@pytest.mark.parametrize("step", [0.3, 1.0, 4.0])
def test_the_residual_of_the_proximal_step_stays_below_two_distances_over_k_plus_one(step):
    inner = dg.methods.ProximalPoint(step=step, inner_steps=1)
    run = dg.simulate(XY, dg.methods.Halpern(method=inner), start=(1.0, 1.0), steps=200)
    for k in range(0, 200, 7):
        x, y = run.x[k], run.y[k]
        new_x, new_y, _ = inner.step(XY, x, y, {}, lambda: None)
        residual = math.hypot((x - new_x).item(), (y - new_y).item())
        assert residual <= 2 * math.sqrt(2) / (k + 1) * (1 + 1e-12)


def test_what_is_not_a_method_is_named():
    with pytest.raises(InvalidInput, match=r"^method must be an update method"):
        dg.methods.Halpern(method="proximal")
