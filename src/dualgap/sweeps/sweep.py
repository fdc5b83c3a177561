"""A function over a grid of configurations and seeds, through faults."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, final

import numpy as np

from dualgap.errors import InvalidInput, NotConverged, Unwritable
from dualgap.extras import require
from dualgap.progress import Progress, resolve
from dualgap.sweeps.backends import BACKENDS, Calls
from dualgap.sweeps.configuration import Task, code_of, name_of, tasks_of
from dualgap.sweeps.lock import Lock
from dualgap.sweeps.outcome import Outcome
from dualgap.sweeps.store import Store
from dualgap.sweeps.table import table_of
from dualgap.validation import choice, count

__all__ = ["Sweep", "sweep"]


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Sweep:
    """What a sweep found: a row for each configuration and seed, in the order of the grid.

    Parameters
    ----------
    table : pyarrow.Table
        The parameters, ``seed``, the results, ``status`` (ok, error or lost), ``error``, ``attempts``, ``seconds`` and ``key``.
    path : Path or None
        The folder that has it.
    remembered : int
        How many calls were known from before.
    set_aside : tuple of Path
        Files of the folder that could not be read, renamed; what they held was computed again.
    """

    table: Any
    path: Path | None = None
    remembered: int = 0
    set_aside: tuple[Path, ...] = field(default=())

    def __len__(self) -> int:
        return self.table.num_rows

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.table.to_pylist())

    def __getitem__(self, name: str) -> np.ndarray:
        """A column: float64 with nan where there is none for numbers, objects otherwise."""
        if name not in self.table.column_names:
            raise InvalidInput(
                f"name must be one of {', '.join(self.table.column_names)}, got {name!r}", argument="name"
            )
        values = self.table[name].to_pylist()
        if all(value is None or (isinstance(value, (int, float)) and not isinstance(value, bool)) for value in values):
            if any(isinstance(value, float) or value is None for value in values):
                return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
            return np.array(values, dtype=np.int64)
        return np.array(values + [None], dtype=object)[:-1]

    @property
    def failures(self) -> list[dict[str, Any]]:
        """The rows of calls that raised or whose process died."""
        return [row for row in self if row["status"] != "ok"]

    def require(self) -> Sweep:
        """This sweep, when every call returned.

        Raises
        ------
        NotConverged
            Otherwise; ``partial`` is this sweep.
        """
        failures = self.failures
        if failures:
            last = failures[0]["error"].splitlines()[-1]
            raise NotConverged(f"{len(failures)} of {len(self)} calls did not return; the first: {last}", partial=self)
        return self

    def __repr__(self) -> str:
        counts = {status: self.table["status"].to_pylist().count(status) for status in ("ok", "error", "lost")}
        said = ", ".join(f"{number} {status}" for status, number in counts.items() if number or status == "ok")
        return f"Sweep({len(self)} calls: {said})"


def sweep(
    function: Callable[..., Any],
    grid: Any,
    *,
    seeds: Any = None,
    path: Path | str | None = None,
    backend: str = "loky",
    jobs: int | None = None,
    address: str | None = None,
    retries: int = 2,
    retry_failed: bool = False,
    progress: Progress | None = None,
) -> Sweep:
    """Call a function for every configuration of a grid and every seed, on all cores or on a cluster, through faults.

    .. math:: \\{ f(v_1, \\dots, v_k, s) : v_i \\in V_i, \\; s \\in \\text{seeds} \\}

    A call that raises is recorded, and the rest go on; a process that dies is replaced, and what it did is tried again. With
    ``path``, results are kept as they finish, by a digest of the function's name, the configuration and the seed: the same call
    after a kill does what is left, and one with a larger grid does what is new.

    Parameters
    ----------
    function : callable
        Called as ``function(**configuration, seed=seed)``; returns a number, a text, an array, a :class:`~dualgap.Bracket`, or a
        mapping of names to these. Another process must be able to import it, or it is sent.
    grid : mapping of names to lists of values, or sequence of such mappings
        Every combination; the union over a sequence. Values may be numbers, text, arrays, functions, games, methods.
    seeds : int or iterable of int, optional
        None calls the function without ``seed``.
    path : path, optional
        A folder for the results: ``results.parquet`` in it is the table, which ``pandas.read_parquet(path)`` reads. Two runs at
        once are refused.
    backend : "loky", "dask", "threading" or "sequential"
        Processes of this machine, a dask.distributed cluster, threads, or one call after the other here.
    jobs : int, optional
        How many at once; one a core when omitted. On a cluster, its workers say.
    address : str, optional
        Of the cluster's scheduler, for ``backend="dask"``.
    retries : int, at least 0
        How often a call is tried again whose process died, each time by itself; its status is ``lost`` after that.
    retry_failed : bool
        Whether calls that raised in an earlier run are made again. Lost ones always are.
    progress : Progress, optional

    Returns
    -------
    Sweep
        Its table is the same in whatever order the calls finished, and whether or not it was interrupted, but for ``attempts``
        and ``seconds``.

    Raises
    ------
    InvalidInput
        Before any call, also for a folder that another run works in or that has results of another function.
    Unwritable
        When the folder cannot be written to; what it has is kept.
    MissingExtra
        Without the extra ``cluster``.

    Examples
    --------
    >>> import dualgap as dg
    >>> def gap(step, seed):
    ...     xy = dg.games.bilinear([[1.0]])
    ...     run = dg.simulate(xy, dg.methods.ExtraGradient(step=step), start=([1.0], [1.0]), steps=100, seeds=seed)
    ...     return {"rate": run.measured_rate()}
    >>> found = dg.sweep(gap, {"step": [0.1, 0.2]}, seeds=[0, 1], backend="sequential")
    >>> found, found["rate"].round(6).tolist()
    (Sweep(4 calls: 4 ok), [0.995038, 0.995038, 0.980612, 0.980612])
    """
    if not callable(function):
        raise InvalidInput(f"function must be callable, got {type(function).__name__}", argument="function")
    _check(backend, address, path)
    retries = count(retries, "retries", at_least=0)
    jobs = None if jobs is None else count(jobs, "jobs")
    if not isinstance(retry_failed, bool):
        raise InvalidInput(f"retry_failed must be True or False, got {retry_failed!r}", argument="retry_failed")
    tasks = tasks_of(function, grid, seeds)
    require("pyarrow", extra="cluster")
    calls = Calls(function, backend=backend, jobs=jobs, address=address, retries=retries)
    if path is None:
        outcomes = {outcome.key: outcome for outcome in _shown(calls.outcomes(tasks), len(tasks), progress)}
        return Sweep(table=table_of(tasks, outcomes))
    store = Store(path, function=name_of(function), code=code_of(function), tasks=tasks)
    try:
        store.parts.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unwritable(
            f"path must be a folder that can be written to, got {str(path)!r} ({error.strerror})", argument="path"
        ) from error
    with Lock(path):
        remembered = _resumed(store, calls, tasks, retry_failed, progress)
        table = table_of(tasks, store.known())
    return Sweep(table=table, path=Path(path), remembered=remembered, set_aside=tuple(store.set_aside))


def _resumed(store: Store, calls: Calls, tasks: list[Task], retry_failed: bool, progress: Progress | None) -> int:
    """Make the calls that the folder does not know, and keep what becomes of them; how many it knew."""
    store.open()
    again = {"lost", "error"} if retry_failed else {"lost"}
    known = {key for key, outcome in store.known().items() if outcome.status not in again}
    left = [task for task in tasks if task.key not in known]
    with contextlib.closing(_shown(calls.outcomes(left), len(left), progress)) as outcomes:
        try:
            for outcome in outcomes:
                store.add(outcome)
        finally:  # also after Ctrl-C: what has finished is kept
            store.flush()
    store.show()
    return len(known)


def _shown(outcomes: Iterator[Outcome], total: int, progress: Progress | None) -> Generator[Outcome, None, None]:
    bar = resolve(progress)
    bar.start(total, "sweep")
    failed = 0
    try:
        for outcome in outcomes:
            failed += outcome.status != "ok"
            bar.advance(failed=failed)
            yield outcome
    finally:
        outcomes.close()  # pyright: ignore[reportAttributeAccessIssue] - a generator
        bar.stop()


def _check(backend: str, address: str | None, path: Any) -> None:
    choice(backend, "backend", BACKENDS)
    if (backend == "dask") != (address is not None):
        what = "given for" if backend == "dask" else "left out except for"
        raise InvalidInput(f"address must be {what} backend='dask', got {address!r}", argument="address")
    if address is not None and not isinstance(address, str):
        raise InvalidInput(f"address must be text, such as 'tcp://10.0.0.1:8786', got {address!r}", argument="address")
    if path is not None and not isinstance(path, (str, Path)):
        raise InvalidInput(f"path must be a folder, got {type(path).__name__}", argument="path")
