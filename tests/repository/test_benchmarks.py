"""The benchmarks run and describe the machine; what they measure is asserted nowhere."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

import dualgap as dg
from benchmarks.__main__ import main, names
from benchmarks.case import Case, measure
from benchmarks.coverage import Coverage, count, table
from benchmarks.dual_coverage import counted
from benchmarks.gan import over_seeds
from benchmarks.kantorovich import summary as summary_of_runs
from benchmarks.kept import each
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


def test_a_benchmark_that_was_stopped_goes_on_where_it_was(tmp_path) -> None:
    calls: list[str] = []

    def task(name: str, *, broken: bool = False):
        def run() -> dict[str, object]:
            calls.append(name)
            if broken:
                raise KeyboardInterrupt
            return {"name": name}

        return run

    with pytest.raises(KeyboardInterrupt):
        each("example", {"a": task("a"), "b": task("b", broken=True)}, under=tmp_path)
    found = each("example", {"a": task("a"), "b": task("b")}, under=tmp_path)
    assert calls == ["a", "b", "b"]
    assert found == {"a": {"name": "a"}, "b": {"name": "b"}}
    assert not list(tmp_path.iterdir())  # all are done: the next run measures anew


def test_a_part_of_the_tasks_or_of_the_time_leaves_what_was_measured(tmp_path) -> None:
    tasks = {name: (lambda name=name: {"name": name}) for name in "ab"}
    assert list(each("example", {"a": tasks["a"]}, last=False, under=tmp_path)) == ["a"]
    assert list(each("example", tasks, minutes=0, under=tmp_path)) == ["a"]
    assert (tmp_path / "example.partial.json").exists()


def test_coverage_counts_bounds_above_the_truth_and_certified_ones_that_miss() -> None:
    def repeated(seed: int) -> tuple[float, dg.Bracket, float]:
        points = dg.Bracket(
            value=1.0, lower=1.0, upper=2.0, guarantee=dg.Guarantee.CERTIFIED, method="example", certificate=None
        )
        return (2.0 if seed < 3 else 0.5), points, (0.9 if seed == 7 else 1.5)

    row = counted("example", 1, 1.0, repeated)
    assert (row["above"], row["certified_violations"], row["repetitions"], row["kept"]) == (3, 1, 200, True)
    assert row["median_share"] == 0.5


def test_a_row_of_the_known_distances_holds_medians_and_every_lower_bound() -> None:
    runs = [{"lower": lower, "value": 0.0, "cosine": None} for lower in (-0.3, -0.1, -0.2)]
    assert summary_of_runs(runs) == {"lower": -0.2, "value": 0.0, "lowers": [-0.3, -0.1, -0.2]}


@pytest.mark.parametrize("n", [1, 4, 5, 6, 8, 16, 64])
def test_the_interval_of_a_median_has_the_confidence_that_it_says(n: int) -> None:
    found = over_seeds(np.arange(n, dtype=float)[::-1])
    low, high = (int(end) for end in found["interval"])
    # of n fair coins, the median is between these order statistics unless at most `low` fall on one side
    outside = 2 * sum(math.comb(n, k) for k in range(low + 1)) / 2**n
    assert low + high == n - 1
    assert found["confidence"] == pytest.approx(1 - outside)
    assert found["confidence"] >= 0.95 or low == 0
    assert outside + 2 * math.comb(n, low + 1) / 2**n > 0.05  # no shorter one would do
    assert found["median"] == (n - 1) / 2
