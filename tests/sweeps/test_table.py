"""The table has one type a column, whatever the calls returned."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualgap.sweeps.configuration import tasks_of
from dualgap.sweeps.outcome import Outcome
from dualgap.sweeps.table import table_of


def _column(values):
    tasks = tasks_of(min, {"a": list(range(len(values)))}, None)
    outcomes = {
        task.key: Outcome(key=task.key, status="ok", result={"value": value})
        for task, value in zip(tasks, values, strict=True)
    }
    return table_of(tasks, outcomes)["value"]


@pytest.mark.parametrize(
    ("values", "kind", "kept"),
    [
        ([1, None, 2], "int64", [1, None, 2]),
        ([1, 0.5], "double", [1.0, 0.5]),
        ([True, None], "bool", [True, None]),
        (["a", None], "string", ["a", None]),
        ([[1, 2.5], []], "list<item: double>", [[1.0, 2.5], []]),
        ([[1, "a"], None], "string", ['[1, "a"]', None]),
        ([1, "a"], "string", ["1", "a"]),
        ([True, 1], "string", ["true", "1"]),
        ([2**70, 0.5], "double", [2.0**70, 0.5]),
        ([10**400, 0.5], "double", [math.inf, 0.5]),
        ([2**70], "double", [2.0**70]),
        ([None, None], "string", [None, None]),
    ],
)
def test_a_column_has_one_type_that_holds_all_its_values(values, kind, kept):
    column = _column(values)
    assert (str(column.type), column.to_pylist()) == (kind, kept)


@given(
    st.lists(
        st.one_of(st.none(), st.integers(), st.floats(), st.text(max_size=3), st.lists(st.floats(), max_size=2)),
        min_size=1,
    )
)
def test_any_mixture_makes_a_column(values):
    assert len(_column(values)) == len(values)


def test_rows_stand_in_the_order_of_the_grid_and_calls_without_an_outcome_have_none():
    tasks = tasks_of(min, {"a": [3, 1, 2]}, [0, 1])
    outcomes = {t.key: Outcome(key=t.key, status="ok", result={}) for t in reversed(tasks) if t.arguments["a"] != 1}
    table = table_of(tasks, outcomes)
    assert list(zip(table["a"].to_pylist(), table["seed"].to_pylist(), strict=True)) == [(3, 0), (3, 1), (2, 0), (2, 1)]


def test_a_result_with_the_name_of_another_column_hides_nothing():
    tasks = tasks_of(min, {"a": [1]}, 5)
    result = {"a": 10, "seed": 11, "error": 0.5, "status": "fine"}
    table = table_of(tasks, {tasks[0].key: Outcome(key=tasks[0].key, status="ok", result=result)})
    (row,) = table.to_pylist()
    assert {name: row[name] for name in ("a", "seed", "status", "error")} == {
        "a": 1,
        "seed": 5,
        "status": "ok",
        "error": "",
    }
    assert {name: row[f"result.{name}"] for name in result} == result
