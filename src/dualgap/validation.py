"""One validator for each concept: what an argument must be, said in one place.

Every function takes the value and the ``name`` of the argument it came from, returns the value in the form that the
library works with, and raises :class:`~dualgap.errors.InvalidInput` otherwise. Nothing is normalised or clipped.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Iterable
from typing import Any

import numpy as np

from dualgap.errors import InvalidInput

__all__ = [
    "as_array",
    "choice",
    "confidence_level",
    "count",
    "dense_tensor",
    "detached",
    "is_torch",
    "masses",
    "optional_function",
    "order_of_distance",
    "points_array",
    "probabilities",
    "real",
    "same_length",
    "unchecked",
]

#: Masses may differ from 1 by the rounding of a sum of float32 or float64 terms, and by nothing more.
MASS_TOLERANCE = {"float32": 1e-5, "float64": 1e-9}


def is_torch(value: Any) -> bool:
    """Whether the value is a torch tensor, found out without importing torch."""
    return type(value).__module__.partition(".")[0] == "torch" and hasattr(value, "detach")


def detached(array: Any) -> np.ndarray:
    """A float64 numpy copy of an array of any kind, without its gradient, for analysis and certificates."""
    if is_torch(array):
        array = array.detach().cpu().numpy()
    return np.array(array, dtype=np.float64)


def unchecked(value: Any, name: str) -> np.ndarray:
    """A numpy array of whatever is one, without its gradient: of any type, and not looked into.

    Examples
    --------
    >>> unchecked([True, False], "succeeded")
    array([ True, False])
    """
    try:
        return np.asarray(dense_tensor(value, name).detach().cpu() if is_torch(value) else value)
    except ValueError:
        raise InvalidInput(
            f"{name} must be an array with equal row lengths, got {_describe(value)}", argument=name
        ) from None


def real(
    value: Any,
    name: str,
    *,
    above: float | None = None,
    at_least: float | None = None,
    below: float | None = None,
    at_most: float | None = None,
) -> float:
    """A finite real number within its bounds, as a float.

    Examples
    --------
    >>> real(2, "order", at_least=1)
    2.0
    """
    if isinstance(value, (bool, np.bool_)) or not _is_number(value):
        raise InvalidInput(f"{name} must be a number, got {_describe(value)}", argument=name)
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise InvalidInput(f"{name} must be a finite number, got {_describe(value)}", argument=name) from None
    if not math.isfinite(number):
        raise InvalidInput(f"{name} must be finite, got {number}", argument=name)
    for holds, words in (
        (above is None or number > above, f"above {above}"),
        (at_least is None or number >= at_least, f"at least {at_least}"),
        (below is None or number < below, f"below {below}"),
        (at_most is None or number <= at_most, f"at most {at_most}"),
    ):
        if not holds:
            raise InvalidInput(f"{name} must be {words}, got {number:g}", argument=name)
    return number


def count(value: Any, name: str, *, at_least: int = 1) -> int:
    """A whole number not below ``at_least``."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Integral):
        raise InvalidInput(f"{name} must be a whole number, got {_describe(value)}", argument=name)
    if value < at_least:
        raise InvalidInput(f"{name} must be at least {at_least}, got {int(value)}", argument=name)
    return int(value)


def choice(value: Any, name: str, options: Iterable[str]) -> str:
    """One of a list of names."""
    options = tuple(options)
    if not isinstance(value, str) or value not in options:
        raise InvalidInput(f"{name} must be one of {', '.join(map(repr, options))}, got {value!r}", argument=name)
    return value


def order_of_distance(value: Any, name: str = "order") -> float:
    """The order p >= 1 of a Wasserstein distance; beyond a million it is the largest distance, to all digits but a few."""
    return real(value, name, at_least=1, at_most=1_000_000)


def optional_function(value: Any, name: str) -> Any:
    """A callable, or None."""
    if value is not None and not callable(value):
        raise InvalidInput(f"{name} must be callable or None, got {_describe(value)}", argument=name)
    return value


def confidence_level(value: Any, name: str = "confidence") -> float:
    """A probability strictly between 0 and 1."""
    return real(value, name, above=0, below=1)


