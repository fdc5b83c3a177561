"""A captured step is the step."""

from __future__ import annotations

import pytest
import torch

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.training import Captured
from dualgap.training.captured import _cloned, _copy

ADAM = dg.methods.AlternatingGDA(step=1e-3, first="y", scaling=dg.methods.Adam(beta1=0.0))


def game():
    return dg.training.recipes.baseline("r1", law="ring", steps=3).game


def trained(method, **options):
    few = dg.training.Evaluation(points=16)
    return dg.training.train(game(), method, seeds=[0, 1], steps=5, observe=few, **options)


def test_on_the_cpu_it_takes_the_methods_steps():
    assert torch.equal(trained(Captured(method=ADAM)).x, trained(ADAM).x)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device here")
def test_on_a_gpu_the_replayed_steps_are_the_eager_ones():
    captured, eager = (trained(method, device="cuda") for method in (Captured(method=ADAM), ADAM))
    # the same kernels on the same numbers, but for those that choose by the stream they run on
    assert torch.allclose(captured.x, eager.x, atol=1e-5)


def test_it_costs_and_draws_what_the_method_does():
    method = Captured(method=ADAM)
    assert (method.gradient_calls(game()), method.draws, method.update_order) == (2, 2, "y first")


def test_what_is_no_method_is_named():
    with pytest.raises(InvalidInput, match=r"^method must"):
        Captured(method="adam")


def test_samples_and_memories_are_copied_in_place_whatever_they_hold():
    value = (torch.zeros(2), {"a": torch.ones(1)}, (torch.ones(3),))
    place = _cloned(value)
    _copy(place, (torch.full((2,), 5.0), {"a": torch.full((1,), 6.0)}, (torch.full((3,), 7.0),)))
    assert [place[0].tolist(), place[1]["a"].tolist(), place[2][0].tolist()] == [[5, 5], [6], [7, 7, 7]]
    assert value[0].tolist() == [0, 0]
