"""Pieces of work on all cores: in order, with their errors, and dropped when interrupted."""

from __future__ import annotations

import os
import threading

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from dualgap import threads
from dualgap.threads import cores, one_thread_products, over_cores


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
