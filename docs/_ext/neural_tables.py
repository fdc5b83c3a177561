"""Tables of what the neural estimates prove, from ``benchmarks/results``: a page says ``<!-- neural funnels -->`` and the like."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filling import setup_of

if TYPE_CHECKING:
    from sphinx.application import Sphinx

RESULTS = Path(__file__).parents[2] / "benchmarks" / "results"
MARKER = re.compile(r"<!-- neural (\w+) -->")

Case = dict[str, Any]


def read(name: str) -> dict[str, Any]:
    """A benchmark's results."""
    return json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))


def funnels() -> Iterator[str]:
    """A row for each number of cones and a column for each dimension: the bound, the published critic's error, the extension's."""
    found = read("kantorovich")
    cells: dict[tuple[int, int], dict[str, Case]] = {}
    for case in found["cases"]:
        number = re.match(r"funnel of (\d+) cones", case["name"])
        if number:
            cells.setdefault((int(number[1]), case["dimension"]), {})[case["critic"].split()[0]] = case
    dimensions = sorted({d for _, d in cells})
    yield "| cones | | " + " | ".join(f"d = {d}" for d in dimensions) + " |"
    yield "|---" * (len(dimensions) + 2) + "|"
    rows: list[tuple[str, Callable[[dict[str, Case]], float | None]]] = [
        ("**bound of learned cones**", lambda cell: _of(cell, "cones", "lower")),
        ("estimate of the same", lambda cell: _of(cell, "cones", "value")),
        ("cosine of the gradients", lambda cell: _of(cell, "cones", "cosine")),
        ("bound by the extension of a plan", lambda cell: _of(cell, "extension", "lower")),
        ("upper bound by that plan", lambda cell: _of(cell, "extension", "upper")),
        ("published, sorting network", lambda cell: _of(cell, "cones", "SO")),
    ]
    for number in sorted({one for one, _ in cells}):
        for title, value in rows:
            numbers = [value(cells.get((number, d), {})) for d in dimensions]
            if any(one is not None for one in numbers):
                show = _plain if title.startswith("cosine") else _percent
                yield f"| {number} | {title} | " + " | ".join(map(show, numbers)) + " |"
    own = [cell["cones"] for cell in cells.values() if "cones" in cell]
    beside = [cell for cell in cells.values() if len(cell) == 2]
    above = sum(case["lower"] > case["SO"] for case in own)
    better = sum(cell["cones"]["lower"] > cell["extension"]["lower"] for cell in beside)
    extension = f", and above the extension in {better} of the {len(beside)} where it was computed" if beside else ""
    yield ""
    yield (
        f"The mean shortfall of the bounds of learned cones is {-sum(case['lower'] for case in own) / len(own):.1%} over {len(own)} "
        f"problems; they are above the published sorting network in {above} of them{extension}. {_seeds(own)} {_machine(found)}"
    )


def others() -> Iterator[str]:
    """A row for each problem that is asked with the default settings."""
    found = read("kantorovich")
    yield "| problem | truth | bound, median | least | estimate | cosine | processor seconds |"
    yield "|---|---|---|---|---|---|---|"
    cases = [case for case in found["cases"] if case["critic"] == "default"]
    for case in cases:
        yield (
            f"| {case['name']} | {case['truth']:.4g} | {_percent(case['lower'])} | {_percent(min(case['lowers']))} | "
            f"{_percent(case['value'])} | {_plain(case.get('cosine'))} | {case['seconds']:.0f} |"
        )
    yield ""
    yield f"{_seeds(cases)} {_machine(found)}"


def coverage() -> Iterator[str]:
    """A row for each problem: how often each kind of bound missed."""
    found = read("dual_coverage")
    yield (
        "| problem | above the truth | promised at most | median bound / truth | certified bounds that miss | "
        "median certified bound / value |"
    )
    yield "|---|---|---|---|---|---|"
    for case in found["cases"]:
        yield (
            f"| {case['name']} | {case['above']} of {case['repetitions']} | {1 - case['level']:.0%} | "
            f"{case['median_share']:.0%} | {case['certified_violations']} of {case['repetitions']} | {case['certified_median_share']:.0%} |"
        )


def critics() -> Iterator[str]:
    """A row for each kind of critic and a column for each problem: the bound as a share of the truth, with its extremes."""
    found = read("lipschitz")
    problems = list(dict.fromkeys((case["problem"], case["dimension"]) for case in found["cases"]))
    yield "| critic | " + " | ".join(f"{name}, d = {d}" for name, d in problems) + " |"
    yield "|---" * (len(problems) + 1) + "|"
    for critic in dict.fromkeys(case["critic"] for case in found["cases"]):
        own = {(case["problem"], case["dimension"]): case for case in found["cases"] if case["critic"] == critic}
        cells = [
            f"{case['median_share']:.0%} ({case['least_share']:.0%} to {case['greatest_share']:.0%})"
            for case in map(own.__getitem__, problems)
        ]
        yield f"| {critic} | " + " | ".join(cells) + " |"
    yield ""
    yield f"{len(found['cases'][0]['seeds'])} seeds. {_machine(found)}"


TABLES: dict[str, Callable[[], Iterator[str]]] = {
    "funnels": funnels,
    "others": others,
    "coverage": coverage,
    "critics": critics,
}


def _of(cell: dict[str, Case], critic: str, what: str) -> float | None:
    return cell.get(critic, {}).get(what)


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:+.1f}%" if abs(share) < 1 else f"{100 * share:+.0f}%"


def _plain(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _seeds(cases: list[Case]) -> str:
    counts = sorted({len(case["lowers"]) for case in cases})
    if len(counts) == 1:
        return "One seed." if counts == [1] else f"Medians over {counts[0]} seeds."
    return f"Medians over {counts[0]} to {counts[-1]} seeds."


def _machine(found: dict[str, Any]) -> str:
    said = found["machine"]
    return f"*{said['processor']}, {said['cores']} cores; torch {said['packages']['torch']}.*"


def fill(app: Sphinx, name: str, source: list[str]) -> None:
    """Put the tables in the place of the markers."""
    source[0] = MARKER.sub(lambda found: "\n".join(TABLES[found[1]]()), source[0])


setup = setup_of(fill)
