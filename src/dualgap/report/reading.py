"""Files of numbers as arrays; nothing in them is executed."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import numpy as np

from dualgap.errors import InvalidInput
from dualgap.validation import as_array

__all__ = ["read_numbers", "require_file", "said_of_files"]


def read_numbers(path: Path, name: str) -> np.ndarray:
    """The numbers of a .npy, .csv or .txt file; what is refused is said of the file.

    Parameters
    ----------
    path : Path
        One point or weight a line; .csv has commas between coordinates, .txt has spaces.
    name : str
        The argument that it came from.

    Raises
    ------
    InvalidInput
        When there is no such file, it is empty, or it holds anything but finite numbers.
    """
    readers = {
        ".npy": _read_npy,
        ".csv": lambda path: _read_text(path, ","),
        ".txt": lambda path: _read_text(path, None),
    }
    require_file(path, name)
    if path.suffix.lower() not in readers:
        raise InvalidInput(f"{path} must be a .npy, .csv or .txt file", argument=name)
    try:
        numbers = readers[path.suffix.lower()](path)
    except OSError as error:
        raise InvalidInput(f"{path} must be a file that can be read ({error.strerror})", argument=name) from error
    except ValueError as error:
        raise InvalidInput(f"{path} must hold numbers only: {error}", argument=name) from error
    if numbers.size == 0:
        raise InvalidInput(f"{path} must not be empty, got no number", argument=name)
    lost = np.argwhere(~np.isfinite(numbers)) if numbers.dtype.kind in "fc" else []
    if len(lost):
        at = ", ".join(
            f"{axis} {k + 1}" for axis, k in zip(("row", "column", *"?" * 30), lost[0].tolist(), strict=False)
        )
        raise InvalidInput(f"{path} must be finite, got {numbers[tuple(lost[0])]} in {at}", argument=name)
    try:
        return as_array(numbers, str(path))
    except InvalidInput as error:
        raise InvalidInput(str(error), argument=name) from error


def said_of_files(message: str, x: Path, y: Path) -> str:
    """What the library says of p, of q or of both, said of the files that they came from.

    Examples
    --------
    >>> said_of_files("p and q must have the same dimension, got 1 and 2", Path("a.npy"), Path("b.csv"))
    'a.npy and b.csv must have the same dimension, got 1 and 2'
    """
    names = {"p": str(x), "q": str(y), "p and q": f"{x} and {y}"}
    return re.sub(r"^(p and q|p|q)\b", lambda found: names[found[0]], message)


def _read_npy(path: Path) -> np.ndarray:
    try:
        found = np.load(path, allow_pickle=False)
    except (ValueError, EOFError):  # numpy advises to trust the file, which would execute what is in it
        raise ValueError("it is not an array of numbers as numpy.save writes it") from None
    if not isinstance(found, np.ndarray):
        raise ValueError("it is an archive of arrays; save the one array with numpy.save")
    return found


def _read_text(path: Path, delimiter: str | None) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that there is no number, which is an error here
        try:
            return np.loadtxt(path, delimiter=delimiter, ndmin=1)
        except UnicodeDecodeError:
            raise ValueError("it is not text in UTF-8") from None
        except ValueError as error:
            raise ValueError(_unlike_numbers(path, delimiter) or str(error)) from error


def _unlike_numbers(path: Path, delimiter: str | None) -> str:
    """The first line of a text that is not a row of numbers as the others, and what to do about it."""
    apart = "spaces" if delimiter is None else "commas"
    first = None
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        row = line.partition("#")[0].strip()
        if not row:
            continue
        fields = row.split(delimiter)
        wrong = [k for k, field in enumerate(fields, start=1) if not _is_number(field)]
        if wrong and any(mark in row and _are_numbers(row.split(mark)) for mark in ";,\t "):
            return f"separate the numbers by {apart}, got {row[:40]!r} in line {number}"
        if wrong and first is None and len(wrong) == len(fields):
            return f"remove the header line, got {row[:40]!r} in line {number}"
        if wrong:
            return f"got {fields[wrong[0] - 1].strip()[:40]!r} in line {number}, column {wrong[0]}"
        if first is not None and len(fields) != first[1]:
            found = f"got {first[1]} in line {first[0]} and {len(fields)} in line {number}"
            return f"every line must have as many columns, {found}"
        first = first or (number, len(fields))
    return ""


def _are_numbers(fields: list[str]) -> bool:
    return all(map(_is_number, fields))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def require_file(path: Path, name: str) -> None:
    """Refuse a path without a file, or with an empty one.

    Raises
    ------
    InvalidInput
    """
    if path.is_dir():
        raise InvalidInput(f"{path} must be a file, got a folder", argument=name)
    if not path.is_file():
        raise InvalidInput(f"{path} must be a file that exists", argument=name)
    if path.stat().st_size == 0:
        raise InvalidInput(f"{path} must not be empty", argument=name)
