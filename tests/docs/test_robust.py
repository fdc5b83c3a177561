"""The numbers of the page on robustness are those of the measurement."""

from __future__ import annotations

import json

import pytest


@pytest.fixture(scope="module")
def measured(pytestconfig):
    path = pytestconfig.rootpath / "benchmarks" / "results" / "robust.json"
    cases = json.loads(path.read_text(encoding="utf-8"))["cases"]
    return [case for case in cases if "plain" in case]


@pytest.fixture(scope="module")
def page(docs):
    return (docs / "robust.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("row", "training"), [("plain", "plain"), ("against PGD", "robust")])
def test_the_table_is_the_mean_and_the_range_over_seeds(page, measured, row, training):
    cells = []
    for what in ("clean", "pgd", "certified"):
        shares = [100 * case[training][what] for case in measured]
        cells.append(f"{sum(shares) / len(shares):.1f} ({min(shares):.1f} to {max(shares):.1f})")
    assert f"| {row} | {' | '.join(cells)} |" in page


def test_the_least_gain_is_the_one_that_is_stated(page, measured):
    assert len(measured) == 5
    least = min(case["gain_in_points"] for case in measured)
    assert f"The gain after PGD is {least:.0f} points or more at every seed" in page
