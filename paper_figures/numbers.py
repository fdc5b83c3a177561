"""The numbers of a figure on disk: arrays beside how they came about, found again as long as nothing has changed."""

from __future__ import annotations

import hashlib
import importlib.util
import io
import json
import platform
import subprocess
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, final

import numpy as np

from dualgap.errors import InvalidInput
from dualgap.writing import write_atomically, write_text

__all__ = ["Numbers", "content", "keep", "kept", "origin_of", "require_kept"]

Data = dict[str, np.ndarray]


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Numbers:
    """What a figure shows, and how it came about.

    Parameters
    ----------
    data : dict of arrays
    origin : dict
        Figure, seed, budget, commit, versions and the digest of all that the numbers depend on.
    """

    data: Data
    origin: dict[str, Any]


def content(name: str, *, seed: int, budget: str) -> str:
    """A digest of all that the numbers of a figure depend on: its file, dualgap, the libraries, seed and budget."""
    from dualgap.claims.cache import code_digest, installed_versions

    found = importlib.util.find_spec(f"paper_figures.{name}")
    if found is None or found.origin is None:
        raise InvalidInput(f"name must be a figure, got {name!r}", argument="name")
    source = hashlib.sha256(Path(found.origin).read_bytes()).hexdigest()
    parts = [name, source, code_digest(), installed_versions(), seed, budget]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def kept(name: str, folder: Path) -> Numbers | None:
    """The numbers in a folder; None where there are none, or where the file is not the one that was written."""
    try:
        origin = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        written = (folder / f"{name}.npz").read_bytes()
        if hashlib.sha256(written).hexdigest() != origin["numbers"]:
            return None
        with np.load(io.BytesIO(written), allow_pickle=False) as data:
            return Numbers(data=dict(data), origin=origin)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def require_kept(name: str, folder: Path) -> Numbers:
    """The numbers in a folder, to be drawn again.

    Raises
    ------
    InvalidInput
        Where there are none.
    """
    found = kept(name, folder)
    if found is None:
        raise InvalidInput(
            f"redraw must be of numbers that are kept: {folder / name}.npz and .json are missing or damaged; "
            "compute them first, without redraw",
            argument="redraw",
        )
    return found


def keep(numbers: Numbers, folder: Path) -> None:
    """Write the arrays as .npz, and the .json of how they came about beside them."""
    name = numbers.origin["figure"]
    for key, value in numbers.data.items():
        if not isinstance(value, np.ndarray):
            raise InvalidInput(f"data[{key!r}] must be an array, got {type(value).__name__}", argument="data")
    arrays: Any = numbers.data
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    written = file.getvalue()
    write_atomically(folder / f"{name}.npz", lambda file: file.write(written))
    origin = {**numbers.origin, "numbers": hashlib.sha256(written).hexdigest()}
    write_text(folder / f"{name}.json", json.dumps(origin, indent=1, ensure_ascii=False) + "\n")


def origin_of(name: str, caption: str, *, seed: int, budget: str) -> dict[str, Any]:
    """How numbers that are computed now come about."""
    return {
        "figure": name,
        "caption": caption,
        "seed": seed,
        "budget": budget,
        **_commit(),
        "versions": _versions(),
        "content": content(name, seed=seed, budget=budget),
    }


def _versions() -> dict[str, str]:
    names = ("dualgap", "matplotlib", "numpy", "POT", "scipy", "torch")
    return {"python": platform.python_version(), **{name: version(name) for name in names}}


def _commit() -> dict[str, Any]:
    """The commit of the checkout that the figures are in, and whether files differ from it; None without git."""
    found = _git("rev-parse", "HEAD")
    changes = _git("status", "--porcelain", "--untracked-files=no")
    return {"commit": found, "uncommitted": None if changes is None else bool(changes)}


def _git(*arguments: str) -> str | None:
    try:
        found = subprocess.run(
            ["git", *arguments], cwd=Path(__file__).parent, capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return found.stdout.strip()
