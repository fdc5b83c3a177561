"""Two runs never work in one folder, and a killed one leaves nothing in the way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from dualgap.errors import InvalidInput, Unwritable
from dualgap.sweeps.lock import Lock

HOLD = "import sys; from dualgap.sweeps.lock import Lock\nwith Lock(sys.argv[1]):\n    print('held', flush=True); sys.stdin.read()"


def test_a_second_process_is_refused_by_name_until_the_first_is_killed(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(InvalidInput, match=f"in use by process {other.pid} on .*; wait for it"), Lock(tmp_path):
            pass
        os.kill(other.pid, signal.SIGKILL)
    with Lock(tmp_path):
        pass


def test_a_lock_is_given_back_after_an_error(tmp_path):
    with pytest.raises(KeyboardInterrupt), Lock(tmp_path):
        raise KeyboardInterrupt
    with Lock(tmp_path):
        pass


def test_a_folder_that_cannot_be_written_to_is_said_to_be_one(tmp_path):
    with pytest.raises(Unwritable, match="path must be a folder that can be written to"), Lock(tmp_path / "none"):
        pass
