"""Files of numbers and pictures as arrays; nothing in them is executed."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from dualgap.errors import InvalidInput
from dualgap.extras import require

__all__ = ["read_numbers", "read_picture"]


def read_numbers(path: Path, name: str) -> np.ndarray:
    """The numbers of a .npy, .csv or .txt file.

    Parameters
    ----------
    path : Path
        One point or weight a line; .csv has commas between coordinates, .txt has spaces.
    name : str
        The argument that it came from.

    Raises
    ------
    InvalidInput
        When there is no such file, it is empty, or it holds anything but numbers.
    """
    readers = {
        ".npy": lambda: np.load(path, allow_pickle=False),
        ".csv": lambda: np.loadtxt(path, delimiter=",", ndmin=1),
        ".txt": lambda: np.loadtxt(path, ndmin=1),
    }
    if path.suffix not in readers:
        raise InvalidInput(f"{name} must be a .npy, .csv or .txt file, got {str(path)!r}", argument=name)
    if not path.is_file():
        raise InvalidInput(f"{name} must be a file that exists, got {str(path)!r}", argument=name)
    if path.stat().st_size == 0:
        raise InvalidInput(f"{name} must not be empty, got {str(path)!r}", argument=name)
    try:
        return readers[path.suffix]()
    except (OSError, ValueError) as error:
        raise InvalidInput(f"{name} must hold numbers only, got {str(path)!r} ({error})", argument=name) from error


def read_picture(path: Path, name: str, *, size: int) -> np.ndarray:
    """The pixels of a picture, reduced so that its longer side is at most ``size``.

    Returns
    -------
    (height, width, 3) uint8 array

    Raises
    ------
    InvalidInput
        When there is no such file or it is no picture.
    """
    image = require("PIL.Image", extra="figures")
    try:
        with image.open(path) as opened:
            picture = opened.convert("RGB")
    except OSError as error:  # PIL's UnidentifiedImageError is one
        raise InvalidInput(
            f"{name} must be a picture that exists, got {str(path)!r} ({error})", argument=name
        ) from error
    picture.thumbnail((size, size))
    return np.asarray(picture)
