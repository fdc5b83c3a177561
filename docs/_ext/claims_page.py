"""The list of claims, written from the claims themselves where a page says ``<!-- claims -->``."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

import dualgap as dg

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx

MARKER = "<!-- claims -->"


def entry(claim: dg.claims.Claim) -> Iterator[str]:
    """One claim: its statement, when it holds, where it is from, and what it corrects."""
    yield f"### {claim.title}"
    yield claim.statement
    yield f"Hypotheses\n: {claim.hypotheses}"
    yield f"Source\n: {claim.source}"
    if claim.refutes is not None:
        yield f"Stated there\n: {claim.refutes.stated}"
        yield f"Counterexample\n: {claim.refutes.counterexample}"
    yield f"`dualgap verify --only {claim.identifier}`"


def listing() -> str:
    """Every claim by topic, in the order in which the topics are verified."""
    lines: list[str] = []
    for topic, claims in groupby(dg.claims.all(), key=lambda claim: claim.topic):
        lines.append(f"## {topic.capitalize()}")
        for claim in claims:
            lines.extend(entry(claim))
    return "\n\n".join(lines)


def fill(app: Sphinx, name: str, source: list[str]) -> None:
    """Put the list in the place of the marker."""
    if MARKER in source[0]:
        source[0] = source[0].replace(MARKER, listing())


def setup(app: Sphinx) -> dict[str, Any]:
    """Fill pages as they are read."""
    app.connect("source-read", fill)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
