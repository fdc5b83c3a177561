"""Output whose reader may leave: ``dualgap train ring | head -2`` does all its work, and ends with its own exit code."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from typing import Any, TextIO

__all__ = ["output_may_close"]


class _Pipe:
    """A stream that writes to nowhere once the reader of its pipe has gone."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        return self._unless_closed(self._stream.write, text)

    def flush(self) -> None:
        self._unless_closed(self._stream.flush)

    def _unless_closed(self, act: Callable[..., Any], *arguments: Any) -> Any:
        try:
            return act(*arguments)
        except BrokenPipeError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())  # what is buffered, and all that follows, goes there
            os.close(nowhere)
            return act(*arguments)


@contextlib.contextmanager
def output_may_close() -> Iterator[None]:
    """Inside, standard output and standard error may lose their readers without an error.

    Examples
    --------
    >>> with output_may_close():
    ...     print("read")
    read
    """
    out: Any = _Pipe(sys.stdout)
    err: Any = _Pipe(sys.stderr)
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            yield
        finally:
            out.flush()
            err.flush()
