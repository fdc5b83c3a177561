"""The same configuration has the same key in every process, and another one has another."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.sweeps.configuration import code_of, described, name_of, named, tasks_of

NUMBERS = st.one_of(st.integers(), st.floats(allow_nan=False), st.text(max_size=5), st.booleans(), st.none())
VALUES = st.recursive(NUMBERS, lambda inner: st.lists(inner, max_size=3), max_leaves=6)


def double(x: float) -> float:
    return 2 * x


def told(value: object) -> str:
    return json.dumps(described(value), sort_keys=True)


@given(VALUES, VALUES)
def test_values_are_told_apart_exactly_when_they_differ(first, second):
    assert (told(first) == told(second)) == (repr(first) == repr(second))


@given(st.dictionaries(st.text(max_size=3), VALUES, max_size=4))
def test_a_mapping_has_no_order(mapping):
    assert told(mapping) == told(dict(reversed(mapping.items())))


@given(st.lists(st.integers(-3, 3), min_size=1, max_size=4), st.lists(st.text(max_size=2), min_size=1, max_size=3))
def test_a_grid_is_every_combination_once(numbers, words):
    tasks = tasks_of(double, {"x": numbers, "word": words}, seeds=[5, 6])
    combinations = {(x, word, seed) for x in numbers for word in words for seed in (5, 6)}
    assert {(t.arguments["x"], t.arguments["word"], t.seed) for t in tasks} == combinations
    assert len({t.key for t in tasks}) == len(tasks) == len(combinations)


def test_a_list_of_grids_is_their_union_and_what_two_share_is_called_once():
    tasks = tasks_of(double, [{"x": [1, 2]}, {"x": [2, 3]}], seeds=None)
    assert [t.arguments for t in tasks] == [{"x": 1}, {"x": 2}, {"x": 3}]


def test_keys_are_the_same_in_another_process():
    script = (
        "import math, numpy as np\n"
        "from dualgap.bracket import Guarantee\n"
        "from dualgap.measures import Gaussian\n"
        "from dualgap.sweeps.configuration import tasks_of\n"
        "values = [1, 2.5, 'x', None, True, Gaussian([0.0], [[1.0]]), np.arange(3), Guarantee.EXACT, np.exp, {'b': 1, 'a': 2}]\n"
        "keys = [task.key for task in tasks_of(math.sqrt, {'a': values}, 3)]"
    )
    other = subprocess.run([sys.executable, "-c", script + "\nprint(keys)"], capture_output=True, text=True, check=True)
    here: dict[str, Any] = {}
    exec(script, here)
    assert other.stdout.strip() == repr(here["keys"])
    assert len(set(here["keys"])) == 10


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (1, 1.0),
        (True, 1),
        ("1", 1),
        (0.1, 0.1 + 2**-55),
        (np.zeros(3), np.zeros(4)),
        (np.zeros(3), np.zeros(3, dtype=np.float32)),
        (np.zeros(2), torch.zeros(2, dtype=torch.float64)),
        (dg.games.dirac_gan(r1=0.1), dg.games.dirac_gan(r1=0.2)),
        (dg.methods.ExtraGradient(step=0.1), dg.methods.PastExtraGradient(step=0.1)),
        (dg.games.bilinear([[1.0]]), dg.games.bilinear([[2.0]])),
        (np.exp, np.log),
        (double, named),
        (lambda x: x, lambda x: x + 1),
        (Path("a"), "a"),
        ([1, [2]], [[1], 2]),
        ({"a": 1}, {"a": 2}),
    ],
)
def test_what_differs_is_described_differently(first, second):
    assert told(first) != told(second)
    assert told(first) == told(first)


def test_what_a_closure_holds_is_part_of_it():
    def make(number):
        return lambda x: x + number

    assert told(make(1)) == told(make(1)) != told(make(2))


class Slots:
    __slots__ = ()


@pytest.mark.parametrize("value", [Slots(), object(), iter([1]), {1}.__iter__()])
def test_what_cannot_be_seen_into_is_refused(value):
    with pytest.raises(InvalidInput, match="grid must have values that can be told apart"):
        described(value)


def test_what_holds_itself_is_refused():
    endless: list[object] = []
    endless.append(endless)
    with pytest.raises(InvalidInput, match="holds itself"):
        described(endless)


@pytest.mark.parametrize(
    ("grid", "said"),
    [
        ({}, "must not be empty"),
        ([], "must not be empty"),
        ([{}], "must not be empty"),
        ({"a": []}, "at least one value"),
        ("grid", "must be a mapping"),
        (3, "must be a mapping"),
        ([1], "must be a mapping"),
        ({1: [2]}, "names of arguments"),
        ({"a b": [2]}, "names of arguments"),
        ({"seed": [1]}, "seeds="),
        ({"status": [1]}, "column"),
    ],
)
def test_a_grid_that_is_none_is_refused(grid, said):
    with pytest.raises(InvalidInput, match=said):
        tasks_of(double, grid, None)


@pytest.mark.parametrize("seeds", [[], [-1], "12", 1.5, [True], ["1"]])
def test_seeds_that_are_none_are_refused(seeds):
    with pytest.raises(InvalidInput, match="seeds"):
        tasks_of(double, {"x": [1]}, seeds)


def test_a_single_value_and_a_single_seed_stand_for_themselves():
    (task,) = tasks_of(double, {"x": 1.5, "name": "ab"}, np.int64(3))
    assert task.arguments == {"x": 1.5, "name": "ab", "seed": 3}


def test_a_function_is_found_by_its_name_and_nothing_else_is():
    assert named("math:sqrt")(4) == 2
    assert name_of(double).endswith(":double")
    for path in ("math", "math:no_such", "no_such_module:f", "os;x:f", "math:pi", "a:b c", ":", "math:"):
        with pytest.raises(InvalidInput, match="function must be"):
            named(path)


def test_comments_are_no_code_and_constants_are():
    assert code_of(lambda: 1) == code_of(lambda: 1) != code_of(lambda: 2)
    assert code_of(len) is None
