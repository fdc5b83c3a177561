"""Work in pieces, on all cores or by the workers of an executor, with a linear algebra that keeps to one core a piece."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from threadpoolctl import threadpool_limits

__all__ = ["cores", "one_thread_products", "over_cores", "over_workers"]

Piece = TypeVar("Piece")
Result = TypeVar("Result")


def cores() -> int:
    """How many cores this process may use.

    Examples
    --------
    >>> cores() >= 1
    True
    """
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1


def one_thread_products() -> AbstractContextManager[Any]:
    """Matrix products on one thread each, until the context ends: pieces that are multiplied at once would fight."""
    return threadpool_limits(limits=1, user_api="blas")


def over_cores(work: Callable[[Piece], Result], pieces: Iterable[Piece]) -> list[Result]:
    """The results of pieces of work, in order. An interruption drops the pieces that have not begun.

    Parameters
    ----------
    work : callable
        Spends its time in numpy, which lets other threads run.
    pieces : iterable

    Examples
    --------
    >>> over_cores(lambda k: k * k, range(4))
    [0, 1, 4, 9]
    """
    pieces = list(pieces)
    if len(pieces) == 1 or cores() == 1:
        return [work(piece) for piece in pieces]
    pool = ThreadPoolExecutor(min(cores(), len(pieces) or 1))
    try:
        return list(pool.map(work, pieces))
    finally:
        pool.shutdown(cancel_futures=True)


def over_workers(work: Callable[[Piece], Result], pieces: Iterable[Piece], executor: Executor) -> list[Result]:
    """The results of pieces of work by an executor, in order; those that no worker brings back are worked out here.

    A worker that dies, or a whole pool that breaks, costs time and nothing else. An error of a piece is raised, from here.

    Parameters
    ----------
    work : callable
        That another process can import or be sent.
    pieces : iterable
        Of what can be sent.
    executor : concurrent.futures.Executor

    Examples
    --------
    >>> with ThreadPoolExecutor(2) as executor:
    ...     over_workers(abs, [-1, 2, -3], executor)
    [1, 2, 3]
    """
    pieces, sent = list(pieces), list[Future[Result]]()
    found: dict[int, Result] = {}
    try:
        with contextlib.suppress(Exception):  # a pool that is broken or shut down takes nothing: it is done here
            for piece in pieces:
                sent.append(executor.submit(_on_one_thread, work, piece))
        for k, future in enumerate(sent):
            with contextlib.suppress(Exception):  # whatever befell the worker; an error of the piece comes again below
                found[k] = future.result()
    finally:
        for future in sent:
            future.cancel()
    left = [k for k in range(len(pieces)) if k not in found]
    found |= zip(left, over_cores(work, [pieces[k] for k in left]), strict=True)
    return [found[k] for k in range(len(pieces))]


def _on_one_thread(work: Callable[[Piece], Result], piece: Piece) -> Result:
    with one_thread_products():
        return work(piece)
