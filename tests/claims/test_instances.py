"""Where instances come from."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from dualgap.claims import Drawn, Listed, Seeds
from dualgap.claims.instances import as_instances
from dualgap.errors import InvalidInput


def test_a_strategy_is_drawn_from_and_a_sequence_is_a_list():
    assert isinstance(as_instances(st.integers()), Drawn)
    assert as_instances(range(3)) == Listed((0, 1, 2))
    seeds = Seeds(at_least=0.5, quick=2, full=4)
    assert as_instances(seeds) is seeds


def test_each_budget_has_its_own_number_of_instances():
    assert (
        Drawn(st.integers(), quick=3, full=7).count("quick"),
        Drawn(st.integers(), quick=3, full=7).count("full"),
    ) == (3, 7)
    assert (
        Seeds(at_least=0.5, quick=2, full=4).count("quick"),
        Seeds(at_least=0.5, quick=2, full=4).count("full"),
    ) == (2, 4)


@pytest.mark.parametrize("value", ["a text", 3, None])
def test_what_is_no_source_of_instances_is_refused(value):
    with pytest.raises(InvalidInput, match=r"^instances must"):
        as_instances(value)


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: Drawn([1, 2]), "strategy"),  # pyright: ignore[reportArgumentType]
        (lambda: Drawn(st.integers(), quick=0), "quick"),
        (lambda: Listed(()), "values"),
        (lambda: Seeds(at_least=1.0, quick=1, full=1), "at_least"),
        (lambda: Seeds(at_least=0.5, quick=1, full=0), "full"),
        (lambda: Drawn(st.integers()).count("huge"), "budget"),
    ],
)
def test_sources_that_cannot_be_tried_are_refused(make, name):
    with pytest.raises(InvalidInput, match=rf"^{name} must"):
        make()
