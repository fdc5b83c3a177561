"""Results that are kept as they come, so that a benchmark that was stopped goes on where it was."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from dualgap.writing import write_text

HERE = Path(__file__).parent / "results"

Result = dict[str, Any]


def each(
    name: str,
    tasks: Mapping[str, Callable[[], Result]],
    *,
    minutes: float | None = None,
    last: bool = True,
    under: Path = HERE,
) -> dict[str, Result]:
    """The result of each task, in the order of the tasks, from ``NAME.partial.json`` where it is there already.

    The file is written after each task, and removed when all are done: the next run measures anew.

    Parameters
    ----------
    name : str
    tasks : mapping of str to callable
        Each returns what JSON can hold.
    minutes : float, optional
        After this time no task is started; those that are missing are left out, and the file stays.
    last : bool
        Whether these are all the tasks that there are; the file stays where there are others.
    under : Path
        The folder of the file.
    """
    path = under / f"{name}.partial.json"
    kept: dict[str, Result] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    began = time.monotonic()
    for key, task in tasks.items():
        if key in kept:
            continue
        if minutes is not None and time.monotonic() - began > 60 * minutes:
            break
        kept[key] = task()
        write_text(path, json.dumps(kept, indent=2) + "\n")
    found = {key: kept[key] for key in tasks if key in kept}
    if last and len(found) == len(tasks):
        path.unlink(missing_ok=True)
    return found
