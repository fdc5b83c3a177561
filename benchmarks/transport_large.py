"""Clouds of thousands of points: time and memory, beside POT's network simplex on all pairs where that is possible.

Each problem runs in a process of its own, whose largest memory is its own. Every contender has three entries: what it computes, timed,
what the process took at its peak, and how much of that came after POT was imported, which imports torch where it is installed: 390 MiB for
either contender.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

from benchmarks.case import Case

#: What a process runs; it prints the distance, the relative gap between its bounds, and its memory in MiB: at its peak, and once POT is
#: imported.
PROGRAM = """
import json, resource, sys
import numpy as np
import ot
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
imported = peak()
who, n, d, order, gap = sys.argv[1], *map(int, sys.argv[2:5]), float(sys.argv[5])
rng = np.random.default_rng(0)
x, y = rng.normal(size=(n, d)), rng.normal(size=(n, d)) + 0.5
if who == "dualgap":
    import dualgap as dg
    found = dg.wasserstein(x, y, order=order, method="sparse", gap=gap)
    value, left = float(found), found.gap / float(found)
else:
    cost = ot.dist(x, y, metric="sqeuclidean" if order == 2 else "euclidean")
    value, left = float(ot.emd2([], [], cost, numItermax=2**60)) ** (1 / order), None
print(json.dumps([value, left, peak(), imported]))
"""


def process(who: str, n: int, d: int, order: int, gap: float) -> tuple[float, float, float]:
    """The distance, the largest memory in MiB and what it grew by after the imports, of one solve in a process of its own.

    Raises
    ------
    RuntimeError
        When the gap that was asked for was not reached.
    """
    command = [sys.executable, "-c", PROGRAM, who, *map(str, (n, d, order, gap))]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    value, left, memory, imported = json.loads(done.stdout)
    if left is not None and left > 2 * gap:  # a half for the solver, a half for rounding
        raise RuntimeError(f"{who} left a gap of {left:.2g} at {n} points in {d} dimensions, {gap:.2g} was asked for")
    return value, memory, memory - imported


def clouds(n: int, d: int, *, order: int = 2, gap: float, beside_dense: bool) -> Case:
    """Two standard Gaussian clouds, one moved by 0.5 along each axis."""
    memory: dict[str, list[float]] = {}

    def solved(who: str) -> float:
        value, *spent = process(who, n, d, order, gap)
        memory[who] = spent
        return value

    contenders = {"dualgap": lambda: solved("dualgap")}
    if beside_dense:
        contenders["POT"] = lambda: solved("POT")
    measured = {
        f"{who}, MiB{words}": (lambda who=who, part=part: memory[who][part])
        for who in contenders
        for part, words in enumerate(("", " beyond the imports"))
    }
    return Case(
        name=f"W{order} to a gap of {gap:g}",
        sizes={"points": n, "dimension": d},
        contenders=contenders | measured,
        repeats=1,
    )


def cases() -> Iterator[Case]:
    """In the plane and in ten dimensions; a dense cost of 100,000 points a side would take 80 GB."""
    for d in (2, 10):
        yield clouds(10_000, d, gap=1e-9, beside_dense=True)
    for d in (2, 10):
        yield clouds(100_000, d, gap=1e-6, beside_dense=False)
    yield clouds(10_000, 2, order=1, gap=1e-9, beside_dense=False)
