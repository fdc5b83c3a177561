"""What a configuration is made of, in words that are the same in every process, and the key that follows from them."""

from __future__ import annotations

import dataclasses
import enum
import hashlib
import importlib
import inspect
import itertools
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import PurePath
from types import CodeType, FunctionType
from typing import Any, final

import numpy as np

from dualgap.errors import InvalidInput
from dualgap.validation import count, dense_tensor, is_torch

__all__ = ["COLUMNS", "Task", "code_of", "described", "name_of", "tasks_of"]

#: Columns of the table that are not a parameter and not a result.
COLUMNS = ("key", "seed", "status", "error", "attempts", "seconds")
#: How deep an object may hold others.
DEPTH = 20


@final
@dataclasses.dataclass(frozen=True, eq=False)
class Task:
    """One call: a configuration, a seed, and the key under which its result is kept.

    Parameters
    ----------
    configuration : dict
        The arguments of the call, but for the seed.
    seed : int or None
    key : str
        A digest of the function's name, the configuration and the seed.
    shown : dict
        The configuration as the table shows it: numbers and text.
    """

    configuration: dict[str, Any]
    seed: int | None
    key: str
    shown: dict[str, Any]

    @property
    def arguments(self) -> dict[str, Any]:
        """What the function is called with."""
        return self.configuration if self.seed is None else {**self.configuration, "seed": self.seed}


def tasks_of(function: Callable[..., Any], grid: Any, seeds: Any) -> list[Task]:
    """Every call of a sweep, in order: the last parameter varies fastest, then the seed.

    .. math:: \\text{calls} = \\Big( \\bigcup_g \\prod_i V_{g, i} \\Big) \\times \\text{seeds}

    Parameters
    ----------
    function : callable
    grid : mapping of names to lists of values, or sequence of such mappings
        Every combination of the values; the union over a sequence. A value that is no list stands for itself.
    seeds : int, iterable of int, or None
        None passes no seed.

    Returns
    -------
    list of Task
        None of them twice.

    Raises
    ------
    InvalidInput
        For an empty grid, a name that the table needs itself, or a value that cannot be told apart from others.

    Examples
    --------
    >>> [task.arguments for task in tasks_of(min, {"a": [1, 2]}, seeds=[0, 1])]
    [{'a': 1, 'seed': 0}, {'a': 1, 'seed': 1}, {'a': 2, 'seed': 0}, {'a': 2, 'seed': 1}]
    """
    name = name_of(function)
    found: dict[str, Task] = {}
    drawn = [None] if seeds is None else _seeds(seeds)
    for configuration in _configurations(grid):
        words = {parameter: described(value, parameter) for parameter, value in configuration.items()}
        shown = {parameter: _shown(value, words[parameter]) for parameter, value in configuration.items()}
        for seed in drawn:
            text = json.dumps([name, words, seed], sort_keys=True)
            key = hashlib.sha256(text.encode()).hexdigest()[:32]
            found.setdefault(key, Task(configuration, seed, key, shown))
    return list(found.values())


def _seeds(seeds: Any) -> list[int]:
    listed = list(seeds) if isinstance(seeds, Iterable) and not isinstance(seeds, str) else [seeds]
    if not listed:
        raise InvalidInput("seeds must not be empty; None calls the function without a seed", argument="seeds")
    return [count(seed, "seeds", at_least=0) for seed in listed]


def _configurations(grid: Any) -> Iterable[dict[str, Any]]:
    parts = [grid] if isinstance(grid, Mapping) else grid
    if isinstance(parts, str) or not isinstance(parts, Sequence) or not all(isinstance(p, Mapping) for p in parts):
        raise InvalidInput(
            f"grid must be a mapping of names to lists of values, or a list of such mappings, got {type(grid).__name__}",
            argument="grid",
        )
    if not parts or not all(parts):
        raise InvalidInput("grid must not be empty", argument="grid")
    for part in parts:
        for name in part:
            if not isinstance(name, str) or not name.isidentifier():
                raise InvalidInput(f"grid must have names of arguments as keys, got {name!r}", argument="grid")
            if name in COLUMNS:
                remedy = "; give seeds= instead" if name == "seed" else "; call the argument something else"
                raise InvalidInput(
                    f"grid must not have the key {name!r}, a column of the table{remedy}", argument="grid"
                )
        axes = [_values(name, values) for name, values in part.items()]
        for combination in itertools.product(*axes):
            yield dict(zip(part, combination, strict=True))


def _values(name: str, values: Any) -> list[Any]:
    if isinstance(values, (list, tuple, range, set, frozenset)) or (isinstance(values, np.ndarray) and values.ndim):
        listed = sorted(values, key=repr) if isinstance(values, (set, frozenset)) else list(values)
        if not listed:
            raise InvalidInput(f"grid must have at least one value of {name}, got none", argument="grid")
        return listed
    return [values]


