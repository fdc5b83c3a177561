"""Every backend makes the same calls, and a process that dies takes nothing else along."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from dualgap.errors import InvalidInput
from dualgap.sweeps.backends import Calls
from dualgap.sweeps.configuration import tasks_of


def _outcomes(function, values, *, backend="loky", jobs=2, retries=1):
    tasks = tasks_of(abs, {"a": values}, None)
    calls = Calls(function, backend=backend, jobs=jobs, address=None, retries=retries)
    found = {outcome.key: outcome for outcome in calls.outcomes(tasks)}
    return [found[task.key] for task in tasks]


@pytest.mark.parametrize("backend", ["sequential", "threading", "loky"])
@pytest.mark.parametrize("jobs", [1, 2])
def test_every_backend_makes_every_call_once(backend, jobs):
    found = _outcomes(lambda a: 2 * a, list(range(20)), backend=backend, jobs=jobs)
    assert [outcome.result for outcome in found] == [{"value": 2 * a} for a in range(20)]
    assert {outcome.attempts for outcome in found} == {1}


@pytest.mark.parametrize("jobs", [1, 2])
def test_only_the_call_that_kills_its_process_is_lost(jobs):
    here = os.getpid()

    def call(a):
        if a == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        return {"other": os.getpid() != here}

    found = _outcomes(call, list(range(8)), jobs=jobs)
    assert [outcome.status for outcome in found] == ["ok"] * 3 + ["lost"] + ["ok"] * 4
    assert all(outcome.result == {"other": True} for outcome in found if outcome.status == "ok")
    assert found[3].error == "its process died, 2 times"


@pytest.mark.parametrize(("jobs", "deaths"), [(1, 1), (2, 2)])
def test_without_retries_a_call_in_company_is_still_tried_alone(jobs, deaths):
    def call(a):
        if a == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        return a

    found = _outcomes(call, list(range(8)), jobs=jobs, retries=0)
    assert [outcome.status for outcome in found] == ["ok"] * 3 + ["lost"] + ["ok"] * 4
    assert found[3].attempts == deaths


def test_a_call_whose_process_dies_once_is_made_again(tmp_path):
    marker = tmp_path / "killed"

    def call(a):
        if a == 2 and not marker.exists():
            marker.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return a

    found = _outcomes(call, list(range(4)))
    assert [outcome.result["value"] for outcome in found] == [0, 1, 2, 3]
    assert found[2].attempts == 2


def test_a_function_that_cannot_be_sent_is_refused_with_the_reason():
    lock = threading.Lock()
    with pytest.raises(InvalidInput, match=r"function must be one that another process .*lock"):
        _outcomes(lambda a: lock and a, [1, 2, 3])
    assert [outcome.status for outcome in _outcomes(lambda a: bool(lock), [1, 2], backend="threading")] == ["ok", "ok"]
