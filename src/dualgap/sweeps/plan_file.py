"""A sweep as a TOML file: a function by name, a grid and seeds. Nothing in the file is run."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

from dualgap.errors import InvalidInput
from dualgap.sweeps.configuration import named
from dualgap.sweeps.experiments import EXPERIMENTS

__all__ = ["Plan", "read_plan"]

KEYS = ("function", "seeds", "grid", "backend", "address", "jobs", "retries")


@final
@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a file asks for.

    Parameters
    ----------
    function : callable
    grid : dict or list of dict
    seeds : list of int, int or None
    options : dict
        Those of :func:`dualgap.sweep` that the file gives.
    """

    function: Callable[..., Any]
    grid: Any
    seeds: Any
    options: dict[str, Any]


def read_plan(path: Path, *, allow_import: bool) -> Plan:
    """The sweep that a file describes.

    ::

        function = "play"            # or estimate, train; or "module:name", where imports are allowed
        seeds = [0, 1, 2]            # or {count = 16}; left out, none is passed

        [grid]                       # several [[grid]] are a union
        game = ["xy", "forsaken"]
        method = ["extragradient", "optimistic"]
        step = [0.05, 0.1, 0.2]

    Parameters
    ----------
    path : path
    allow_import : bool
        Whether ``module:name`` may be imported, which runs the module: a file alone cannot decide that.

    Raises
    ------
    InvalidInput
        For a file that is no TOML or lacks what it needs.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "plan.toml"
    ...     _ = path.write_text('function = "play"\\n[grid]\\ngame = ["xy"]\\nstep = [0.1, 0.2]')
    ...     read_plan(path, allow_import=False).grid
    {'game': ['xy'], 'step': [0.1, 0.2]}
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidInput(
            f"file must be one that can be read, got {str(path)!r} ({error.strerror})", argument="file"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidInput(f"file must be TOML, got {str(path)!r} ({error})", argument="file") from error
    unknown = [name for name in data if name not in KEYS]
    if unknown:
        raise InvalidInput(
            f"file must have no other keys than {', '.join(KEYS)}, got {', '.join(unknown)}", argument="file"
        )
    for name in ("function", "grid"):
        if name not in data:
            raise InvalidInput(f"file must have the key {name!r}, {str(path)!r} has not", argument="file")
    options = {name: data[name] for name in ("backend", "address", "jobs", "retries") if name in data}
    return Plan(
        function=_function(data["function"], allow_import),
        grid=data["grid"],
        seeds=_seeds(data.get("seeds")),
        options=options,
    )


def _function(name: Any, allow_import: bool) -> Callable[..., Any]:
    known = EXPERIMENTS.get(name) if isinstance(name, str) else None
    if known is not None:
        return known
    if not isinstance(name, str) or ":" not in name:
        raise InvalidInput(
            f"function must be one of {', '.join(map(repr, EXPERIMENTS))}, or 'module:name', got {name!r}",
            argument="function",
        )
    if not allow_import:
        raise InvalidInput(
            f"function must be one of {', '.join(map(repr, EXPERIMENTS))} unless imports are allowed, got {name!r}; a file cannot "
            "run code by itself: give --allow-import if you trust that module",
            argument="function",
        )
    return named(name)


def _seeds(seeds: Any) -> Any:
    if isinstance(seeds, dict):
        if list(seeds) != ["count"] or not isinstance(seeds["count"], int):
            raise InvalidInput(f"seeds must be a list, a number or {{count = 16}}, got {seeds!r}", argument="seeds")
        return range(seeds["count"])
    return seeds
