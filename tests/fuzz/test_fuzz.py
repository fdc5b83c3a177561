"""A few hundred of the hostile calls that ``make fuzz`` makes 100,000 of, and proof that it would notice."""

from __future__ import annotations

import warnings
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dualgap as dg
from dualgap.bracket import Guarantee
from tests.fuzz.calls import CALLS, Call, judge


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)
def test_a_hostile_call_gives_a_bracket_that_holds_or_an_error_of_the_library(call):
    @settings(max_examples=8)
    @given(call.arguments)
    def attacked(arguments):
        judge(call, arguments, Counter())

    attacked()


def _one(function, truth=None):
    return Call("example", st.just(()), function, truth)


def _bracket(lower, upper):
    return dg.Bracket(value=lower, lower=lower, upper=upper, guarantee=Guarantee.CERTIFIED, method="example")


def _changes(array):
    array[0] = 1
    return _bracket(0.0, 1.0)


@pytest.mark.parametrize(
    ("function", "truth", "arguments", "error"),
    [
        (lambda: _bracket(0.0, 1.0), lambda: (2, 2), (), AssertionError),
        (lambda: _bracket(1.0, 0.0), None, (), AssertionError),
        (lambda: {}["key"], None, (), KeyError),
        (lambda: warnings.warn("odd", stacklevel=1), None, (), UserWarning),
        (_changes, None, (np.zeros(2),), AssertionError),
        (lambda: np.log(np.zeros(1)), None, (), RuntimeWarning),
    ],
)
def test_what_is_wrong_is_noticed(function, truth, arguments, error):
    with pytest.raises(error):
        judge(_one(function, truth), arguments, Counter())


def test_what_is_right_is_counted():
    counts = Counter()
    judge(_one(lambda: _bracket(0.0, 1.0), lambda: (0.5, 0.5)), (), counts)
    judge(_one(lambda: dg.kl([2.0], [1.0])), (), counts)
    assert counts == {"confirmed": 1, "refused": 1}
