"""The calls of a sweep on a dask.distributed cluster, whose workers may come, go and die."""

from __future__ import annotations

import contextlib
import itertools
import math
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from typing import Any, final

from dualgap.errors import InvalidInput, NotConverged
from dualgap.extras import require
from dualgap.sweeps.configuration import Task
from dualgap.sweeps.outcome import Outcome, attempt, lost, unsendable

__all__ = ["connected", "on_cluster"]

#: So many calls are with the scheduler for each core of the cluster, so that no worker waits for the next.
AHEAD = 3
#: Calls are sent together that take so long, in seconds, and at most so many of them.
TOGETHER, MOST_TOGETHER = 0.2, 500
#: How long a scheduler may take to answer, and a cluster without workers to get one, in seconds.
PATIENCE = 30
#: How long it may take to fetch a result, a row of a table, from the worker that has it, in seconds.
FETCH = 10
#: How often the scheduler is asked how many cores there are, in seconds.
COUNTED = 1.0


def on_cluster(function: Callable[..., Any], tasks: Iterable[Task], *, address: str, retries: int) -> Iterator[Outcome]:
    """The outcomes of calls on a cluster, in the order in which they are found.

    The scheduler itself gives the calls of a worker that died to another one, and gives a call up that took several workers with it
    (dask's ``distributed.scheduler.allowed-failures``). Such a call is tried again when the others are done, by itself, and is lost
    only when the scheduler gave it up while it was the only one: the others that a dying worker had to do are not to blame.

    Parameters
    ----------
    function : callable
    tasks : iterable of Task
    address : str
        Of the scheduler.
    retries : int
        How often a call is tried again that the scheduler gave up; always once where others were under way.

    Raises
    ------
    InvalidInput
        For a scheduler that does not answer, or a function that cannot be sent to a worker.
    NotConverged
        When the connection to the scheduler is lost.
    MissingExtra
        Without dask.distributed.
    """
    with connected(address) as client:
        queue = _Queue(client, function, together=TOGETHER)
        given_up: list[Task] = []
        yield from queue.outcomes(iter(tasks), given_up)
        queue.together = 0.0
        suspects = list(given_up)
        while suspects:
            task, given_up = suspects.pop(0), []
            yield from queue.outcomes(iter([task]), given_up)
            if given_up and queue.deaths[task.key] > retries:
                yield lost(task.key, queue.deaths[task.key])
            else:
                suspects += given_up


@contextlib.contextmanager
def connected(address: str) -> Iterator[Any]:
    """The client of a cluster that has workers, until the context ends.

    Raises
    ------
    InvalidInput
        For a scheduler that does not answer, or has no workers.
    MissingExtra
        Without dask.distributed.
    """
    distributed = require("distributed", extra="cluster")
    try:
        client = distributed.Client(address, set_as_default=False, timeout=PATIENCE)
    except (OSError, ValueError, TypeError) as error:
        raise InvalidInput(
            f"address must be that of a running dask scheduler, such as 'tcp://10.0.0.1:8786', got {address!r} ({error})",
            argument="address",
        ) from error
    with client:
        try:
            client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError as error:
            raise InvalidInput(
                f"address must be that of a cluster with workers, got {address!r}, which had none for {PATIENCE} s",
                argument="address",
            ) from error
        yield client


@final
class _Queue:
    """Calls that are with the scheduler."""

    def __init__(self, client: Any, function: Callable[..., Any], *, together: float) -> None:
        self.deaths: dict[str, int] = {}
        self.together = together
        self._client = client
        self._function = function
        self._under_way: dict[Any, list[Task]] = {}
        self._cores, self._counted = 1, -math.inf
        self._made, self._seconds = 0, 0.0

    def outcomes(self, tasks: Iterator[Task], given_up: list[Task]) -> Iterator[Outcome]:
        """The outcomes of the calls, but for those that the scheduler gave up."""
        distributed = require("distributed", extra="cluster")
        finished = distributed.as_completed([], loop=self._client.loop)
        self._fill(tasks, finished)
        try:
            for future in finished:
                some = self._under_way.pop(future)
                if future.status == "error" and type(future.exception()).__name__ == "KilledWorker":
                    for task in some:
                        self.deaths[task.key] = self.deaths.get(task.key, 0) + 1
                    given_up.extend(some)
                else:
                    found = self._result(future)
                    if found is None:
                        self._begin(some, finished)
                    else:
                        self._made += len(found)
                        self._seconds += sum(outcome.seconds for outcome in found)
                        yield from found
                future.release()
                self._fill(tasks, finished)
        finally:
            if self._under_way:
                self._client.cancel(list(self._under_way), force=True)

    def _fill(self, tasks: Iterator[Task], finished: Any) -> None:
        if time.monotonic() - self._counted > COUNTED and self._client.status == "running":
            self._cores, self._counted = max(1, sum(self._client.ncores().values())), time.monotonic()
        while len(self._under_way) < AHEAD * self._cores:
            some = list(itertools.islice(tasks, self._size()))
            if not some:
                return
            self._begin(some, finished)

    def _size(self) -> int:
        """How many calls are sent together: as many as take ``together`` seconds, by those that were made so far."""
        if not self._made or not self.together:
            return 1
        return max(1, min(MOST_TOGETHER, int(self.together * self._made / max(self._seconds, 1e-6 * self._made))))

    def _begin(self, tasks: list[Task], finished: Any) -> None:
        calls = [(task.key, task.arguments, self.deaths.get(task.key, 0) + 1) for task in tasks]
        future = self._client.submit(_attempts, self._function, calls, key=f"sweep-{uuid.uuid4().hex}", pure=False)
        self._under_way[future] = tasks
        finished.add(future)

    def _result(self, future: Any) -> list[Outcome] | None:
        """The outcomes; None where they were lost with a worker that died after the calls were done, before they were fetched."""
        if future.status == "lost":
            return None
        cancelled = require("concurrent.futures", extra="cluster").CancelledError
        try:
            return future.result(timeout=FETCH)
        except TimeoutError:
            return None
        except (cancelled, OSError) as error:
            raise NotConverged(
                f"the connection to the scheduler was lost ({error}); what has finished is kept: call sweep again"
            ) from error
        except Exception as error:  # a call's own errors are its outcome: this one is that of sending it
            raise unsendable(error) from error


def _attempts(function: Callable[..., Any], calls: list[tuple[str, dict[str, Any], int]]) -> list[Outcome]:
    """Several calls, one after the other."""
    return [attempt(function, *call) for call in calls]
