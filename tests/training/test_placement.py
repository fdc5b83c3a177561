"""Where and in how many digits a run is computed."""

from __future__ import annotations

import pytest
import torch

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.training.placement import Placement


def test_few_digits_are_for_products_and_not_for_weights():
    placement = Placement(torch.bfloat16, "cpu")
    assert placement.options == {"dtype": torch.float32, "device": torch.device("cpu")}
    a = torch.ones(3, 3)
    with placement.arithmetic():
        assert (a @ a).dtype == torch.bfloat16
    assert (a @ a).dtype == torch.float32
    with Placement(torch.float64, "cpu").arithmetic():
        assert (a @ a).dtype == torch.float32


def test_a_run_in_bfloat16_keeps_float32_weights_near_those_of_float32():
    recipe = dg.training.recipes.baseline("r1", law="ring", steps=3)
    few = dg.training.Evaluation(points=16)
    short, full = (
        dg.training.train(recipe.game, recipe.method, seeds=[0], steps=3, dtype=dtype, observe=few)
        for dtype in (torch.bfloat16, torch.float32)
    )
    assert short.x.dtype == torch.float32
    assert not torch.equal(short.x, full.x)
    # three steps of Adam of 0.001: no weight can be further apart than twice what it has moved
    assert float((short.x - full.x).abs().max()) <= 6e-3 * (1 + 1e-5)


def test_tf32_is_cudas(monkeypatch):
    with pytest.raises(InvalidInput, match=r"^dtype must be torch.float32 or torch.bfloat16 on cpu, got \"tf32\""):
        Placement("tf32", "cpu")


@pytest.mark.parametrize(("dtype", "allowed"), [(torch.float32, False), ("tf32", True)])
def test_products_and_convolutions_have_the_digits_that_were_asked_for(dtype, allowed):
    """Torch's own settings on CUDA are full digits for products and TF32 for convolutions."""
    placement = Placement(torch.float32, "cpu")
    for name, value in (("dtype", dtype), ("device", "cuda")):  # as it is where there is one
        object.__setattr__(placement, name, value)
    places = torch.backends.cuda.matmul, torch.backends.cudnn
    before = [one.allow_tf32 for one in places]
    with placement.arithmetic():
        assert [one.allow_tf32 for one in places] == [allowed, allowed]
    assert [one.allow_tf32 for one in places] == before


@pytest.mark.parametrize("dtype", [torch.float16, torch.int64, "float32", None])
def test_other_types_are_named(dtype):
    with pytest.raises(InvalidInput, match=r"^dtype must"):
        Placement(dtype, "cpu")


@pytest.mark.parametrize("device", ["nowhere", "meta", None, 1.5])
def test_a_device_that_is_not_there_is_named(device):
    with pytest.raises(InvalidInput, match=r"^device must"):
        Placement(torch.float32, device)
