"""One vector holds matrices and biases, in order."""

from __future__ import annotations

import pytest
import torch

from dualgap.errors import InvalidInput
from dualgap.games import Streams
from dualgap.networks.affine import affine, checked_widths, number_of_weights, shapes_between, unpack


def test_a_vector_is_unpacked_in_order_and_completely():
    shapes = shapes_between((2, 3, 1))
    weights = torch.arange(13.0)
    (first, b), (second, c) = unpack(weights, shapes)
    assert number_of_weights(shapes) == 13
    assert torch.equal(torch.cat([first.flatten(), b, second.flatten(), c]), weights)
    assert first.shape == (2, 3)
    assert second.shape == (3, 1)


@pytest.mark.parametrize(
    ("copies", "clouds"), [((), ()), ((4,), (4,)), ((4,), ()), ((), (4,)), ((4,), (1,)), ((2, 3), (2, 3))]
)
def test_an_affine_map_of_an_ensemble_is_that_of_each_copy(copies, clouds):
    streams = Streams(0)
    matrix, bias, points = streams.normal(*copies, 3, 2), streams.normal(*copies, 2), streams.normal(*clouds, 5, 3)
    expected = torch.einsum("...bi,...io->...bo", points, matrix) + bias[..., None, :]
    assert torch.allclose(affine(points, matrix, bias), expected, rtol=1e-13, atol=1e-14)  # sums of three products


def test_widths_that_are_no_whole_numbers_are_refused():
    assert checked_widths(iter([2, 1])) == (2, 1)
    with pytest.raises(InvalidInput, match=r"^widths must be at least two whole numbers"):
        checked_widths([3])
