"""Work in pieces on all cores, with a linear algebra that keeps to one core a piece."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from threadpoolctl import threadpool_limits

__all__ = ["cores", "one_thread_products", "over_cores"]

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
