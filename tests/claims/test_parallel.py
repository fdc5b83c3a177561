"""Claims in processes: whatever a check does to its own process, the others get their result."""

from __future__ import annotations

import os
import signal

import pytest

from dualgap.claims import Evidence, Registry, Verdict
from dualgap.claims.parallel import in_processes
from dualgap.errors import InvalidInput

TEXT = {"topic": "numbers", "title": "A claim", "statement": "$n$", "source": "school", "hypotheses": "none"}


def test_a_claim_that_kills_its_process_is_reported_and_the_others_go_on():
    registry = Registry()
    registry.claim(**TEXT, identifier="deadly", instances=range(1))(lambda n: os.kill(os.getpid(), signal.SIGKILL))
    for name in ("a", "b", "c"):
        registry.claim(**TEXT, identifier=name, instances=range(3))(lambda n: Evidence(0, n, ">=", 0))
    found = {r.claim.identifier: r for r in in_processes(tuple(registry), 2, budget="quick", seed=0)}
    assert found["deadly"].verdict is Verdict.CRASHED
    assert "its process died" in found["deadly"].error
    assert all(found[name].verdict is Verdict.HOLDS for name in ("a", "b", "c"))


def test_every_claim_is_tried_in_another_process():
    registry = Registry()
    for name in ("a", "b"):
        registry.claim(**TEXT, identifier=name, instances=range(1))(lambda n: Evidence(os.getppid(), n, "!=", 0.5))
    for result in in_processes(tuple(registry), 2, budget="quick", seed=0):
        assert float(result.evidence.predicted) == os.getpid()


def test_without_fork_several_jobs_are_refused(monkeypatch):
    monkeypatch.setattr("multiprocessing.get_all_start_methods", lambda: ["spawn"])
    with pytest.raises(InvalidInput, match=r"^jobs must be 1 where processes cannot be forked, got 2"):
        next(in_processes((), 2, budget="quick", seed=0))
