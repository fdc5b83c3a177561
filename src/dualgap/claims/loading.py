"""A file of claims of somebody's own, run so that its claims are registered."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

from dualgap.claims.claim import Claim, Registry
from dualgap.claims.result import OWN_FILE
from dualgap.errors import InvalidInput

__all__ = ["load"]


def load(path: Path | str, registry: Registry) -> tuple[Claim, ...]:
    """Run a Python file, and give the claims that it adds to a registry.

    The file is code that is executed: load what you would run.

    Parameters
    ----------
    path : path of a .py file
    registry : Registry
        The one that the file's ``@claim`` adds to.

    Returns
    -------
    tuple of Claim

    Raises
    ------
    InvalidInput
        When there is no such file, when it cannot be run (the message says at which line and why), or when it makes no claim.

    Examples
    --------
    >>> import tempfile
    >>> from dualgap.claims import shipped
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "mine.py"
    ...     _ = file.write_text("import dualgap")
    ...     load(file, shipped())
    Traceback (most recent call last):
        ...
    dualgap.errors.InvalidInput: claims must be a file that makes claims with @dualgap.claims.claim, got mine.py without any
    """
    path = Path(path)
    if path.suffix != ".py" or not path.is_file():
        raise InvalidInput(f"claims must be a Python file that exists, got {str(path)!r}", argument="claims")
    name = f"{OWN_FILE}{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path.resolve())
    if spec is None or spec.loader is None:
        raise InvalidInput(f"claims must be a Python file, got {str(path)!r}", argument="claims")
    before = set(registry.claims)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # the file is anybody's code: whatever it raises is what is wrong with it
        del sys.modules[name]
        raise InvalidInput(
            f"claims must be a file that can be run, got {path.name}, which raises {_said(error, path)}",
            argument="claims",
        ) from error
    added = tuple(claim for claim in registry if claim.identifier not in before)
    if not added:
        raise InvalidInput(
            f"claims must be a file that makes claims with @dualgap.claims.claim, got {path.name} without any",
            argument="claims",
        )
    return added


def _said(error: Exception, path: Path) -> str:
    line = getattr(error, "lineno", None) if isinstance(error, SyntaxError) else None
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(path.resolve()):
            line = trace.tb_lineno
        trace = trace.tb_next
    where = f" at line {line}" if line else ""
    return f"{type(error).__name__}{where}: {error}"
