"""Processes that are killed, interrupted or run out of disk at a chosen point of what they write."""

from __future__ import annotations

import os
import resource
import signal
import sys
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

#: What a process does to the disk, as Python's audit hooks tell it: every point at which it may be stopped.
WRITES = ("os.rename", "os.remove", "os.mkdir", "os.truncate", "os.chmod")


def _in_a_child(action: Callable[[], object], prepare: Callable[[], None]) -> int:
    """Run an action in a process of its own: the exit status as waitpid gives it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the child uses none of the parent's threads
        child = os.fork()
    if child:
        return os.waitpid(child, 0)[1]
    code = 1
    try:
        prepare()
        action()
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _stop_at(point: int, folder: Path, stop: Callable[[], None]) -> None:
    """Call ``stop`` at the given write into a folder, before it takes place."""
    left = [point]

    def hook(event: str, arguments: tuple) -> None:
        opened = event == "open" and isinstance(arguments[2], int) and bool(arguments[2] & (os.O_WRONLY | os.O_RDWR))
        writing = opened or event in WRITES
        if (
            writing
            and isinstance(arguments[0], (str, bytes, Path))
            and os.fsdecode(arguments[0]).startswith(str(folder))
        ):
            left[0] -= 1
            if left[0] < 0:
                left[0] = 10**9
                stop()

    sys.addaudithook(hook)


@pytest.fixture
def killed_at() -> Callable[[int, Path, Callable[[], object]], bool]:
    """``killed_at(point, folder, action)``: whether the action was killed before its write number ``point`` into the folder."""

    def run(point: int, folder: Path, action: Callable[[], object]) -> bool:
        status = _in_a_child(action, lambda: _stop_at(point, folder, lambda: os.kill(os.getpid(), signal.SIGKILL)))
        if not os.WIFSIGNALED(status):
            assert os.WEXITSTATUS(status) == 0
        return os.WIFSIGNALED(status)

    return run


@pytest.fixture
def interrupted_at() -> Callable[[int, Path, Callable[[], object]], bool]:
    """The same with Ctrl-C: SIGINT, which Python makes a KeyboardInterrupt."""

    def run(point: int, folder: Path, action: Callable[[], object]) -> bool:
        def caught() -> None:
            try:
                action()
            except KeyboardInterrupt:
                os._exit(3)

        def prepare() -> None:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            _stop_at(point, folder, lambda: os.kill(os.getpid(), signal.SIGINT))

        status = _in_a_child(caught, prepare)
        assert os.WIFEXITED(status)
        assert os.WEXITSTATUS(status) in (0, 3)
        return os.WEXITSTATUS(status) == 3

    return run


@pytest.fixture
def command_at(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """``command_at(point, folder, *arguments)``: the exit code of the command, with Ctrl-C before its write ``point`` into the folder.

    None for the point lets the command be, in this process: what it imports need not be imported by each that is interrupted.
    """
    from dualgap import cli

    def code() -> int:
        try:
            cli.main()
        except SystemExit as ended:
            return int(ended.code or 0)
        return 0

    def run(point: int | None, folder: Path, *arguments: str) -> int:
        monkeypatch.setattr(sys, "argv", ["dualgap", *arguments])
        if point is None:
            return code()

        def prepare() -> None:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            _stop_at(point, folder, lambda: os.kill(os.getpid(), signal.SIGINT))

        status = _in_a_child(lambda: os._exit(code()), prepare)
        assert os.WIFEXITED(status)
        return os.WEXITSTATUS(status)

    return run


@pytest.fixture
def without_room() -> Callable[[int, Callable[[], object]], int]:
    """``without_room(size, action)``: the exit code of an action that can make no file larger than ``size`` bytes."""

    def run(size: int, action: Callable[[], object]) -> int:
        def prepare() -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

        return os.WEXITSTATUS(_in_a_child(action, prepare))

    return run


@pytest.fixture
def leftovers() -> Callable[[Path], list[str]]:
    """The half-written files of a folder: those with a temporary name."""
    return lambda folder: [path.name for path in folder.rglob(".*.*.*")]
