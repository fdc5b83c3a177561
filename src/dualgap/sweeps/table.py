"""The table of a sweep: a row a call, a column a parameter and a result."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from dualgap.extras import require
from dualgap.sweeps.configuration import COLUMNS, Task
from dualgap.sweeps.outcome import Outcome

__all__ = ["table_of"]


def table_of(tasks: Iterable[Task], outcomes: Mapping[str, Outcome]) -> Any:
    """The outcomes in the order of the tasks: the same table whatever the order in which they finished.

    Parameters
    ----------
    tasks : iterable of Task
    outcomes : mapping of keys to Outcome
        Tasks without one have no row.

    Returns
    -------
    pyarrow.Table
        The parameters, ``seed``, the results, ``status``, ``error``, ``attempts``, ``seconds`` and ``key``; a result with the name
        of another column has ``result.`` before it.

    Raises
    ------
    MissingExtra
        Without pyarrow.

    Examples
    --------
    >>> from dualgap.sweeps.configuration import tasks_of
    >>> tasks = tasks_of(min, {"a": [1, 2]}, seeds=None)
    >>> outcome = Outcome(key=tasks[1].key, status="ok", result={"value": 0.5})
    >>> table_of(tasks, {outcome.key: outcome}).to_pylist()[0]["value"]
    0.5
    """
    arrow = require("pyarrow", extra="cluster")
    rows = [(task, outcomes[task.key]) for task in tasks if task.key in outcomes]
    parameters = dict.fromkeys(name for task, _ in rows for name in task.shown)
    results = dict.fromkeys(name for _, outcome in rows for name in outcome.result)
    columns: dict[str, list[Any]] = {name: [task.shown.get(name) for task, _ in rows] for name in parameters}
    columns["seed"] = [task.seed for task, _ in rows]
    taken = {*columns, *COLUMNS}
    for name in results:
        columns[f"result.{name}" if name in taken else name] = [outcome.result.get(name) for _, outcome in rows]
    for name in ("status", "error", "attempts", "seconds", "key"):
        columns[name] = [getattr(outcome, name) for _, outcome in rows]
    return arrow.table({name: arrow.array(*_typed(values)) for name, values in columns.items()})


def _typed(values: list[Any]) -> tuple[list[Any], Any]:
    """Values of one type, and the type: whole numbers, numbers, truth values, text, lists of numbers; text for any mixture."""
    arrow = require("pyarrow", extra="cluster")
    kinds = {type(value) for value in values if value is not None}
    if kinds == {bool}:
        return values, arrow.bool_()
    if kinds == {int} and all(value is None or -(2**63) <= value < 2**63 for value in values):
        return values, arrow.int64()
    if kinds and kinds <= {int, float}:
        return [None if value is None else _as_float(value) for value in values], arrow.float64()
    if kinds == {list}:
        inside = {type(one) for value in values if value is not None for one in value}
        if inside <= {int, float}:
            return [None if value is None else [*map(_as_float, value)] for value in values], arrow.list_(
                arrow.float64()
            )
    return [value if value is None or isinstance(value, str) else json.dumps(value) for value in values], arrow.string()


def _as_float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:  # a whole number beyond 1.8e308
        return float("inf") if value > 0 else float("-inf")
