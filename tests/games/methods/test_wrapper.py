"""A wrapper says of itself what the method inside says, unless it knows better."""

from __future__ import annotations

import pytest
import torch

import dualgap as dg
from dualgap.errors import InvalidInput

XY = dg.games.bilinear([[1.0]])


@pytest.mark.parametrize(
    "inner",
    [
        dg.methods.AlternatingGDA(step=0.1, first="y"),
        dg.methods.ExtraGradient(step=0.1, sample="same"),
        dg.methods.Unrolled(step=0.1, unroll=2, inner_step=0.1),
        dg.methods.SimultaneousGDA(step=torch.tensor([0.1, 0.2])),
    ],
)
def test_what_a_step_is_like_is_passed_on(inner):
    outer = dg.methods.Halpern(method=inner)
    for name in ("second_order", "differentiates_steps", "draws", "update_order", "copies"):
        assert getattr(outer, name) == getattr(inner, name)
    assert outer.gradient_calls(XY) == inner.gradient_calls(XY)


def test_the_step_sizes_inside_make_copies():
    method = dg.methods.Lookahead(
        method=dg.methods.AlternatingGDA(step=torch.tensor([0.1, 0.5, 1.0])), period=3, alpha=0.5
    )
    run = dg.simulate(XY, method, start=(1.0, 0.0), steps=10)
    assert run.x.shape == (11, 3, 1)


def test_what_is_not_a_method_is_named():
    for outer in (dg.methods.Halpern, dg.methods.Averaged):
        with pytest.raises(InvalidInput, match=r"^method must be an update method, got <class"):
            outer(method=dg.methods.ExtraGradient)