def as_array(value: Any, name: str) -> Any:
    """A non-empty float array with finite entries: a numpy array, or the torch tensor itself.

    Integers become float64; float32 stays float32. Complex, boolean, text and object arrays are refused.
    """
    if is_torch(value):
        return _checked_tensor(value, name)
    if isinstance(value, str):
        raise InvalidInput(f"{name} must be an array of numbers, got the text {value!r}", argument=name)
    try:
        array = np.asarray(value)
    except (TypeError, ValueError):
        raise InvalidInput(
            f"{name} must be an array of numbers with equal row lengths, got {_describe(value)}",
            argument=name,
        ) from None
    if array.dtype.kind not in "iuf":
        raise InvalidInput(f"{name} must be an array of real numbers, got {_describe(value)}", argument=name)
    if array.dtype not in (np.float32, np.float64):
        array = array.astype(np.float64)
    if array.size == 0:
        raise InvalidInput(f"{name} must not be empty, got shape {array.shape}", argument=name)
    if not _all_finite(array):
        raise InvalidInput(f"{name} must be finite, got {_first_bad(array)}", argument=name)
    if not array.flags.writeable or any(stride < 0 for stride in array.strides):
        array = array.copy()  # torch takes neither a frozen nor a reversed array
    return array


def points_array(value: Any, name: str) -> Any:
    """Points in R^d as an (n, d) array; an (n,) array means d = 1."""
    array = as_array(value, name)
    if array.ndim not in (1, 2):
        raise InvalidInput(
            f"{name} must be points of shape (n,) or (n, d), got shape {tuple(array.shape)}", argument=name
        )
    return array[:, None] if array.ndim == 1 else array


def masses(value: Any, name: str) -> Any:
    """Non-negative numbers along the last axis, at least one of them positive."""
    array = as_array(value, name)
    if array.ndim == 0:
        raise InvalidInput(
            f"{name} must be masses of shape (..., n), got the single number {float(detached(array)):g}", argument=name
        )
    if bool(array.min() < 0):
        raise InvalidInput(f"{name} must not be negative, got {detached(array).min():g}", argument=name)
    return array


def probabilities(value: Any, name: str) -> Any:
    """Masses that sum to one along the last axis, to the rounding of their own precision."""
    array = masses(value, name)
    with np.errstate(over="ignore"):  # an infinite sum is not 1 either
        totals = detached(array).sum(axis=-1) if is_torch(array) else array.sum(axis=-1, dtype=np.float64)
    tolerance = MASS_TOLERANCE["float32" if "float32" in str(array.dtype) else "float64"]
    worst = totals.flat[np.abs(totals - 1).argmax()]
    if abs(worst - 1) > tolerance:
        raise InvalidInput(f"{name} must sum to 1, got {worst:.6g}; divide by its sum first", argument=name)
    return array


def same_length(first: int, second: int, names: tuple[str, str], what: str) -> None:
    """Two sizes that must agree."""
    if first != second:
        raise InvalidInput(
            f"{names[0]} and {names[1]} must have the same {what}, got {first} and {second}",
            argument=names[1],
        )


def dense_tensor(tensor: Any, name: str) -> Any:
    """A tensor that holds its numbers, as one array: not on the device meta, and not sparse.

    Examples
    --------
    >>> import torch
    >>> dense_tensor(torch.ones(2), "x")
    tensor([1., 1.])
    """
    import torch

    if tensor.device.type == "meta" or tensor.layout != torch.strided:
        what = "on the device meta" if tensor.device.type == "meta" else f"of the layout {tensor.layout}"
        raise InvalidInput(f"{name} must be a dense tensor with numbers in it, got one {what}", argument=name)
    return tensor


def _checked_tensor(tensor: Any, name: str) -> Any:
    import torch

    if tensor.dtype == torch.bool or tensor.is_complex() or tensor.dtype in (torch.float16, torch.bfloat16):
        remedy = "; use .float()" if tensor.is_floating_point() else ""
        raise InvalidInput(
            f"{name} must be a float32, float64 or integer tensor, got {tensor.dtype}{remedy}", argument=name
        )
    dense_tensor(tensor, name)
    if not tensor.is_floating_point():
        tensor = tensor.to(torch.float64)
    if tensor.numel() == 0:
        raise InvalidInput(f"{name} must not be empty, got shape {tuple(tensor.shape)}", argument=name)
    if not bool(torch.isfinite(tensor).all()):
        raise InvalidInput(f"{name} must be finite, got {_first_bad(tensor.detach().cpu().numpy())}", argument=name)
    return tensor


def _all_finite(array: np.ndarray) -> bool:
    """Whether no entry is nan or infinite; a finite sum says so in one pass without memory, another one is looked into."""
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(np.isfinite(array.sum())) or bool(np.isfinite(array).all())


def _first_bad(array: np.ndarray) -> str:
    place = np.argwhere(~np.isfinite(array))[0]
    return f"{array[tuple(place)]} at position {tuple(int(i) for i in place)}" if array.ndim else f"{array}"


def _is_number(value: Any) -> bool:
    return isinstance(value, numbers.Real) or (
        isinstance(value, np.ndarray) and value.ndim == 0 and value.dtype.kind in "iuf"
    )


def _describe(value: Any) -> str:
    text = repr(value)
    return f"{text if len(text) <= 60 else text[:57] + '...'} ({type(value).__name__})"
