"""The methods of update, where a page says ``<!-- methods -->``: what a step does, from the docstring, and the rate on xy."""

from __future__ import annotations

import re

from filling import filling, setup_of

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.games.by_name import METHODS

MARKER = "<!-- methods -->"
#: Of both players.
STEP = 0.3


def rate(name: str) -> str:
    """The rate on xy, predicted; a dash for a method that has none there."""
    try:
        return f"{float(dg.predict_rate(dg.games.bilinear([[1.0]]), METHODS[name](STEP))):.4f}"
    except InvalidInput:
        return "–"


def row(kind: type, names: list[str]) -> str:
    """One class: what it is called on the command line, what it does, its source, its rates."""
    text = kind.__doc__ or ""
    said = " ".join(text.strip().partition("\n\n")[0].split()).replace("|", "\\|")
    found = re.search(r"^\s*Reference: (.+)$", text, re.MULTILINE)
    source = f" {{cite}}`{found[1].replace(', ', ',')}`" if found else ""
    link = f"{{py:class}}`~dualgap.games.methods.{kind.__name__}`"
    called = ", ".join(f"`{name}`" for name in names)
    return f"| {called} | {link} | {said}{source} | {', '.join(rate(name) for name in names)} |"


def listing() -> str:
    """A table of all methods that have a name, a row a class."""
    kinds: dict[type, list[str]] = {}
    for name, make in METHODS.items():
        kinds.setdefault(type(make(STEP)), []).append(name)
    head = f"| name | class | a step | rate on $xy$, $a = {STEP}$ |\n|---|---|---|---|"
    return "\n".join([head, *(row(kind, names) for kind, names in kinds.items())])


fill = filling(MARKER, listing)
setup = setup_of(fill)
