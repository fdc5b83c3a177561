"""The workers of a backend price transport as this process does, and a worker that dies takes nothing along."""

from __future__ import annotations

import os
import signal

import numpy as np
import pytest

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.sweeps import workers
from dualgap.transport import pricing

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(1500, 4)), RNG.normal(size=(1400, 4)) + 0.5


def _ending(marker):
    """What ends the process that does it, the first time; sent whole, as no other process can import this module."""

    def end():
        if not os.path.exists(marker):
            open(marker, "w").close()
            os.kill(os.getpid(), signal.SIGKILL)

    return end


def _with_a_death(executor, after, marker, monkeypatch):
    """The executor is asked for the death of a worker once, among the pieces of work."""
    send, sent = executor.submit, []

    def submit(function, *arguments):
        sent.append(function)
        if len(sent) == after:
            send(_ending(str(marker)))
        return send(function, *arguments)

    monkeypatch.setattr(executor, "submit", submit)


def _as_here(executor, monkeypatch):
    """Whether the workers are asked, and find what is found without them."""
    here = dg.wasserstein(X, Y, order=2, method="sparse")
    monkeypatch.setattr(pricing, "SENT_PAIRS", 0)
    asked = []
    monkeypatch.setattr(
        pricing, "over_workers", lambda *given, ask=pricing.over_workers: asked.append(given) or ask(*given)
    )
    there = dg.wasserstein(X, Y, order=2, method="sparse", executor=executor)
    there.certificate.check()
    assert len(asked) > 3
    # Both are proved to be within a relative 1e-9 of the distance.
    assert there.guarantee is here.guarantee is dg.Guarantee.EXACT
    assert there.value == pytest.approx(here.value, rel=2e-9)


@pytest.mark.parametrize("backend", ["threading", "loky"])
def test_workers_of_this_machine_price_as_this_process_does(backend, monkeypatch):
    with workers(backend=backend, jobs=2) as executor:
        _as_here(executor, monkeypatch)


def test_a_cluster_prices_as_this_process_does_though_a_worker_is_killed(cluster, monkeypatch, tmp_path):
    monkeypatch.setattr(pricing, "SENT_PIECES", 4)
    with workers(backend="dask", address=cluster.scheduler_address) as executor:
        _with_a_death(executor, 6, tmp_path / "killed", monkeypatch)
        _as_here(executor, monkeypatch)
    assert (tmp_path / "killed").exists()


def test_a_pool_that_breaks_in_the_middle_leaves_the_rest_to_this_process(monkeypatch, tmp_path):
    with workers(backend="loky", jobs=2) as executor:
        _with_a_death(executor, 40, tmp_path / "killed", monkeypatch)
        _as_here(executor, monkeypatch)
    assert (tmp_path / "killed").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"backend": "sequential"}, "backend must be one of"),
        ({"backend": "dask"}, "address must be text, .* for backend='dask', got None"),
        ({"address": "tcp://a:1"}, "address must be left out except for"),
        ({"jobs": 0}, "jobs must be at least 1"),
    ],
)
def test_options_that_are_none_are_refused(options, said):
    with pytest.raises(InvalidInput, match=said), workers(**options):
        pass
