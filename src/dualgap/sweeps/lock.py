"""One run at a time in a folder."""

from __future__ import annotations

import contextlib
import importlib
import os
import platform
from pathlib import Path
from types import TracebackType
from typing import Any, final

from dualgap.errors import InvalidInput, Unwritable

__all__ = ["Lock"]


@final
class Lock:
    """A context in which no other process works in a folder.

    The lock is the operating system's: it is gone when its process is, killed or not, so that nothing stale is left.

    Parameters
    ----------
    folder : path
        Exists.

    Raises
    ------
    InvalidInput
        When another process has it; the message says which.
    Unwritable
        When the folder cannot be written to.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, Lock(folder):
    ...     with Lock(folder):
    ...         pass
    Traceback (most recent call last):
        ...
    dualgap.errors.InvalidInput: path must be a folder that no other run works in, got ...
    """

    def __init__(self, folder: Path | str) -> None:
        self.path = Path(folder) / ".lock"
        self._handle = -1

    def __enter__(self) -> Lock:
        try:
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise Unwritable(
                f"path must be a folder that can be written to, got {str(self.path.parent)!r} ({error.strerror})",
                argument="path",
            ) from error
        try:
            _take(handle)
        except OSError:
            holder = os.read(handle, 200).decode("utf-8", "replace").strip()
            os.close(handle)
            raise InvalidInput(
                f"path must be a folder that no other run works in, got {str(self.path.parent)!r}, in use by "
                f"{holder or 'another process'}; wait for it to end, or give another folder",
                argument="path",
            ) from None
        with contextlib.suppress(
            OSError
        ):  # words for the message above: a full disk does not make the lock less of one
            os.ftruncate(handle, 0)
            os.write(handle, f"process {os.getpid()} on {platform.node()}".encode())
        self._handle = handle
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._handle)


def _take(handle: int) -> None:
    """Take the lock of an open file, or raise OSError at once; it ends with the file."""
    try:
        system: Any = importlib.import_module("fcntl")
    except ModuleNotFoundError:
        system = importlib.import_module("msvcrt")
        system.locking(handle, system.LK_NBLCK, 1)
    else:
        system.flock(handle, system.LOCK_EX | system.LOCK_NB)
