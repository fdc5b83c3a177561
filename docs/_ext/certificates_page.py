"""What each certificate keeps, from its own docstring, where a page says ``<!-- certificates -->``."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING, Any

import dualgap as dg

if TYPE_CHECKING:
    from sphinx.application import Sphinx

MARKER = "<!-- certificates -->"
PARTS = {"divergences": "divergences", "transport": "transport", "games": "games", "duals": "dual objectives"}


def kinds(parent: type) -> list[type]:
    """Every certificate that is no parent of another."""
    below = parent.__subclasses__()
    return [leaf for child in below for leaf in kinds(child)] if below else [parent]


def listing() -> str:
    """A table: what it is for, what is kept, its class."""
    rows = ["| of | what is kept, and what is done with it | |", "|---|---|---|"]
    for part, words in PARTS.items():
        package = importlib.import_module(f"dualgap.{part}")
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
        found = [kind for kind in kinds(dg.Certificate) if kind.__module__.startswith(f"dualgap.{part}.")]
        for kind in sorted(found, key=lambda kind: kind.__module__):
            said = " ".join((kind.__doc__ or "").strip().partition("\n\n")[0].split())
            rows.append(f"| {words} | {said} | `{kind.__name__}` |")
    return "\n".join(rows)


def fill(app: Sphinx, name: str, source: list[str]) -> None:
    """Put the table in the place of the marker."""
    if MARKER in source[0]:
        source[0] = source[0].replace(MARKER, listing())


def setup(app: Sphinx) -> dict[str, Any]:
    """Fill pages as they are read."""
    app.connect("source-read", fill)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
