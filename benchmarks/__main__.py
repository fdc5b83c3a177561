"""Run the benchmarks: all of them, or those named. Each writes ``benchmarks/results/NAME.json``."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from benchmarks.case import measure
from benchmarks.machine import describe
from dualgap.writing import write_text

HERE = Path(__file__).parent
MACHINERY = {"__init__", "__main__", "case", "gan_speed", "kept", "machine"}


def names() -> list[str]:
    """The benchmarks there are: every module beside this one that has ``cases()`` or ``rows()``."""
    return sorted(path.stem for path in HERE.glob("*.py") if path.stem not in MACHINERY)


def timed(module: ModuleType) -> Iterator[dict[str, Any]]:
    """Measure every case of a benchmark, and print it as it comes."""
    for case in module.cases():
        row = measure(case)
        sizes = ", ".join(f"{key} {value:g}" for key, value in row["sizes"].items())
        for library, result in row["results"].items():
            seconds, value = result["median_seconds"], result["value"]
            print(f"{row['name']:<24} {sizes:<30} {library:<12} {seconds:10.4g} s  {value:.12g}")
        yield row


def run(name: str) -> Path:
    """Measure a benchmark, and save its rows (its own ``rows()``, or its timed cases) with the machine's description."""
    module = importlib.import_module(f"benchmarks.{name}")
    rows = list(module.rows() if hasattr(module, "rows") else timed(module))
    path = HERE / "results" / f"{name}.json"
    return write_text(path, json.dumps({"machine": describe(), "cases": rows}, indent=2) + "\n")


def main(wanted: list[str]) -> int:
    """Run what is wanted; 2 where a name is unknown."""
    unknown = sorted(set(wanted) - set(names()))
    if unknown:
        print(f"no benchmark {', '.join(unknown)}; there are {', '.join(names())}", file=sys.stderr)
        return 2
    for name in wanted or names():
        print(f"-> {run(name)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
