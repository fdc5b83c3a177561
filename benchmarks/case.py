"""One comparison: the same problem given to several libraries, timed in turn, with their answers side by side."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, final


@final
@dataclass(frozen=True, kw_only=True)
class Case:
    """A problem and who solves it.

    Parameters
    ----------
    name : str
    sizes : mapping of str to number
        What the problem's size is, for example ``{"points": 1000, "dimension": 2}``.
    contenders : mapping of str to callable
        By library; each takes nothing and returns the number that it computes.
    repeats : int
        How often each is timed, after one run that is not; with 1 there is no other run, for problems that take minutes.
    """

    name: str
    sizes: Mapping[str, float]
    contenders: Mapping[str, Callable[[], float]]
    repeats: int = 5


def measure(case: Case) -> dict[str, Any]:
    """Median and extreme times and the value of each contender.

    The contenders take turns, so that a busy minute of the machine is shared by all of them.
    """
    values: dict[str, float] = {}
    times: dict[str, list[float]] = {name: [] for name in case.contenders}
    for turn in range(case.repeats + (case.repeats > 1)):
        for name, contender in case.contenders.items():
            start = time.perf_counter()
            values[name] = float(contender())
            if turn or case.repeats == 1:
                times[name].append(time.perf_counter() - start)
    return {
        "name": case.name,
        "sizes": dict(case.sizes),
        "results": {
            name: {
                "value": values[name],
                "median_seconds": statistics.median(seconds),
                "least_seconds": min(seconds),
                "most_seconds": max(seconds),
            }
            for name, seconds in times.items()
        },
    }
