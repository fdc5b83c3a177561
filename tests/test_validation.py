from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from dualgap import validation
from dualgap.errors import InvalidInput

NOT_NUMBERS = ["1", None, True, np.True_, [1.0], np.array([1.0]), 1j, {}, torch.tensor(True)]
NOT_FINITE = [math.nan, math.inf, -math.inf, np.nan, np.float32("inf")]


@pytest.mark.parametrize("bad", NOT_NUMBERS + NOT_FINITE)
def test_real_refuses_what_is_no_finite_number(bad):
    with pytest.raises(InvalidInput, match=r"^step must be") as caught:
        validation.real(bad, "step")
    assert caught.value.argument == "step"


@pytest.mark.parametrize("good", [2, 2.0, np.float32(2), np.int64(2), np.array(2.0), Fraction(2)])
def test_real_gives_a_float(good):
    assert validation.real(good, "step") == 2.0
    assert type(validation.real(good, "step")) is float


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_real_keeps_its_bounds(number):
    for bound, holds in (
        ({"above": 0}, number > 0),
        ({"at_least": 0}, number >= 0),
        ({"below": 0}, number < 0),
        ({"at_most": 0}, number <= 0),
    ):
        if holds:
            assert validation.real(number, "x", **bound) == number
        else:
            with pytest.raises(InvalidInput, match=f"x must be {next(iter(bound)).replace('_', ' ')} 0, got"):
                validation.real(number, "x", **bound)


def test_an_integer_beyond_every_double_is_refused():
    with pytest.raises(InvalidInput, match="finite number"):
        validation.real(10**400, "step")


@pytest.mark.parametrize("bad", [1.0, "3", True, None, 0, -1, [2]])
def test_count_refuses_what_is_no_positive_whole_number(bad):
    with pytest.raises(InvalidInput, match=r"^steps must be") as caught:
        validation.count(bad, "steps")
    assert caught.value.argument == "steps"


def test_count_gives_an_int():
    assert type(validation.count(np.int64(3), "steps")) is int
    assert validation.count(0, "steps", at_least=0) == 0


@pytest.mark.parametrize("bad", ["c", None, 1, [], ""])
def test_choice_names_the_options(bad):
    with pytest.raises(InvalidInput, match="which must be one of 'a', 'b', got"):
        validation.choice(bad, "which", ["a", "b"])
    assert validation.choice("a", "which", iter(["a", "b"])) == "a"


def test_order_and_confidence_have_their_ranges():
    assert validation.order_of_distance(1) == 1
    assert validation.confidence_level(0.95) == 0.95
    with pytest.raises(InvalidInput, match="order must be at least 1"):
        validation.order_of_distance(0.5)
    for bad in (0, 1, 95):
        with pytest.raises(InvalidInput, match="confidence must be"):
            validation.confidence_level(bad)


BAD_ARRAYS = [
    ("text", "text"),
    (["a"], "real numbers"),
    ([1.0, "b"], "real numbers"),
    ([], "empty"),
    (np.zeros((3, 0)), "empty"),
    ([1.0, math.nan], r"finite, got nan at position \(1,\)"),
    ([[1.0, math.inf]], r"got inf at position \(0, 1\)"),
    ([[1.0], [1.0, 2.0]], "equal row lengths"),
    ([1j], "real numbers"),
    ([True], "real numbers"),
    (None, "real numbers"),
    (np.array([object()]), "real numbers"),
    (b"bytes", "real numbers"),
    (np.array(["2020"], "datetime64[D]"), "real numbers"),
    (torch.tensor([math.nan]), "finite"),
    (torch.tensor([]), "empty"),
    (torch.tensor([1j]), "tensor"),
    (torch.tensor([True]), "tensor"),
    (torch.tensor([1.0], dtype=torch.float16), r"float32, float64 or integer tensor, got .*; use \.float\(\)"),
]


@pytest.mark.parametrize(("bad", "words"), BAD_ARRAYS)
def test_as_array_refuses_what_is_no_finite_array(bad, words):
    with pytest.raises(InvalidInput, match=words) as caught:
        validation.as_array(bad, "points")
    assert str(caught.value).startswith("points must")
    assert caught.value.argument == "points"


def test_as_array_keeps_kind_and_precision():
    assert validation.as_array([1, 2], "x").dtype == np.float64
    assert validation.as_array(np.float32([1, 2]), "x").dtype == np.float32
    assert validation.as_array(np.float16([1, 2]), "x").dtype == np.float64
    tensor = torch.tensor([1.0, 2.0], requires_grad=True)
    assert validation.as_array(tensor, "x") is tensor
    assert validation.as_array(torch.tensor([1, 2]), "x").dtype == torch.float64
    given_array = np.array([1.0, 2.0])
    assert validation.as_array(given_array, "x") is given_array


def test_points_on_the_line_become_a_column():
    assert validation.points_array([1.0, 2.0], "x").shape == (2, 1)
    assert validation.points_array(torch.zeros(4, 3), "x").shape == (4, 3)
    for bad in (1.0, np.zeros((2, 2, 2))):
        with pytest.raises(InvalidInput, match="points of shape"):
            validation.points_array(bad, "x")


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=20).filter(any))
def test_whole_numbers_divided_by_their_sum_are_probabilities(integers):
    weights = np.array(integers) / sum(integers)
    assert validation.probabilities(weights, "p") is weights
    assert validation.probabilities(weights.astype(np.float32), "p").dtype == np.float32
    with pytest.raises(InvalidInput, match=r"p must sum to 1, got .*; divide by its sum first"):
        validation.probabilities(weights * 1.01, "p")


def test_probabilities_names_the_worst_row_of_a_batch():
    with pytest.raises(InvalidInput, match=r"got 0\.5;"):
        validation.probabilities([[0.5, 0.5], [0.25, 0.25]], "p")
    with pytest.raises(InvalidInput, match=r"not be negative, got -0.5"):
        validation.probabilities([1.5, -0.5], "p")
    with pytest.raises(InvalidInput, match="single number"):
        validation.masses(1.0, "p")


def test_same_length_names_both_and_says_both():
    validation.same_length(2, 2, ("x", "y"), "dimension")
    with pytest.raises(InvalidInput, match="x and y must have the same dimension, got 2 and 3") as caught:
        validation.same_length(2, 3, ("x", "y"), "dimension")
    assert caught.value.argument == "y"


def test_detached_is_a_copy_in_float64_without_gradient():
    tensor = torch.tensor([1.0], requires_grad=True)
    copied = validation.detached(tensor * 2)
    assert copied.dtype == np.float64
    array = np.array([1.0])
    validation.detached(array)[0] = 5.0
    assert array[0] == 1.0
    assert validation.is_torch(tensor)
    assert not validation.is_torch(array)
