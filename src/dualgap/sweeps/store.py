"""A folder of results that grows while a sweep runs, and that a killed sweep leaves whole."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import platform
import time
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any, final

from dualgap.errors import InvalidInput, Unwritable
from dualgap.extras import require
from dualgap.sweeps.configuration import Task
from dualgap.sweeps.outcome import Outcome
from dualgap.sweeps.table import table_of
from dualgap.writing import write_atomically, write_text

__all__ = ["Store"]

#: The form of what is in the folder.
FORMAT = 1
#: Results are written when they took this long to compute together, or this long after the last were written, in seconds.
AT_RISK = 1.0
#: So many small files are made one.
MANY_PARTS = 200
#: The table for readers is brought up to date when that takes at most this share of the time.
SHARE_FOR_READERS = 0.05
#: What a record says, with the digest of the rest.
FIELDS = {
    "key": str,
    "configuration": str,
    "seed": int,
    "status": str,
    "result": str,
    "error": str,
    "attempts": int,
    "seconds": float,
    "digest": str,
}


@final
class Store:
    """Results by key, in a folder.

    ``_parts`` holds what finished, in Parquet files that are each written under a temporary name and renamed; ``results.parquet`` is
    the table made of them, and ``_sweep.json`` names the function. A file that cannot be read is renamed to end in ``.damaged``
    and counts as absent: what it held is computed again. At most about a second's worth of results is ever only in memory.

    Parameters
    ----------
    folder : path
        Is made when it does not exist.
    function, code : str
        The name of the function and a digest of its code.
    tasks : iterable of Task
        In the order of the table.

    Raises
    ------
    InvalidInput
        When the folder has results of another function, or of this one before its code was changed.
    Unwritable
        When the folder cannot be made or written to.
    """

    def __init__(self, folder: Path | str, *, function: str, code: str | None, tasks: Iterable[Task]) -> None:
        self.folder = Path(folder)
        self.set_aside: list[Path] = []
        self._function, self._code = function, code
        self._tasks = {task.key: task for task in tasks}
        self._records: dict[str, dict[str, Any]] = {}
        self._waiting: list[dict[str, Any]] = []
        self._at_risk = 0.0
        self._names = itertools.count()
        self._written = self._shown = time.monotonic()
        self._showing = 0.0

    @property
    def parts(self) -> Path:
        """The folder of what finished."""
        return self.folder / "_parts"

    def open(self) -> None:
        """Check whose folder it is, take away what a killed run was about to write, and read what is known."""
        self._check_manifest()
        for path in [
            *self.folder.glob("._sweep.json.*"),
            *self.folder.glob(".results.parquet.*"),
            *self.parts.glob(".*"),
        ]:
            path.unlink(missing_ok=True)
        for path in sorted(self.parts.glob("*.parquet")):
            for record in self._read(path):
                self._records[record["key"]] = record

    def known(self) -> dict[str, Outcome]:
        """The outcomes of the tasks that the folder has."""
        return {key: _outcome(self._records[key]) for key in self._tasks if key in self._records}

    def add(self, outcome: Outcome) -> None:
        """Keep an outcome, on disk soon."""
        task = self._tasks[outcome.key]
        record = dict(vars(outcome))
        record |= {"result": json.dumps(outcome.result), "configuration": json.dumps(task.shown), "seed": task.seed}
        record["digest"] = _digest(record)
        self._records[outcome.key] = record
        self._waiting.append(record)
        self._at_risk += outcome.seconds
        if self._at_risk >= AT_RISK or time.monotonic() - self._written >= AT_RISK:
            self.flush()
        since = time.monotonic() - self._shown
        if self._showing <= SHARE_FOR_READERS * since and since >= AT_RISK:
            self.show()

    def flush(self) -> None:
        """Write what is only in memory."""
        if self._waiting:
            self._write_part(self._waiting)
            self._waiting, self._at_risk = [], 0.0
        self._written = time.monotonic()
        small = sorted(self.parts.glob("*.parquet"))
        if len(small) > MANY_PARTS:
            records = {record["key"]: record for path in small for record in self._read(path)}
            self._write_part(list(records.values()))
            for path in small:
                path.unlink(missing_ok=True)

    def show(self) -> None:
        """Bring the table for readers up to date."""
        begun = time.monotonic()
        parquet = require("pyarrow.parquet", extra="cluster")
        table = table_of(self._tasks.values(), self.known())
        write_atomically(self.folder / "results.parquet", lambda file: parquet.write_table(table, file))
        self._shown = time.monotonic()
        self._showing = self._shown - begun

    def _write_part(self, records: list[dict[str, Any]]) -> None:
        arrow, parquet = require("pyarrow", extra="cluster"), require("pyarrow.parquet", extra="cluster")
        table = arrow.Table.from_pylist(records, schema=_schema())
        name = f"{time.time_ns():020d}-{os.getpid()}-{next(self._names)}.parquet"
        write_atomically(self.parts / name, lambda file: parquet.write_table(table, file))

    def _read(self, path: Path) -> list[dict[str, Any]]:
        arrow, parquet = require("pyarrow", extra="cluster"), require("pyarrow.parquet", extra="cluster")
        try:
            with warnings.catch_warnings():
                # of pickles that a foreign file has, and that are left alone
                warnings.simplefilter("error", RuntimeWarning)
                table = parquet.ParquetFile(path).read()
            records = table.cast(_schema()).to_pylist()
            if any(record["digest"] != _digest(record) for record in records):
                raise ValueError("a record is not what was written")
            for record in records:
                _outcome(record)
            return records
        except (OSError, ValueError, KeyError, TypeError, RecursionError, RuntimeWarning, arrow.ArrowException):
            self._put_aside(path)
            return []

    def _put_aside(self, path: Path) -> None:
        damaged = path.with_name(path.name + ".damaged")
        try:
            path.replace(damaged)
        except OSError as error:
            raise Unwritable(f"path must be a folder that can be written to, got {str(self.folder)!r}") from error
        self.set_aside.append(damaged)

    def _check_manifest(self) -> None:
        path = self.folder / "_sweep.json"
        ours = {
            "format": FORMAT,
            "function": self._function,
            "code": self._code,
            "python": platform.python_version()[:4],
        }
        if path.exists():
            try:
                theirs = json.loads(path.read_text(encoding="utf-8"))
                found = {name: theirs[name] for name in ours}
            except (OSError, ValueError, KeyError, TypeError, RecursionError):
                self._put_aside(path)
            else:
                self._compare(ours, found)
        elif (self.folder / "results.parquet").exists():
            raise InvalidInput(
                f"path must be a new folder or that of an earlier sweep, got {str(self.folder)!r}, "
                "which has a results.parquet of something else; give another folder",
                argument="path",
            )
        write_text(path, json.dumps(ours, indent=1))

    def _compare(self, ours: dict[str, Any], theirs: dict[str, Any]) -> None:
        if theirs["format"] != FORMAT or theirs["function"] != self._function:
            raise InvalidInput(
                f"path must be a folder of this very sweep, got {str(self.folder)!r}, which holds results of "
                f"{theirs['function']}, not of {self._function}; give another folder",
                argument="path",
            )
        if theirs["python"] == ours["python"] and theirs["code"] != ours["code"]:
            raise InvalidInput(
                f"path must be a folder of this very sweep, got {str(self.folder)!r}, but the code of {self._function} has "
                "changed since; give another folder, or remove this one to compute all anew",
                argument="path",
            )


def _outcome(record: dict[str, Any]) -> Outcome:
    return Outcome(
        key=record["key"],
        status=record["status"],
        result=dict(json.loads(record["result"])),
        error=record["error"],
        attempts=record["attempts"],
        seconds=record["seconds"],
    )


def _schema() -> Any:
    arrow = require("pyarrow", extra="cluster")
    types = {str: arrow.string(), int: arrow.int64(), float: arrow.float64()}
    return arrow.schema([(name, types[kind]) for name, kind in FIELDS.items()])


def _digest(record: dict[str, Any]) -> str:
    """Of all that a record says: a bit that a disk turned is noticed."""
    said = [record[name] for name in FIELDS if name != "digest"]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()
