"""Where the calls of a sweep are made: here, in processes, or on a cluster; and what is done about a process that dies."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, final

from dualgap.extras import require
from dualgap.sweeps.cluster import on_cluster
from dualgap.sweeps.configuration import Task
from dualgap.sweeps.outcome import Outcome, attempt, lost, unsendable
from dualgap.threads import cores

__all__ = ["BACKENDS", "Calls"]

#: By name: here one by one, in threads, in processes of this machine, on a dask.distributed cluster.
BACKENDS = ("sequential", "threading", "loky", "dask")


@final
class Calls:
    """The calls of a sweep, made by joblib on this machine and by dask.distributed on a cluster.

    When a process dies, what was under way is tried again one call at a time, each waited for before the next is sent, so
    that the one that kills its process is known for certain and no other is blamed: a call is given up only after its process
    died while it was the only one.

    Parameters
    ----------
    function : callable
    backend : one of :data:`BACKENDS`
    jobs : int or None
        How many at once; one a core when None. On a cluster, the cluster says.
    address : str or None
        Of the scheduler of the cluster.
    retries : int
        How often a call is tried again whose process died; always once where others were under way.

    Raises
    ------
    InvalidInput
        For a cluster that cannot be reached, or a function that cannot be sent to a process.
    MissingExtra
        Without joblib, or without dask for a cluster.

    Examples
    --------
    >>> from dualgap.sweeps.configuration import tasks_of
    >>> calls = Calls(lambda a: a + 1, backend="sequential", jobs=None, address=None, retries=0)
    >>> [outcome.result for outcome in calls.outcomes(tasks_of(min, {"a": [1, 2]}, seeds=None))]
    [{'value': 2}, {'value': 3}]
    """

    def __init__(
        self, function: Callable[..., Any], *, backend: str, jobs: int | None, address: str | None, retries: int
    ) -> None:
        self.function = function
        self.backend = backend
        self.jobs = jobs or cores()
        self.address = address
        self.retries = retries
        self._begun: list[Task] = []
        self._deaths: dict[str, int] = {}

    def outcomes(self, tasks: Iterable[Task]) -> Iterator[Outcome]:
        """The outcomes, in the order in which they are found."""
        if self.backend == "sequential":
            for task in tasks:
                yield attempt(self.function, task.key, task.arguments)
            return
        if self.backend == "dask":
            yield from on_cluster(self.function, tasks, address=self.address or "", retries=self.retries)
            return
        yield from self._in_rounds(list(tasks))

    def _in_rounds(self, tasks: list[Task]) -> Iterator[Outcome]:
        waiting, suspects = deque(tasks), deque[Task]()
        while waiting or suspects:
            alone = bool(suspects) or self.jobs == 1
            queue = suspects or waiting
            called = [queue.popleft()] if alone else list(queue)
            done: set[str] = set()
            try:
                for outcome in self._round(called):
                    done.add(outcome.key)
                    yield outcome
            except _deaths():
                pass
            died = [task for task in self._begun if task.key not in done]
            if not alone:
                begun = {task.key for task in self._begun}
                waiting = deque(task for task in waiting if task.key not in begun)
            for task in died:
                self._deaths[task.key] = deaths = self._deaths.get(task.key, 0) + 1
                if alone and deaths > self.retries:
                    yield lost(task.key, deaths)
                else:
                    suspects.append(task)

    def _round(self, tasks: list[Task]) -> Iterator[Outcome]:
        joblib = require("joblib", extra="cluster")
        self._begun = []
        pool = joblib.Parallel(
            n_jobs=max(2, self.jobs),  # one job would be done in this process, which a dying call would take along
            backend=self.backend,
            return_as="generator_unordered",
            max_nbytes=None,
        )
        results = pool(self._sent(joblib.delayed(attempt), tasks))
        try:
            yield from results
        except _deaths():
            raise
        except _undelivered() as error:
            raise unsendable(error) from error
        finally:
            results.close()

    def _sent(self, call: Callable[..., Any], tasks: list[Task]) -> Iterator[Any]:
        for task in tasks:
            self._begun.append(task)
            yield call(self.function, task.key, task.arguments, self._deaths.get(task.key, 0) + 1)


def _deaths() -> type[BaseException]:
    """What is raised where a process died."""
    return require("joblib.externals.loky.process_executor", extra="cluster").TerminatedWorkerError


def _undelivered() -> tuple[type[BaseException], ...]:
    """What is raised where a function could not be sent to a process or read by it: its own errors are its outcomes."""
    loky = require("joblib.externals.loky.process_executor", extra="cluster")
    return (loky.BrokenProcessPool, loky.PicklingError, ImportError, AttributeError, TypeError, ValueError)
