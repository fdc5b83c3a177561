"""What each certificate keeps, from its own docstring, where a page says ``<!-- certificates -->``."""

from __future__ import annotations

import importlib
import pkgutil

from filling import filling, setup_of

import dualgap as dg

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


fill = filling(MARKER, listing)
setup = setup_of(fill)
