"""Names for games and methods: all are there, and what is not there is answered with what is."""

from __future__ import annotations

import inspect

import pytest

from dualgap.errors import InvalidInput
from dualgap.games import examples, methods
from dualgap.games.by_name import METHODS, example_named, method_named

SHIPPED = {
    value
    for name in methods.__all__
    if inspect.isclass(value := getattr(methods, name))
    and issubclass(value, methods.Method)
    and not inspect.isabstract(value)
}


def test_every_method_that_is_shipped_has_a_name():
    named = {type(make(0.1)) for make in METHODS.values()}
    assert {one.__name__ for one in SHIPPED - named} == set()


def test_a_name_gives_a_method_of_that_step():
    assert method_named("alternating", 0.25).step_x == 0.25
    assert example_named("xy").make().sizes == (1, 1)


def test_names_are_those_of_the_table():
    assert all(example_named(name).name == name for name in examples())


@pytest.mark.parametrize(
    ("look", "said"),
    [
        (lambda: method_named("extragradent", 0.1), "did you mean extragradient?"),
        (lambda: method_named("adam", 0.1), "method must be one of simultaneous, alternating"),
        (lambda: example_named("rock-paper"), "did you mean rock-paper-scissors?"),
        (lambda: example_named("chess"), "game must be one of xy, "),
        (lambda: method_named("extragradient", -0.1), "step must be above 0, got -0.1"),
        (lambda: method_named("extragradient", float("nan")), "step must be finite, got nan"),
    ],
)
def test_a_name_or_a_step_that_is_none_is_answered_with_what_there_is(look, said):
    with pytest.raises(InvalidInput) as caught:
        look()
    assert said in str(caught.value)
