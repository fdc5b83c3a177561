"""Tables of what was measured, from ``benchmarks/results``: a page says ``<!-- measured transport -->`` or ``<!-- coverage -->``.

A number in the documentation that was measured comes from here, so that it is never older than the measurement.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filling import setup_of

if TYPE_CHECKING:
    from sphinx.application import Sphinx

RESULTS = Path(__file__).parents[2] / "benchmarks" / "results"
MARKER = re.compile(r"<!-- measured (\w+) -->")
COVERAGE = "<!-- coverage -->"
MEMORY = ", MiB"


def read(name: str) -> dict[str, Any]:
    """A benchmark's results."""
    return json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))


def table(found: dict[str, Any]) -> Iterator[str]:
    """One row a problem: the median seconds of each library, and its memory where that was measured."""
    cases = [case for case in found["cases"] if case.get("results")]
    columns = list(dict.fromkeys(name for case in cases for name in case["results"] if not name.endswith(MEMORY)))
    yield "| problem | " + " | ".join(columns) + " |"
    yield "|---" * (len(columns) + 1) + "|"
    for case in cases:
        sizes = ", ".join(f"{name} {value:,}" for name, value in (case.get("sizes") or {}).items())
        cells = [_cell(case["results"], name) for name in columns]
        yield f"| {case['name']}{': ' if sizes else ''}{sizes} | " + " | ".join(cells) + " |"
    yield ""
    yield f"*{machine(found['machine'])}*"


def machine(said: dict[str, Any]) -> str:
    """What it was measured on, in a line."""
    versions = ", ".join(f"{name} {version}" for name, version in said["packages"].items())
    threads = said["environment"].get("OMP_NUM_THREADS")
    limit = f", {threads} thread" if threads == "1" else ""
    return f"Median seconds on {said['processor']}, {said['cores']} cores{limit}; {versions}."


def _cell(results: dict[str, Any], name: str) -> str:
    if name not in results:
        return ""
    memory = results.get(name + MEMORY)
    return f"{results[name]['median_seconds']:.3g} s" + (f", {memory['value']:.0f} MiB" if memory else "")


def coverage(found: dict[str, Any]) -> Iterator[str]:
    """For each method, how often its intervals held: where its assumptions hold, and where they were broken on purpose."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for case in found["cases"]:
        groups.setdefault((case["method"], case["guarantee"]), []).append(case)
    yield "| method | guarantee | stated | problems | held, least to most | outside of its assumptions |"
    yield "|---|---|---|---|---|---|"
    for (method, guarantee), cases in groups.items():
        inside = [case["covered"] for case in cases if not case["outside"]]
        outside = [
            f"{case['covered']:.0%} ({case['name']}, d = {_dimension(case)})" for case in cases if case["outside"]
        ]
        held = f"{min(inside):.1%} to {max(inside):.1%}" if inside else ""
        yield f"| `{method}` | {guarantee} | {cases[0]['level']:.0%} | {len(inside)} | {held} | {'; '.join(outside)} |"


def _dimension(case: dict[str, Any]) -> int:
    return case["sizes"]["dimension"]


def fill(app: Sphinx, name: str, source: list[str]) -> None:
    """Put the tables in the place of the markers."""
    source[0] = MARKER.sub(lambda found: "\n".join(table(read(found[1]))), source[0])
    if COVERAGE in source[0]:
        source[0] = source[0].replace(COVERAGE, "\n".join(coverage(read("coverage"))))


setup = setup_of(fill)
