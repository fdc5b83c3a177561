from __future__ import annotations

import math

import numpy as np
import pytest
import torch

import dualgap as dg
from dualgap.errors import InvalidInput


def test_omitted_weights_are_equal():
    assert dg.Points(np.zeros((4, 2))).weights.tolist() == [0.25] * 4
    weights = dg.Points(torch.zeros(2, 3)).weights
    assert isinstance(weights, torch.Tensor)
    assert weights.dtype == torch.float32


def test_a_flat_array_is_on_the_line():
    assert dg.Points([1, 2, 3]).points.shape == (3, 1)
    assert dg.Points([1, 2, 3]).dimension == dg.Samples([1.0, 2.0]).dimension == 1


@pytest.mark.parametrize("bad", [[math.nan], [math.inf], [], "text", None, 1.0, np.zeros((2, 2, 2)), [True], [["a"]]])
def test_bad_points_are_refused_by_name(bad):
    for measure in (dg.Points, dg.Samples):
        with pytest.raises(InvalidInput, match=r"^points must"):
            measure(bad)


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ([0.5, 0.4], "weights must sum to 1"),
        ([0.5, 0.25, 0.25], "points and weights must have the same length, got 2 and 3"),
        ([1.5, -0.5], "weights must not be negative"),
        ([[0.5, 0.5]], r"weights must have shape \(n,\)"),
        ("ab", "weights must"),
    ],
)
def test_bad_weights_are_refused_by_name(bad, words):
    with pytest.raises(InvalidInput, match=words) as caught:
        dg.Points([0.0, 1.0], bad)
    assert caught.value.argument == "weights"


def test_one_draw_is_no_sample():
    with pytest.raises(InvalidInput, match="at least 2 draws, got 1"):
        dg.Samples([0.0])
