"""A sweep is every call once, the same table however it is made and interrupted."""

from __future__ import annotations

import threading

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dualgap as dg
from dualgap.errors import InvalidInput, NotConverged, Unwritable
from dualgap.progress import Progress


def _undisturbed(found):
    return found.table.drop_columns(["attempts", "seconds"]).to_pylist()


def call(a, word="x", seed=0):
    if a == 2:
        raise ValueError("two is wrong")
    return {"double": 2 * a + seed, "said": word * 2, "half": a / 2}


GRID = {"a": [1, 2, 3], "word": ["p", "q"]}


def test_the_table_has_the_grid_the_seeds_and_what_came_of_them():
    found = dg.sweep(call, GRID, seeds=[0, 7], backend="sequential")
    assert found.table.column_names[:6] == ["a", "word", "seed", "double", "said", "half"]
    assert len(found) == 12
    assert found["seed"].tolist() == [0, 7] * 6
    assert found["word"].tolist() == ["p", "p", "q", "q"] * 3
    double = found["double"]
    assert np.isnan(double[found["a"] == 2]).all()
    assert double[found["a"] == 3].tolist() == [6, 13, 6, 13]
    assert repr(found) == "Sweep(12 calls: 8 ok, 4 error)"
    with pytest.raises(InvalidInput, match="name must be one of"):
        found["nothing"]
    with pytest.raises(
        NotConverged, match="4 of 12 calls did not return; the first: ValueError: two is wrong"
    ) as caught:
        found.require()
    assert caught.value.partial is found
    assert dg.sweep(call, {"a": [1]}, backend="sequential").require()["half"].tolist() == [0.5]


@given(interrupt=st.integers(0, 11), seeds=st.integers(1, 2))
def test_an_interrupted_sweep_goes_on_where_it_was(interrupt, seeds, tmp_path_factory):
    folder = tmp_path_factory.mktemp("sweep")
    made = []

    def stops(a, word, seed):
        if len(made) == interrupt:
            raise KeyboardInterrupt
        made.append((a, word, seed))
        return call(a, word, seed)

    whole = (
        dg.sweep(stops, GRID, seeds=range(seeds), path=folder / "whole", backend="sequential")
        if interrupt > 11
        else None
    )
    expected = dg.sweep(call, GRID, seeds=range(seeds), backend="sequential")
    assert whole is None
    if interrupt < len(expected):
        with pytest.raises(KeyboardInterrupt):
            dg.sweep(stops, GRID, seeds=range(seeds), path=folder / "r", backend="sequential")
    before, interrupt = len(made), 99
    found = dg.sweep(stops, GRID, seeds=range(seeds), path=folder / "r", backend="sequential")
    assert found.remembered == before
    assert len(made) == len(set(made)) == len(expected)
    assert [row["double"] for row in found] == [row["double"] for row in expected]
    assert pd.read_parquet(folder / "r").shape[0] == len(expected)


def test_a_larger_grid_makes_only_the_new_calls_and_a_failed_one_is_made_again_when_asked(tmp_path):
    first = dg.sweep(call, {"a": [1, 2]}, path=tmp_path, backend="sequential")
    second = dg.sweep(call, {"a": [2, 1, 3]}, path=tmp_path, backend="sequential")
    third = dg.sweep(call, {"a": [2, 1, 3]}, path=tmp_path, backend="sequential", retry_failed=True)
    assert (first.remembered, second.remembered, third.remembered) == (0, 2, 2)
    assert second["a"].tolist() == [2, 1, 3]
    assert _undisturbed(second) == _undisturbed(third)


def test_two_runs_in_one_folder_are_refused_and_the_first_is_not_disturbed(tmp_path):
    inside = threading.Event(), threading.Event()

    def waits(a):
        inside[0].set()
        inside[1].wait(60)
        return a

    found = []
    first = threading.Thread(
        target=lambda: found.append(dg.sweep(waits, {"a": [1]}, path=tmp_path, backend="sequential"))
    )
    first.start()
    inside[0].wait(60)
    try:
        with pytest.raises(InvalidInput, match="path must be a folder that no other run works in"):
            dg.sweep(waits, {"a": [1]}, path=tmp_path, backend="sequential")
    finally:
        inside[1].set()
        first.join()
    assert found[0]["value"].tolist() == [1]


def test_progress_is_told_of_every_call_and_of_the_failures():
    class Counting(Progress):
        said: list = []  # noqa: RUF012

        def start(self, total, label):
            self.said.append((total, label))

        def advance(self, units=1, **shown):
            self.said.append(shown)

        def stop(self):
            self.said.append("stop")

    dg.sweep(call, {"a": [1, 2]}, backend="sequential", progress=Counting())
    assert Counting.said == [(2, "sweep"), {"failed": 0}, {"failed": 1}, "stop"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"backend": "spark"}, "backend must be one of"),
        ({"backend": "dask"}, "address must be given for backend='dask'"),
        ({"address": "tcp://a:1"}, "address must be left out"),
        ({"backend": "dask", "address": 3}, "address must be text"),
        ({"retries": -1}, "retries must be at least 0"),
        ({"jobs": 0}, "jobs must be at least 1"),
        ({"jobs": True}, "jobs must be a whole number"),
        ({"path": 3}, "path must be a folder"),
        ({"retry_failed": 1}, "retry_failed must be True or False"),
    ],
)
def test_options_that_are_none_are_refused_before_any_call(options, said):
    with pytest.raises(InvalidInput, match=said):
        dg.sweep(call, {"a": [1]}, **options)


def test_what_cannot_be_called_and_what_cannot_be_a_folder_is_refused(tmp_path):
    with pytest.raises(InvalidInput, match="function must be callable"):
        dg.sweep("call", {"a": [1]})
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Unwritable, match="path must be a folder"):
        dg.sweep(call, {"a": [1]}, path=tmp_path / "file", backend="sequential")


def test_games_methods_and_functions_are_values_of_a_grid():
    def rate(game, method, seed):
        return dg.predict_rate(game, method)

    found = dg.sweep(
        rate,
        {
            "game": [dg.games.bilinear([[1.0]]), dg.games.bilinear([[2.0]])],
            "method": [dg.methods.ExtraGradient(step=0.1), dg.methods.AlternatingGDA(step=0.1)],
        },
        seeds=0,
        backend="sequential",
    )
    h = 0.1
    # extragradient on s·xy: |1 - (hs)² ± i hs|; alternating: 1
    extra = [np.hypot(1 - (h * s) ** 2, h * s) for s in (1, 2)]
    assert found["value"] == pytest.approx([extra[0], 1, extra[1], 1], abs=1e-12)
    assert "ExtraGradient(step_x=0.1" in found["method"][0]
