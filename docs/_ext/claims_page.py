"""The list of claims, written from the claims themselves where a page says ``<!-- claims -->``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dualgap as dg

if TYPE_CHECKING:
    from sphinx.application import Sphinx

MARKER = "<!-- claims -->"
BIBLIOGRAPHY = Path(__file__).parents[1] / "references.bib"


def cited(source: str, keys: set[str]) -> str:
    """A claim's source with the keys of papers as citations."""
    return re.sub(r"[a-z]+\d{4}[a-z]*", lambda m: f"{{cite:t}}`{m[0]}`" if m[0] in keys else m[0], source)


def entry(claim: dg.claims.Claim, keys: set[str]) -> Iterator[str]:
    """One claim: its statement, when it holds, where it is from, and what it corrects; a link can name it."""
    yield f"(claim-{claim.identifier})="
    yield f"### {claim.title}"
    yield claim.statement
    yield f"Hypotheses\n: {claim.hypotheses}"
    yield f"Source\n: {cited(claim.source, keys)}"
    if claim.refutes is not None:
        yield f"Stated there\n: {claim.refutes.stated}"
        yield f"Counterexample\n: {claim.refutes.counterexample}"
    yield f"`dualgap verify --only {claim.identifier}`"


def listing() -> str:
    """Every claim by topic, in the order in which the topics are verified."""
    keys = set(re.findall(r"^@\w+\{([^,]+),", BIBLIOGRAPHY.read_text(encoding="utf-8"), re.MULTILINE))
    lines: list[str] = []
    for topic, claims in groupby(dg.claims.all(), key=lambda claim: claim.topic):
        lines.append(f"## {topic[0].upper()}{topic[1:]}")
        for claim in claims:
            lines.extend(entry(claim, keys))
    return "\n\n".join(lines)


def fill(app: Sphinx, name: str, source: list[str]) -> None:
    """Put the list in the place of the marker."""
    if MARKER in source[0]:
        source[0] = source[0].replace(MARKER, listing())


def setup(app: Sphinx) -> dict[str, Any]:
    """Fill pages as they are read."""
    app.connect("source-read", fill)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
