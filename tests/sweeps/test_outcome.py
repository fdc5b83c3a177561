"""What a call returned becomes a row, and what it raised too."""

from __future__ import annotations

import json
import math
import sys

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.sweeps.outcome import Outcome, attempt, flat, lost, same, unsendable

PLAIN = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.lists(st.floats(), max_size=3)
)


@given(st.dictionaries(st.text(min_size=1, max_size=4), PLAIN, max_size=4))
def test_plain_results_come_back_as_they_are_and_survive_a_file(result):
    assert repr(flat(result)) == repr(result)
    assert repr(json.loads(json.dumps(flat(result)))) == repr(result)


def test_numbers_of_every_library_become_numbers():
    found = flat({"a": np.float32(0.5), "b": torch.tensor(2.0), "c": np.arange(2), "d": torch.ones(1, 2), "e": (1, 2)})
    assert found == {"a": 0.5, "b": 2.0, "c": [0, 1], "d": [[1.0, 1.0]], "e": [1, 2]}


def test_a_bracket_is_its_value_its_bounds_and_what_they_are_worth():
    bracket = dg.kl([0.5, 0.5], [0.25, 0.75])
    assert flat(bracket) == {
        "value": bracket.value,
        "lower": bracket.lower,
        "upper": bracket.upper,
        "guarantee": "EXACT",
        "method": "discrete",
    }
    assert flat({"in": {"kl": bracket}})["in.kl.upper"] == bracket.upper


@pytest.mark.parametrize("value", [object(), {1: 2}, {"": 1}, [object()], {"a": {1, 2}}, 1j])
def test_what_has_no_place_in_a_table_is_recorded_as_an_error(value):
    outcome = attempt(lambda: value, "key", {})
    assert (outcome.status, outcome.result) == ("error", {})
    assert "function must return" in outcome.error


@pytest.mark.parametrize(
    "error", [ValueError("bad"), SystemExit(3), RecursionError(), StopIteration(), dg.errors.DualgapError()]
)
def test_whatever_a_call_raises_is_its_outcome(error):
    def call():
        raise error

    outcome = attempt(call, "key", {})
    assert outcome.status == "error"
    assert type(error).__name__ in outcome.error.splitlines()[-1]


def test_an_interruption_is_no_outcome():
    with pytest.raises(KeyboardInterrupt):
        attempt(lambda: (_ for _ in ()).throw(KeyboardInterrupt), "key", {})


def test_same_notices_a_difference_and_overlooks_the_clock():
    first = Outcome(key="a", status="ok", result={"value": math.nan}, seconds=1.0)
    assert same(first, Outcome(key="a", status="ok", result={"value": math.nan}, seconds=2.0, attempts=3))
    assert not same(first, Outcome(key="a", status="ok", result={"value": 0.0}))
    assert not same(first, lost("a", 1))


def test_the_reason_why_a_function_cannot_be_sent_is_said():
    error = unsendable(TypeError("first line\ncannot pickle 'x' object"))
    assert isinstance(error, InvalidInput)
    assert str(error).endswith("(TypeError: cannot pickle 'x' object)")
    assert sys.getrecursionlimit() > 0
