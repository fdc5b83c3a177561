"""What became of one call: its numbers, or the error it raised, as data."""

from __future__ import annotations

import enum
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, final

import numpy as np

from dualgap.bracket import Bracket
from dualgap.errors import InvalidInput
from dualgap.validation import is_torch

__all__ = ["Outcome", "attempt", "flat", "lost", "same", "unsendable"]

#: Text of an error that is kept.
LONGEST_ERROR = 20_000


@final
@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one call.

    Parameters
    ----------
    key : str
    status : "ok", "error" or "lost"
        It returned; it raised; its process died every time.
    result : dict
        What it returned, flat: numbers, text and lists of them by name.
    error : str
        What it raised, with the traceback; empty when it returned.
    attempts : int
        How often it was begun, as far as this process knows.
    seconds : float
        How long the last attempt took.
    """

    key: str
    status: str
    result: dict[str, Any]
    error: str = ""
    attempts: int = 1
    seconds: float = 0.0


def attempt(function: Callable[..., Any], key: str, arguments: dict[str, Any], attempts: int = 1) -> Outcome:
    """Call a function; whatever it raises is what became of this call alone.

    Examples
    --------
    >>> import math
    >>> attempt(math.sqrt, "a", {"x": 4.0}).error.splitlines()[-1]
    'TypeError: math.sqrt() takes no keyword arguments'
    >>> attempt(lambda x: {"root": math.sqrt(x)}, "a", {"x": 4.0}).result
    {'root': 2.0}
    """
    begun = time.perf_counter()
    status, result, error = "ok", {}, ""
    try:
        result = flat(function(**arguments))
    except (Exception, SystemExit) as raised:  # the function is anybody's code, and the other calls go on
        status, result = "error", {}
        error = "".join(traceback.format_exception(raised))[-LONGEST_ERROR:].strip()
    return Outcome(
        key=key, status=status, result=result, error=error, attempts=attempts, seconds=time.perf_counter() - begun
    )


def flat(value: Any, name: str = "") -> dict[str, Any]:
    """What a call returned as numbers, text and lists by name; a bracket is its value, bounds, guarantee and method.

    Parameters
    ----------
    value : number, text, array, bracket, or mapping of names to these
    name : str
        The prefix of the names; a lone value is called ``value``.

    Raises
    ------
    InvalidInput
        For anything else: it has no place in a table.

    Examples
    --------
    >>> import dualgap as dg
    >>> flat({"n": 10, "distance": dg.wasserstein([0.0], [2.0])})
    {'n': 10, 'distance': 2.0, 'distance.lower': 2.0, 'distance.upper': 2.0, 'distance.guarantee': 'EXACT',
     'distance.method': 'one_dimensional'}
    """
    if isinstance(value, Mapping):
        found: dict[str, Any] = {}
        for key, one in value.items():
            if not isinstance(key, str) or not key:
                raise InvalidInput(f"function must return a mapping with names as keys, got the key {key!r}")
            found |= flat(one, f"{name}.{key}" if name else key)
        return found
    if isinstance(value, Bracket):
        parts = {"lower": value.lower, "upper": value.upper, "guarantee": value.guarantee.name, "method": value.method}
        dot = f"{name}." if name else ""
        return {name or "value": _plain(value.value)} | {dot + part: _plain(one) for part, one in parts.items()}
    return {name or "value": _plain(value)}


def _plain(value: Any) -> Any:
    if isinstance(value, enum.Enum):
        return value.name
    if isinstance(value, PurePath):
        return str(value)
    if is_torch(value):
        value = value.detach().cpu().numpy()
    if isinstance(value, (np.ndarray, np.generic)):
        value = value.tolist()
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    raise InvalidInput(
        f"function must return numbers, text, arrays, a Bracket, or a mapping of names to these, got {type(value).__name__}"
    )


def lost(key: str, deaths: int) -> Outcome:
    """The outcome of a call whose process died every time.

    Examples
    --------
    >>> lost("a", 2).error
    'its process died, 2 times'
    """
    times = f", {deaths} times" if deaths > 1 else ""
    return Outcome(key=key, status="lost", result={}, error=f"its process died{times}", attempts=deaths)


def unsendable(error: BaseException) -> InvalidInput:
    """What to say of a function that could not be sent to a process, or not be read by it.

    Examples
    --------
    >>> print(unsendable(TypeError("cannot pickle '_thread.lock' object")))
    function must be one that ... (TypeError: cannot pickle '_thread.lock' object)
    """
    reason = error.__cause__ or error
    last = (str(reason).strip("\"' \n").splitlines() or [""])[-1]
    return InvalidInput(
        "function must be one that another process can import or be sent, and so must the values of the grid; "
        f"backend='threading' needs neither ({type(error).__name__}: {last})",
        argument="function",
    )


def same(first: Outcome, second: Outcome) -> bool:
    """Whether two outcomes of one call say the same, but for the time and the attempts; nan equals nan.

    Examples
    --------
    >>> a, b = (Outcome(key="a", status="ok", result={"value": float("nan")}, seconds=s) for s in (1.0, 2.0))
    >>> same(a, b)
    True
    """
    return (first.key, first.status) == (second.key, second.status) and repr(first.result) == repr(second.result)
