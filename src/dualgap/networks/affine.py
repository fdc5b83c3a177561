"""Matrices and biases in a flat vector of weights, and the affine maps that they are."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import Tensor

from dualgap.errors import InvalidInput
from dualgap.validation import count

__all__ = ["affine", "checked_widths", "number_of_weights", "shapes_between", "unpack"]

Shapes = Sequence[tuple[int, int]]


def checked_widths(widths: Any) -> tuple[int, ...]:
    """At least two whole numbers, of the input and of the output.

    Raises
    ------
    InvalidInput
    """
    found = tuple(widths) if isinstance(widths, Iterable) else ()
    if isinstance(widths, str) or len(found) < 2:
        raise InvalidInput(
            f"widths must be at least two whole numbers, input and output, such as (2, 64, 1), got {widths!r}",
            argument="widths",
        )
    return tuple(count(width, "widths") for width in found)


def shapes_between(widths: Sequence[int]) -> list[tuple[int, int]]:
    """(fan-in, fan-out) of each matrix."""
    return list(itertools.pairwise(widths))


def number_of_weights(shapes: Shapes) -> int:
    """Of the matrices and their biases."""
    return sum(fan_in * fan_out + fan_out for fan_in, fan_out in shapes)


def unpack(weights: Tensor, shapes: Shapes) -> list[tuple[Tensor, Tensor]]:
    """The matrix (..., fan-in, fan-out) and the bias (..., fan-out) of each layer."""
    pieces = iter(weights.split([n for i, o in shapes for n in (i * o, o)], -1))
    return [(next(pieces).unflatten(-1, shape), next(pieces)) for shape in shapes]


def affine(points: Tensor, matrix: Tensor, bias: Tensor) -> Tensor:
    """points @ matrix + bias, for each copy of an ensemble."""
    bias = bias[..., None, :]
    if matrix.ndim == points.ndim == 3 and len(matrix) == len(points):
        return torch.baddbmm(bias, points, matrix)
    return points @ matrix + bias
