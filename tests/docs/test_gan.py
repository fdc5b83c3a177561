"""The table of the toy benchmarks is that of the measurement."""

from __future__ import annotations

import json

import pytest


@pytest.fixture(scope="module")
def cases(pytestconfig):
    path = pytestconfig.rootpath / "benchmarks" / "results" / "gan.json"
    return [case for case in json.loads(path.read_text(encoding="utf-8"))["cases"] if "published" in case]


@pytest.fixture(scope="module")
def page(docs):
    return (docs / "theory" / "mode_collapse.md").read_text(encoding="utf-8")


def line(case):
    """A row of the table: of a measurement with its intervals, of a paper without."""
    law, _, name = case["name"].partition(": ")
    if case["published"]:
        found = "" if case["reverse_kl"] is None else f"{case['reverse_kl']:g}"
        return f"| {law}: {name} | | {case['modes']:g} | {case['high_quality_percent']:g} | {found} |"
    low, high = (100 * one for one in case["high_quality"]["interval"])
    least, most = case["reverse_kl"]["interval"]
    return (
        f"| {law}: {name.removeprefix(law + '-').replace(law, 'the recipe')} | {case['seeds']} x {case['steps']:,} | "
        f"{case['modes']['mean']:.1f} | {100 * case['high_quality']['median']:.1f} ({low:.1f} to {high:.1f}) | "
        f"{case['reverse_kl']['median']:.3f} ({least:.3f} to {most:.3f}) |"
    )


def test_every_measured_and_every_published_row_is_there(page, cases):
    shown = [one for one in page.splitlines() if one.startswith(("| ring: ", "| grid: "))]
    assert shown == [line(case) for case in cases]


@pytest.mark.parametrize(
    ("law", "quality", "divergence", "modes"), [("ring", 0.97, 0.03, 8), ("grid", 0.957, 0.04, 25)]
)
def test_the_recipes_reach_what_the_page_says(page, cases, law, quality, divergence, modes):
    (recipe,) = (case for case in cases if case["name"] == f"{law}: {law}")
    assert recipe["high_quality"]["median"] >= quality
    assert recipe["reverse_kl"]["median"] < divergence
    assert recipe["modes"]["median"] == modes
    found = recipe["all_modes"]
    assert (
        f"all {modes} modes at {found['share']:.0%} of {found['seeds']} seeds (of all seeds, with confidence 95%, "
        f"{found['lower']:.0%} at least)" in page
    )
