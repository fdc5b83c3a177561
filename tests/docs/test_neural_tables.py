"""The page of neural estimates is filled from the measurements, number by number."""

from __future__ import annotations

import json
import sys
from types import SimpleNamespace

import pytest


@pytest.fixture
def tables(docs, monkeypatch):
    monkeypatch.syspath_prepend(str(docs / "_ext"))
    import neural_tables

    yield neural_tables
    sys.modules.pop("neural_tables")


def test_every_marker_of_the_page_is_filled(docs, tables):
    source = [(docs / "neural.md").read_text(encoding="utf-8")]
    markers = tables.MARKER.findall(source[0])
    assert set(markers) == set(tables.TABLES)
    tables.fill(SimpleNamespace(), "neural", source)
    assert "<!-- neural" not in source[0]
    assert source[0].count("|---") > 20


@pytest.fixture
def small(tables, tmp_path, monkeypatch):
    def cell(d, critic, lower, **more):
        return {
            "name": f"funnel of 4 cones, d = {d}",
            "dimension": d,
            "truth": 1.0,
            "critic": critic,
            "lower": lower,
            "value": lower + 0.01,
            "lowers": [lower],
            "seconds": 1.0,
        } | more

    cases = [
        cell(2, "cones", -0.02, SO=-0.07, cosine=0.9),
        cell(2, "extension of 5000", -0.05, upper=1.5),
        cell(4, "cones", -0.1, SO=-0.09, cosine=0.8),
    ]
    machine = {"processor": "abacus", "cores": 1, "packages": {"torch": "0"}}
    (tmp_path / "kantorovich.json").write_text(json.dumps({"machine": machine, "cases": cases}), encoding="utf-8")
    monkeypatch.setattr(tables, "RESULTS", tmp_path)
    return list(tables.funnels())


def test_a_row_holds_a_number_of_each_dimension_and_nothing_where_none_was_measured(small):
    assert "| 4 | **bound of learned cones** | -2.0% | -10.0% |" in small
    assert "| 4 | bound by the extension of a plan | -5.0% |  |" in small
    assert "| 4 | upper bound by that plan | +150% |  |" in small
    assert "| 4 | published, sorting network | -7.0% | -9.0% |" in small


def test_the_sentence_counts_what_the_rows_show(small):
    assert "is 6.0% over 2 problems" in small[-1]
    assert "above the published sorting network in 1 of them, and above the extension in 1 of the 1" in small[-1]
    assert "One seed." in small[-1]
