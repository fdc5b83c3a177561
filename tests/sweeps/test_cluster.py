"""A real cluster of two processes, of which some are killed in the middle."""

from __future__ import annotations

import os
import signal

import pytest

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.sweeps.outcome import Outcome
from dualgap.sweeps.table import table_of


def _undisturbed(table):
    return table.drop_columns(["attempts", "seconds", "error"]).to_pylist()


def test_a_worker_killed_in_the_middle_costs_nothing_but_time(cluster, tmp_path):
    def call(a, seed):
        marker = tmp_path / "killed"
        if a == 5 and not marker.exists():
            marker.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        if a == 3:
            raise ValueError("three is wrong")
        return {"sum": a + seed, "share": a / 7}

    grid = {"a": list(range(12))}
    found = dg.sweep(
        call, grid, seeds=range(2), backend="dask", address=cluster.scheduler_address, path=tmp_path / "results"
    )
    assert (tmp_path / "killed").exists()
    alone = dg.sweep(call, grid, seeds=range(2), backend="sequential")
    assert _undisturbed(found.table) == _undisturbed(alone.table)
    assert [row["a"] for row in found.failures] == [3, 3]
    assert all("three is wrong" in row["error"] for row in found.failures)
    again = dg.sweep(
        call, grid, seeds=range(2), backend="dask", address=cluster.scheduler_address, path=tmp_path / "results"
    )
    assert again.remembered == 24


@pytest.mark.parametrize("retries", [0, 1])
def test_a_call_that_kills_every_worker_is_recorded_and_the_rest_go_on(cluster, retries):
    def call(a):
        if a == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        return a

    found = dg.sweep(call, {"a": range(4)}, backend="dask", address=cluster.scheduler_address, retries=retries)
    assert [row["status"] for row in found] == ["ok", "lost", "ok", "ok"]
    assert found.failures[0]["error"].startswith("its process died")


def test_a_scheduler_that_is_not_there_is_said_to_be_missing(monkeypatch):
    monkeypatch.setattr("dualgap.sweeps.cluster.PATIENCE", 1)
    with pytest.raises(InvalidInput, match="address must be that of a running dask scheduler"):
        dg.sweep(abs, {"a": [1]}, backend="dask", address="tcp://127.0.0.1:1")


def test_a_difference_between_tables_is_noticed():
    from dualgap.sweeps.configuration import tasks_of

    tasks = tasks_of(abs, {"a": [1]}, None)
    first, second = (
        table_of(tasks, {tasks[0].key: Outcome(key=tasks[0].key, status="ok", result={"value": value})})
        for value in (1, 2)
    )
    assert _undisturbed(first) != _undisturbed(second)
