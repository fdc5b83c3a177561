"""What every method's constructor takes and refuses."""

from __future__ import annotations

import dataclasses

import pytest
import torch

import dualgap as dg
from dualgap.errors import InvalidInput

METHODS = [dg.methods.SimultaneousGDA, dg.methods.AlternatingGDA, dg.methods.ExtraGradient]


@pytest.mark.parametrize("method", METHODS)
def test_step_is_the_size_of_both_players(method):
    assert (method(step=0.1).step_x, method(step=0.1).step_y) == (0.1, 0.1)
    assert (method(step_x=0.1, step_y=0.2).step_x, method(step_x=0.1, step_y=0.2).step_y) == (0.1, 0.2)
    assert method(step=0.1, step_y=0.3).step_y == 0.3
    assert dataclasses.replace(method(step=0.1), step_x=0.5).step_x == 0.5


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "step",
    [
        0.0,
        -0.1,
        float("nan"),
        float("inf"),
        "0.1",
        None,
        True,
        [0.1],
        torch.tensor([0.1, float("nan")]),
        torch.tensor([0.1, -0.1]),
    ],
)
def test_a_step_is_a_positive_finite_number(method, step):
    with pytest.raises(InvalidInput, match=r"^step must"):
        method(step=step)


@pytest.mark.parametrize("method", METHODS)
def test_what_a_method_does_not_take_is_named(method):
    with pytest.raises(InvalidInput, match=r"^momentum is not an option of .* it takes step, step_x, step_y"):
        method(step=0.1, momentum=0.9)
    with pytest.raises(InvalidInput, match=r"^step must not be given beside both"):
        method(step=0.1, step_x=0.1, step_y=0.1)
    with pytest.raises(InvalidInput, match=r"^step must be given"):
        method(step_x=0.1)


def test_what_a_method_needs_besides_its_step_is_named():
    with pytest.raises(InvalidInput, match=r"^weight must be given to ConsensusOptimization"):
        dg.methods.ConsensusOptimization(step=0.1)
    with pytest.raises(InvalidInput, match=r"^step must be given by name: ExtraGradient\(step=0.3\)"):
        dg.methods.ExtraGradient(0.3)


@pytest.mark.parametrize("method", METHODS)
def test_a_method_is_frozen_and_its_step_is_pure(method):
    made = method(step=0.1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.step_x = 0.2
    game = dg.games.dirac_gan()
    x, y = torch.tensor([0.3], dtype=torch.float64), torch.tensor([-0.2], dtype=torch.float64)
    first = made.step(game, x, y, made.init(game, x, y), lambda: None)
    second = made.step(game, x, y, made.init(game, x, y), lambda: None)
    assert (first[0], first[1]) == (second[0], second[1])
    assert (x.item(), y.item()) == (0.3, -0.2)
