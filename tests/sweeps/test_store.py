"""What a folder holds is never lost, and what cannot be read is never believed."""

from __future__ import annotations

import json
import os

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dualgap.errors import InvalidInput
from dualgap.sweeps import store as store_module
from dualgap.sweeps.configuration import tasks_of
from dualgap.sweeps.outcome import Outcome, same
from dualgap.sweeps.store import Store

TASKS = tasks_of(min, {"a": list(range(6))}, None)
OUTCOMES = [Outcome(key=task.key, status="ok", result={"value": k / 7}, seconds=0.1) for k, task in enumerate(TASKS)]


def _store(folder, function="m:f", code: str | None = "c"):
    store = Store(folder, function=function, code=code, tasks=TASKS)
    store.parts.mkdir(parents=True, exist_ok=True)
    store.open()
    return store


def _filled(folder):
    store = _store(folder)
    for outcome in OUTCOMES:
        store.add(outcome)
        store.flush()
    store.show()
    return store


def _agree(found, expected):
    return found.keys() == expected.keys() and all(same(found[key], expected[key]) for key in expected)


def test_what_was_added_is_known_to_the_next_run(tmp_path):
    _filled(tmp_path)
    assert _agree(_store(tmp_path).known(), {outcome.key: outcome for outcome in OUTCOMES})


def test_many_small_files_become_one_and_nothing_is_lost(tmp_path, monkeypatch):
    monkeypatch.setattr(store_module, "MANY_PARTS", 3)
    assert len(list(_filled(tmp_path).parts.iterdir())) <= 3
    assert _agree(_store(tmp_path).known(), {outcome.key: outcome for outcome in OUTCOMES})


def test_a_long_call_is_on_disk_as_soon_as_it_is_done(tmp_path):
    store = _store(tmp_path)
    store.add(Outcome(key=TASKS[0].key, status="ok", result={}, seconds=3600.0))
    assert len(_store(tmp_path).known()) == 1


def test_the_later_of_two_outcomes_counts(tmp_path):
    store = _filled(tmp_path)
    store.add(Outcome(key=TASKS[0].key, status="ok", result={"value": -1}))
    store.flush()
    assert _store(tmp_path).known()[TASKS[0].key].result == {"value": -1}


@settings(max_examples=20)
@given(data=st.data())
def test_a_damaged_file_is_set_aside_and_what_the_others_hold_is_known(data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("sweep")
    store = _filled(folder)
    paths = sorted(store.parts.iterdir())
    victim = data.draw(st.integers(0, len(paths) - 1))
    whole = paths[victim].read_bytes()
    kind = data.draw(st.sampled_from(["truncated", "other", "empty", "text", "foreign", "wrong"]))
    if kind == "truncated":
        paths[victim].write_bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])
    elif kind == "other":  # whole, and of another result than was written
        columns = pq.read_table(paths[victim])
        index = columns.column_names.index("result")
        pq.write_table(columns.set_column(index, "result", [['{"value": 0.25}']]), paths[victim])
    elif kind == "empty":
        paths[victim].write_bytes(b"")
    elif kind == "text":
        paths[victim].write_text("not a table")
    elif kind == "foreign":
        pq.write_table(pa.table({"x": [1, 2]}), paths[victim])
    else:
        columns = pq.read_table(paths[victim])
        index = columns.column_names.index("result")
        pq.write_table(columns.set_column(index, "result", [["{not json"]]), paths[victim])
    found = _store(folder)
    assert _agree(found.known(), {outcome.key: outcome for k, outcome in enumerate(OUTCOMES) if k != victim})
    assert [path.name for path in found.set_aside] == [paths[victim].name + ".damaged"]
    assert not _store(folder).set_aside  # said once


@settings(max_examples=20)
@given(data=st.data())
def test_a_bit_that_a_disk_turned_never_changes_a_result(data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("sweep")
    path = sorted(_filled(folder).parts.iterdir())[0]
    content = bytearray(path.read_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    path.write_bytes(bytes(content))
    expected = {outcome.key: outcome for outcome in OUTCOMES}
    assert all(same(outcome, expected[key]) for key, outcome in _store(folder).known().items())


def test_what_a_killed_run_was_about_to_write_is_taken_away(tmp_path):
    store = _filled(tmp_path)
    for path in (store.parts / ".1.parquet.abc", tmp_path / ".results.parquet.abc", tmp_path / "._sweep.json.abc"):
        path.write_bytes(b"half")
    _store(tmp_path)
    assert not list(tmp_path.rglob(".*.abc"))


def test_a_folder_of_another_function_is_refused(tmp_path):
    _filled(tmp_path)
    with pytest.raises(InvalidInput, match="holds results of m:f, not of m:g"):
        _store(tmp_path, function="m:g")
    with pytest.raises(InvalidInput, match="code of m:f has changed"):
        _store(tmp_path, code="d")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 1}', "null"])
def test_a_damaged_description_is_set_aside_and_the_results_are_kept(tmp_path, text):
    _filled(tmp_path)
    (tmp_path / "_sweep.json").write_text(text)
    store = _store(tmp_path)
    assert len(store.known()) == len(OUTCOMES)
    assert [path.name for path in store.set_aside] == ["_sweep.json.damaged"]
    assert json.loads((tmp_path / "_sweep.json").read_text())["function"] == "m:f"


def test_a_table_of_something_else_is_never_overwritten(tmp_path):
    pq.write_table(pa.table({"x": [1]}), tmp_path / "results.parquet")
    with pytest.raises(InvalidInput, match=r"results\.parquet of something else"):
        _store(tmp_path)
    assert pq.read_table(tmp_path / "results.parquet")["x"].to_pylist() == [1]


def test_the_folder_itself_is_read_as_a_table(tmp_path):
    _filled(tmp_path)
    assert sorted(os.listdir(tmp_path)) == ["_parts", "_sweep.json", "results.parquet"]
    assert pq.read_table(tmp_path)["value"].to_pylist() == [outcome.result["value"] for outcome in OUTCOMES]
