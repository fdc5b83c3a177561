"""What a run was asked for, as lines that can be compared."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, TypeAlias

import numpy as np
import torch

__all__ = ["Pair", "configuration", "differences"]

#: What a setting is here and there.
Pair: TypeAlias = tuple[str | None, str | None]


def configuration(**parts: Any) -> dict[str, str]:
    """Every setting of some objects by its path, as text; large arrays by a digest of their bytes.

    Two objects of the library with the same lines are the same; of a function only the name is known.

    Examples
    --------
    >>> import dualgap as dg
    >>> configuration(method=dg.methods.Adam(beta1=0.5))["method.beta1"]
    '0.5'
    """
    found: dict[str, str] = {}
    for name, value in parts.items():
        _add(found, name, value)
    return found


def differences(ours: Mapping[str, str], theirs: Mapping[str, str]) -> dict[str, Pair]:
    """The settings in which two configurations differ: of each what it is here and what it is there, None where it is absent.

    Examples
    --------
    >>> differences({"a": "1", "b": "2"}, {"a": "1", "b": "3", "c": "4"})
    {'b': ('2', '3'), 'c': (None, '4')}
    """
    names = sorted({*ours, *theirs})
    return {name: (ours.get(name), theirs.get(name)) for name in names if ours.get(name) != theirs.get(name)}


def _add(found: dict[str, str], name: str, value: Any) -> None:
    if isinstance(value, torch.Tensor | np.ndarray):
        array = value.detach().cpu().numpy() if isinstance(value, torch.Tensor) else value
        digest = hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()[:16]
        found[name] = f"{array.dtype} array {array.shape} {digest}"
    elif is_dataclass(value) and not isinstance(value, type):
        found[name] = _kind(value)
        for one in fields(value):
            _add(found, f"{name}.{one.name}", getattr(value, one.name))
    elif isinstance(value, Mapping):
        for key in sorted(value, key=str):
            _add(found, f"{name}.{key}", value[key])
    elif isinstance(value, list | tuple | range) and not all(isinstance(one, int | float | str) for one in value):
        for k, one in enumerate(value):
            _add(found, f"{name}.{k}", one)
    elif isinstance(value, int | float | str | bytes | complex | torch.dtype | type(None)):
        found[name] = repr(value)
    elif isinstance(value, list | tuple | range):
        found[name] = repr(list(value))
    else:
        found[name] = getattr(value, "__qualname__", _kind(value))


def _kind(value: Any) -> str:
    return type(value).__qualname__
