"""Pieces of work on all cores: in order, with their errors, and dropped when interrupted."""

from __future__ import annotations

import os
import threading
from concurrent.futures import Executor, Future, ThreadPoolExecutor

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from dualgap import threads
from dualgap.threads import cores, one_thread_products, over_cores, over_workers


@pytest.fixture(params=[1, 4])
def some_cores(request, monkeypatch):
    """One core and several, whatever the machine has."""
    monkeypatch.setattr(threads, "cores", lambda: request.param)
    return request.param


def test_results_come_in_order(some_cores):
    assert over_cores(lambda k: k * k, range(50)) == [k * k for k in range(50)]
    assert over_cores(lambda k: k, []) == []


def test_an_error_of_a_piece_is_the_error(some_cores):
    with pytest.raises(ZeroDivisionError):
        over_cores(lambda k: 1 // k, [2, 0, 1])


def test_an_interruption_drops_what_has_not_begun(monkeypatch):
    monkeypatch.setattr(threads, "cores", lambda: 2)
    begun, gate = [], threading.Event()

    def work(k):
        begun.append(k)
        if k == 0:
            raise KeyboardInterrupt
        gate.wait(10)

    threading.Timer(0.2, gate.set).start()
    with pytest.raises(KeyboardInterrupt):
        over_cores(work, range(100))
    assert len(begun) < 100


class Breaking(Executor):
    """Takes some pieces, fails at some of those, and takes no more."""

    def __init__(self, takes):
        self.takes, self.taken = takes, []

    def submit(self, fn, /, *args, **kwargs):
        if len(self.taken) == self.takes:
            raise RuntimeError("cannot schedule new futures")
        done = Future()
        if len(self.taken) % 2:
            done.set_exception(OSError("the worker is gone"))
        else:
            done.set_result(fn(*args, **kwargs))
        self.taken.append(done)
        return done


@pytest.mark.parametrize("takes", [0, 1, 4, 9])
def test_what_no_worker_brings_back_is_worked_out_here_and_comes_in_order(takes):
    assert over_workers(lambda k: k * k, range(9), Breaking(takes)) == [k * k for k in range(9)]


def test_an_error_of_a_piece_at_a_worker_is_the_error():
    with pytest.raises(ZeroDivisionError), ThreadPoolExecutor(2) as executor:
        over_workers(lambda k: 1 // k, [2, 0, 1], executor)


def test_an_interruption_drops_what_no_worker_has_begun():
    class Interrupted(Executor):
        futures: list = []  # noqa: RUF012

        def submit(self, fn, /, *args, **kwargs):
            self.futures.append(Future())
            if len(self.futures) == 3:
                self.futures[0].set_exception(KeyboardInterrupt())
            return self.futures[-1]

    with pytest.raises(KeyboardInterrupt):
        over_workers(abs, range(3), Interrupted())
    assert all(future.cancelled() for future in Interrupted.futures[1:])


def test_products_keep_to_one_thread_within_the_context_only():
    def counts():
        return [one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"]

    np.ones((2, 2)) @ np.ones((2, 2))
    before = counts()
    with one_thread_products():
        assert set(counts()) <= {1}
    assert counts() == before


def test_there_are_as_many_cores_as_the_process_may_use():
    assert 1 <= cores() <= (os.cpu_count() or 1)
