"""Results that are kept as they come, so that a benchmark that was stopped goes on where it was."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import torch

from dualgap.writing import write_text

HERE = Path(__file__).parent / "results"

Result = dict[str, Any]


def each(
    name: str,
    tasks: Mapping[str, Callable[[], Result]],
    *,
    minutes: float | None = None,
    last: bool = True,
    workers: int = 1,
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
    workers : int
        Processes of one thread that compute at once; the tasks must then be picklable.
    under : Path
        The folder of the file.
    """
    path = under / f"{name}.partial.json"
    kept: dict[str, Result] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    began = time.monotonic()
    with _processes({key: task for key, task in tasks.items() if key not in kept}, workers) as missing:
        for key, task in missing.items():
            if minutes is not None and time.monotonic() - began > 60 * minutes:
                break
            kept[key] = task()
            write_text(path, json.dumps(kept, indent=2) + "\n")
    found = {key: kept[key] for key in tasks if key in kept}
    if last and len(found) == len(tasks):
        path.unlink(missing_ok=True)
    return found


@contextmanager
def _processes(tasks: Mapping[str, Callable[[], Result]], workers: int) -> Iterator[dict[str, Callable[[], Result]]]:
    """The tasks, computed by processes of one thread: the first that is asked for sends all that come after it."""
    if workers == 1:
        yield dict(tasks)
        return
    pool = ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=torch.set_num_threads, initargs=(1,)
    )
    sent: dict[str, Future[Result]] = {}
    keys = list(tasks)

    def result(key: str) -> Result:
        for later in keys[keys.index(key) :]:
            if later not in sent:
                sent[later] = pool.submit(tasks[later])
        return sent[key].result()

    try:
        yield {key: partial(result, key) for key in keys}
    finally:
        pool.shutdown(cancel_futures=True)
