"""What became of claims before, as long as nothing has changed that could change it."""

from __future__ import annotations

import hashlib
import importlib.metadata
import inspect
import json
import platform
from functools import cache
from pathlib import Path
from typing import final

from dualgap.claims.claim import Claim
from dualgap.claims.result import Result
from dualgap.claims.stored import from_data, to_data
from dualgap.errors import Unwritable
from dualgap.writing import write_text

__all__ = ["ResultCache", "code_digest", "installed_versions"]

#: What a check computes with.
_LIBRARIES = ("numpy", "scipy", "torch", "POT", "hypothesis", "scikit-learn", "scikit-image")


@final
class ResultCache:
    """A folder with one JSON file for each claim, budget and seed.

    A result is found again only where the code of dualgap, the file that the check stands in, the versions of the libraries, the
    budget, the seed and the wish for mutants are what they were; and only good results are kept, so that whatever fails is tried
    again. A file that is damaged counts as absent. Files are written under a temporary name and renamed.

    Parameters
    ----------
    folder : path or None
        None remembers nothing.
    budget : str
    seed : int
    mutants : bool

    Raises
    ------
    Unwritable
        When the folder cannot be made.

    Examples
    --------
    >>> import tempfile
    >>> import dualgap as dg
    >>> (claim,) = [claim for claim in dg.claims.all() if claim.identifier == "kl-nonnegative"]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     known = ResultCache(folder, budget="quick", seed=0, mutants=False)
    ...     before = known.get(claim)
    ...     known.put(dg.verify(only="kl-nonnegative").results[0])
    ...     after = known.get(claim)
    >>> before, after.verdict.short
    (None, 'holds')
    """

    def __init__(self, folder: Path | str | None, *, budget: str, seed: int, mutants: bool) -> None:
        self.folder = None if folder is None else Path(folder)
        self._setting = [budget, seed, mutants]
        if self.folder is not None:
            try:
                self.folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise Unwritable(
                    f"cache must be a folder that can be written to, got {str(folder)!r} ({error.strerror})",
                    argument="cache",
                ) from error

    def get(self, claim: Claim) -> Result | None:
        """The result of this very claim, or None."""
        path = self._path(claim)
        if path is None or not path.is_file():
            return None
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            return from_data(data["result"], claim) if data["key"] == path.stem else None
        except (OSError, ValueError, KeyError, TypeError, IndexError, RecursionError):
            return None

    def put(self, result: Result) -> None:
        """Remember a good result."""
        path = self._path(result.claim)
        if path is None or not result.good:
            return
        write_text(path, json.dumps({"key": path.stem, "result": to_data(result)}))

    def _path(self, claim: Claim) -> Path | None:
        if self.folder is None:
            return None
        source = _file_of(claim)
        if source is None:
            return None
        parts = [claim.identifier, source, code_digest(), installed_versions(), *self._setting]
        return self.folder / f"{hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]}.json"


def _file_of(claim: Claim) -> str | None:
    """A digest of the file that the check stands in; None for one that was typed in."""
    try:
        path = inspect.getsourcefile(inspect.unwrap(claim.check))
        return None if path is None else hashlib.sha256(Path(path).read_bytes()).hexdigest()
    except (OSError, TypeError):
        return None


@cache
def code_digest() -> str:
    """A digest of all of dualgap."""
    import dualgap

    digest = hashlib.sha256()
    root = Path(dualgap.__file__).parent
    for path in sorted(root.rglob("*.py")):
        digest.update(f"{path.relative_to(root)}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


@cache
def installed_versions() -> list[str]:
    installed = []
    for name in _LIBRARIES:
        try:
            installed.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            installed.append(f"no {name}")
    return [platform.python_version(), platform.machine(), *installed]
