"""The benchmarks run and describe the machine; what they measure is asserted nowhere."""

from __future__ import annotations

import json

import numpy as np
import pytest

import dualgap as dg
from benchmarks.__main__ import main, names
from benchmarks.case import Case, measure
from benchmarks.coverage import Coverage, count, table
from benchmarks.lipschitz import summary
from benchmarks.machine import describe
from benchmarks.wasserstein import cases
from paper_figures.lipschitz_critics import Proof


def test_a_machine_is_described_as_json_with_the_versions_that_a_time_depends_on() -> None:
    machine = json.loads(json.dumps(describe()))
    assert {"processor", "cores", "accelerator", "packages", "torch_threads"} <= set(machine)
    assert {"dualgap", "numpy", "torch", "POT"} <= set(machine["packages"])


def test_contenders_take_turns_and_their_values_stand_beside_their_times() -> None:
    calls: list[str] = []

    def contender(name: str, value: float) -> float:
        calls.append(name)
        return value

    row = measure(
        Case(
            name="example",
            sizes={"points": 1},
            contenders={"a": lambda: contender("a", 1.0), "b": lambda: contender("b", 2.0)},
            repeats=2,
        )
    )
    assert calls == ["a", "b"] * 3  # one untimed turn, then the two that are timed
    assert {name: result["value"] for name, result in row["results"].items()} == {"a": 1.0, "b": 2.0}
    for result in row["results"].values():
        assert 0 <= result["least_seconds"] <= result["median_seconds"] <= result["most_seconds"]


def test_an_unknown_benchmark_is_refused_with_the_names_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["no-such-benchmark"]) == 2
    assert "wasserstein" in capsys.readouterr().err
    assert "wasserstein" in names()


def test_the_libraries_agree_on_the_smallest_problem() -> None:
    row = measure(next(cases()))
    values = [result["value"] for result in row["results"].values()]
    # three sums of 1,000 terms of order 1 in different orders: 1e-12 is a thousand roundings of 1e-16, ten times over
    assert values == pytest.approx([values[0]] * len(values), rel=1e-12)


def test_coverage_is_counted_and_an_interval_that_misses_is_seen_as_one() -> None:
    right, wrong = (
        count(
            Coverage(
                name="example", function=dg.energy_distance, method="u_statistic", shift=2.0, truth=truth, n=60, m=50
            ),
            12,
        )
        for truth in (float(dg.energy_distance(dg.Gaussian(2.0, 1.0), dg.Gaussian(0.0, 1.0))), 0.1)
    )
    assert right["covered"] > 0.5
    assert wrong["covered"] == 0
    assert right["covered_99"][0] < right["covered"] <= right["covered_99"][1]


def test_every_case_of_the_coverage_study_names_a_method_and_a_truth() -> None:
    cases = list(table())
    assert {case.method for case in cases} == {
        "neighbours",
        "classifier",
        "u_statistic",
        "sample",
        "held_out",
        "accuracy",
    }
    for case in cases:
        assert case.truth >= 0
        assert case.draw(np.random.default_rng(0))[0].shape == (case.n, case.dimension)


def test_a_row_of_the_comparison_of_critics_is_the_median_and_the_extremes_of_its_seeds() -> None:
    group = [
        Proof(
            problem="circle",
            critic="cones",
            dimension=2,
            seed=seed,
            truth=2.0,
            truth_error=0.0,
            lower=lower,
            value=lower + 0.5,
            lipschitz_bound=1.0,
            seconds=1.0,
        )
        for seed, lower in enumerate((1.0, 1.2, 1.8))
    ]
    row = json.loads(json.dumps(summary(group)))
    assert (row["least_share"], row["median_share"], row["greatest_share"]) == (0.5, 0.6, 0.9)
    assert row["median_value_share"] == 0.85
    assert [one["seed"] for one in row["seeds"]] == [0, 1, 2]
