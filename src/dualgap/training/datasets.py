"""Samples that generators are trained on: arrays, datasets of torch, digits, and folders of images."""

from __future__ import annotations

import os
from collections.abc import Sized
from pathlib import Path
from typing import Any

import numpy as np
import torch

from dualgap.duals.sources import Dataset, Source
from dualgap.errors import InvalidInput
from dualgap.extras import require
from dualgap.validation import count, is_torch, points_array

__all__ = ["as_source", "digits_source", "image_folder"]

ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff")


def as_source(data: Any) -> Source:
    """What batches are drawn from: a law, an array of points, or a map-style ``torch.utils.data.Dataset``.

    Parameters
    ----------
    data : Source, (n, d) or (n,) array, or torch Dataset
        Of a dataset's items the first part of each is taken, and flattened.

    Returns
    -------
    Source

    Raises
    ------
    InvalidInput
        For anything else; for nan and infinities, and items of unequal sizes.

    Examples
    --------
    >>> as_source(torch.utils.data.TensorDataset(torch.zeros(5, 2, 2))).dimension
    4
    """
    if isinstance(data, Source):
        return data
    if isinstance(data, torch.utils.data.Dataset):
        data = _stacked(data)
    if isinstance(data, np.ndarray) or is_torch(data):
        points = points_array(data, "data")
        return Dataset(points.detach() if is_torch(points) else points)
    raise InvalidInput(
        "data must be a law such as dg.training.Ring(), an array of points, or a torch Dataset, "
        f"got {type(data).__name__}",
        argument="data",
    )


def digits_source() -> Dataset:
    """Scikit-learn's 1797 handwritten digits of 8 x 8 pixels as points of [-1, 1]^64.

    Raises
    ------
    MissingExtra
        When scikit-learn is not installed.

    Examples
    --------
    >>> digits_source().points.shape
    (1797, 64)
    """
    table = require("sklearn.datasets", extra="experiments").load_digits()
    return Dataset(np.asarray(table.data, dtype=np.float64) / 8 - 1)


def image_folder(folder: Any, *, side: int, colours: int = 3) -> Dataset:
    """The pictures of a folder as points of [-1, 1]^d, d = colours x side x side, a picture a point.

    Each is cut to a square about its centre and scaled to ``side`` pixels; colour by colour, row by row.

    Parameters
    ----------
    folder : path
    side : int
        Pixels.
    colours : 1 or 3
        Grey, or red, green and blue.

    Raises
    ------
    InvalidInput
        When there is no such folder, or no picture in it, or one that cannot be read.
    MissingExtra
        When Pillow is not installed.

    Examples
    --------
    >>> import tempfile
    >>> from PIL import Image
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     Image.new("RGB", (20, 10)).save(f"{folder}/black.png")
    ...     image_folder(folder, side=4).points.shape
    (1, 48)
    """
    images = require("PIL.Image", extra="figures")
    operations = require("PIL.ImageOps", extra="figures")
    side = count(side, "side")
    if colours not in (1, 3) or isinstance(colours, bool):
        raise InvalidInput(f"colours must be 1 or 3, got {colours!r}", argument="colours")
    if not isinstance(folder, str | os.PathLike) or not Path(folder).is_dir():
        raise InvalidInput(f"folder must be a folder of pictures, got {folder!r}", argument="folder")
    paths = sorted(path for path in Path(folder).iterdir() if path.suffix.lower() in ENDINGS)
    if not paths:
        raise InvalidInput(
            f"folder must hold pictures ({', '.join(ENDINGS)}), got none in {str(folder)!r}", argument="folder"
        )
    points = []
    for path in paths:
        try:
            with images.open(path) as image:
                square = operations.fit(image.convert("L" if colours == 1 else "RGB"), (side, side))
        except OSError as error:
            raise InvalidInput(
                f"folder must hold readable pictures, got {path.name}: {error}", argument="folder"
            ) from error
        pixels = np.asarray(square, dtype=np.float64).reshape(side, side, colours)
        points.append(pixels.transpose(2, 0, 1).reshape(-1) / 127.5 - 1)
    return Dataset(np.stack(points))


def _stacked(data: torch.utils.data.Dataset[Any]) -> torch.Tensor:
    """The items of a map-style dataset, (n, d)."""
    if not isinstance(data, Sized):
        raise InvalidInput(
            f"data must be a dataset with a length, got {type(data).__name__}; collect its items into an array",
            argument="data",
        )
    items = [data[k] for k in range(len(data))]
    try:
        firsts = [torch.as_tensor(one[0] if isinstance(one, tuple | list) else one).reshape(-1) for one in items]
        return torch.stack(firsts)
    except (TypeError, ValueError, RuntimeError) as error:
        raise InvalidInput(
            f"data must have items that are arrays of one size, or tuples that begin with one ({error})",
            argument="data",
        ) from error
