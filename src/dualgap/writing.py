"""Files that are either whole or absent."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from dualgap.errors import InvalidInput, Unwritable

__all__ = ["check_output", "write_atomically", "write_text"]


def check_output(path: Path, *endings: str, argument: str = "output") -> Path:
    """A file that can be written, found out before the work whose result it is to hold.

    Parameters
    ----------
    path : Path
    *endings : str
        Those that it may have, such as ``".npz"``, in small or capital letters; any when there are none.
    argument : str
        What an error calls it.

    Raises
    ------
    InvalidInput
        For another ending.
    Unwritable
        For a folder, or a place that cannot be written to.

    Examples
    --------
    >>> check_output(Path("run.npz"), ".npz").name
    'run.npz'
    """
    if endings and path.suffix.lower() not in endings:
        listed = " or ".join([", ".join(endings[:-1]), endings[-1]] if endings[1:] else endings)
        raise InvalidInput(f"{argument} must end in {listed}, got {str(path)!r}", argument=argument)
    if path.is_dir():
        raise Unwritable(f"{argument} must be a file, got the folder {str(path)!r}", argument=argument)
    nearest = next(folder for folder in path.absolute().parents if folder.exists())
    if not (nearest.is_dir() and os.access(nearest, os.W_OK)):
        raise Unwritable(f"{argument} must be in a folder that can be written to, got {str(path)!r}", argument=argument)
    return path


def write_atomically(path: Path, write: Callable[[IO[bytes]], Any]) -> Path:
    """Write a file under a temporary name and rename it: a reader finds the old one or the new one, never half of it.

    Parameters
    ----------
    path : Path
        Its folder is made when it does not exist.
    write : function of an open binary file

    Raises
    ------
    Unwritable
        When the folder cannot be made or written to, or the disk is full.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_atomically(Path(folder) / "new" / "a.txt", lambda file: file.write(b"whole")).read_text()
    'whole'
    """
    path = Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise Unwritable(
            f"output must be in a folder that can be written to, got {str(path)!r} ({error.strerror})",
            argument="output",
        ) from error
    try:
        with os.fdopen(handle, "wb") as file:
            write(file)
        os.chmod(temporary, 0o644)  # mkstemp makes files that only their owner can read
        os.replace(temporary, path)
    except BaseException as error:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        if isinstance(error, OSError) and error.errno is not None:
            raise Unwritable(
                f"output must be where there is room for it, got {str(path)!r} ({error.strerror}); what was there is as before",
                argument="output",
            ) from error
        raise
    return path


def write_text(path: Path, text: str) -> Path:
    """:func:`write_atomically` of a text, in UTF-8."""
    return write_atomically(path, lambda file: file.write(text.encode("utf-8")))
