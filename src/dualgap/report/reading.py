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
    if path.suffix.lower() not in readers:
        raise InvalidInput(f"{path} must be a .npy, .csv or .txt file", argument=name)
    require_file(path, name)
    try:
        numbers = readers[path.suffix.lower()](path)
    except OSError as error:
        raise InvalidInput(f"{path} must be a file that can be read ({error.strerror})", argument=name) from error
    except ValueError as error:
        raise InvalidInput(f"{path} must hold numbers only: {error}", argument=name) from error
    if numbers.size == 0:
        raise InvalidInput(f"{path} must not be empty, got no number", argument=name)
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
        return np.loadtxt(path, delimiter=delimiter, ndmin=1)


def require_file(path: Path, name: str) -> None:
    """Refuse a path without a file, or with an empty one.

    Raises
    ------
    InvalidInput
    """
    if not path.is_file():
        raise InvalidInput(f"{path} must be a file that exists", argument=name)
    if path.stat().st_size == 0:
        raise InvalidInput(f"{path} must not be empty", argument=name)