def described(value: Any, name: str = "value", *, depth: int = 0) -> Any:
    """JSON data that is the same for equal values and different for different ones, in every process.

    Parameters
    ----------
    value : object
        Numbers, text, arrays, functions, classes, lists and mappings, and objects made of such: a game, a method, a trainer.
    name : str
        Of the parameter, for the message.

    Raises
    ------
    InvalidInput
        For an object whose contents cannot be seen, such as an open file.

    Examples
    --------
    >>> import dualgap as dg
    >>> described(dg.methods.SimultaneousGDA(step=0.1)) == described(dg.methods.SimultaneousGDA(step=0.1))
    True
    >>> described(dg.methods.SimultaneousGDA(step=0.1)) == described(dg.methods.SimultaneousGDA(step=0.2))
    False
    """
    if depth > DEPTH:
        raise InvalidInput(f"grid must have values that end, {name} holds itself", argument="grid")
    inner = partial(described, name=name, depth=depth + 1)
    if isinstance(value, enum.Enum):
        return {"enum": name_of(type(value)), "member": value.name}
    if value is None or type(value) in (bool, int, str):
        return value
    if isinstance(value, (float, np.generic)):
        return {"number": repr(value.item() if isinstance(value, np.generic) else float(value))}
    if isinstance(value, PurePath):
        return {"path": str(value)}
    if isinstance(value, Mapping):
        return {"map": sorted(([inner(key), inner(one)] for key, one in value.items()), key=json.dumps)}
    if isinstance(value, (list, tuple)):
        return [inner(one) for one in value]
    if is_torch(value) or (isinstance(value, np.ndarray) and value.dtype.kind in "biufcSU"):
        return _array(value)
    if isinstance(value, partial):
        return {"partial": inner(value.func), "arguments": inner(value.args), "named": inner(value.keywords)}
    if isinstance(value, type) or inspect.isroutine(value) or isinstance(value, np.ufunc):
        return _function(value, inner)
    contents = _contents(value)
    if contents is None:
        raise InvalidInput(
            f"grid must have values that can be told apart: numbers, text, arrays, functions and objects made of them; "
            f"{name} has {type(value).__name__}",
            argument="grid",
        )
    return {"object": name_of(type(value)), "fields": inner(contents)}


def _array(value: Any) -> Any:
    device = str(value.device) if is_torch(value) else "numpy"
    numbers = dense_tensor(value, "grid").detach().cpu().numpy() if is_torch(value) else value
    digest = hashlib.sha256(np.ascontiguousarray(numbers).tobytes()).hexdigest()[:32]
    return {"array": digest, "shape": list(numbers.shape), "dtype": str(numbers.dtype), "kind": device}


def _function(value: Any, inner: Callable[[Any], Any]) -> Any:
    name = name_of(value)
    owner = getattr(value, "__self__", None)
    if owner is not None and not inspect.ismodule(owner) and not isinstance(owner, type):
        return {"method": name, "of": inner(owner)}
    if "<" not in name or not isinstance(value, FunctionType):
        return {"name": name}
    held = [cell.cell_contents for cell in value.__closure__ or ()]
    return {"name": name, "code": code_of(value), "held": inner([*held, value.__defaults__, value.__kwdefaults__])}


def _contents(value: Any) -> dict[str, Any] | None:
    """What an object holds; None where that cannot be seen."""
    if dataclasses.is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value) if field.compare}
    held = getattr(value, "__dict__", None)
    return None if held is None or type(value).__module__ == "builtins" else dict(held)


def name_of(value: Any) -> str:
    """``module:name`` of a function or a class.

    Examples
    --------
    >>> name_of(json.dumps)
    'json:dumps'
    """
    if isinstance(value, partial):
        return f"{name_of(value.func)}(...)"
    if isinstance(value, np.ufunc):
        return f"numpy:{value.__name__}"
    if not hasattr(value, "__qualname__"):
        return name_of(type(value))
    return f"{getattr(value, '__module__', None) or 'builtins'}:{value.__qualname__}"


def code_of(function: Any) -> str | None:
    """A digest of a function's own code; None where it has none in Python. Comments and line numbers do not count.

    Examples
    --------
    >>> code_of(lambda x: x + 1) == code_of(lambda x: x + 1), code_of(lambda x: x + 1) == code_of(lambda x: x + 2)
    (True, False)
    """
    while isinstance(function, partial):
        function = function.func
    code = getattr(inspect.unwrap(function) if callable(function) else function, "__code__", None)
    return None if code is None else hashlib.sha256(json.dumps(_instructions(code)).encode()).hexdigest()[:32]


def _instructions(code: CodeType) -> list[Any]:
    constants = [_instructions(one) if isinstance(one, CodeType) else repr(one) for one in code.co_consts]
    return [code.co_code.hex(), constants, list(code.co_names), list(code.co_varnames), list(code.co_freevars)]


def _shown(value: Any, words: Any) -> Any:
    """A value as the table shows it: a number, a text, or what it is in words."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or type(value) in (bool, float, int, str):
        return value
    if isinstance(value, enum.Enum):
        return value.name
    if isinstance(value, PurePath):
        return str(value)
    if isinstance(value, (type, FunctionType)) or inspect.isroutine(value):
        return name_of(value)
    text = repr(value)
    return text if " at 0x" not in text and len(text) <= 500 else json.dumps(words)


def named(path: str) -> Callable[..., Any]:
    """The function that ``module:name`` names.

    Raises
    ------
    InvalidInput
        When there is none.

    Examples
    --------
    >>> named("math:sqrt")(4)
    2.0
    """
    module, colon, name = path.partition(":")
    if not colon or not all(part.isidentifier() for part in [*module.split("."), *name.split(".")]):
        raise InvalidInput(f"function must be written module:name, got {path!r}", argument="function")
    try:
        found: Any = importlib.import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError) as error:
        raise InvalidInput(
            f"function must be one that can be imported, got {path!r} ({error})", argument="function"
        ) from error
    if not callable(found):
        raise InvalidInput(f"function must be a function, got {path!r}, {type(found).__name__}", argument="function")
    return found
