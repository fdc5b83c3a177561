from __future__ import annotations

import math

import numpy as np
import pytest
import torch

import dualgap as dg
from dualgap.errors import InvalidInput


def test_weights_are_kept_as_they_were_given():
    tensor = torch.tensor([0.5, 0.5], requires_grad=True)
    assert dg.Histogram(tensor).weights is tensor
    array = np.full((3, 4), 0.25, np.float32)
    assert dg.Histogram(array).weights is array


@pytest.mark.parametrize(
    "bad", [[0.5, 0.4], [1.5, -0.5], [math.nan, 1.0], [math.inf], [], "ab", None, 1.0, [True], [[0.5, 0.4]]]
)
def test_bad_weights_are_refused_by_name(bad):
    with pytest.raises(InvalidInput, match=r"^weights must") as caught:
        dg.Histogram(bad)
    assert caught.value.argument == "weights"


def test_weights_off_by_the_rounding_of_their_precision_are_taken():
    assert dg.Histogram(np.full(3, 1 / 3, np.float32)).weights.dtype == np.float32
    assert dg.Histogram([1 / 3, 1 / 3, 1 / 3 + 1e-10]).weights.sum() != 1
    with pytest.raises(InvalidInput):
        dg.Histogram([1 / 3, 1 / 3, 1 / 3 + 1e-8])
