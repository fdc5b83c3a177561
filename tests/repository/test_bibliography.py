"""Every paper that a docstring or a page cites is in the bibliography, and every entry can be found by a reader."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import dualgap as dg

KEY = r"[a-z][a-z\-]*\d{4}[a-z]*"
IN_SOURCES = re.compile(rf"References?:\s+((?:{KEY})(?:,\s+(?:{KEY}))*)")
IN_PAGES = re.compile(r"\{cite:?[a-z]*\}`([^`]+)`")
ENTRY = re.compile(r"^@(\w+)\{([^,]+),\n(.*?)^\}", re.MULTILINE | re.DOTALL)


def cited(text: str) -> set[str]:
    """The keys in the ``Reference:`` lines of a module's docstrings."""
    return {key for found in IN_SOURCES.findall(text) for key in re.split(r",\s+", found)}


@pytest.fixture(scope="module")
def entries(root: Path) -> dict[str, str]:
    found = ENTRY.findall((root / "docs/references.bib").read_text(encoding="utf-8"))
    keys = [key for _, key, _ in found]
    assert len(keys) == len(set(keys)), "a key stands twice in references.bib"
    return {key: body for _, key, body in found}


def test_every_key_that_a_docstring_cites_is_in_the_bibliography(
    sources: dict[Path, str], entries: dict[str, str]
) -> None:
    missing = {f"{path}: {key}" for path, text in sources.items() for key in cited(text) if key not in entries}
    assert not missing, "not in docs/references.bib:\n" + "\n".join(sorted(missing))


def test_every_key_in_the_source_of_a_claim_is_in_the_bibliography(entries: dict[str, str]) -> None:
    keys = {(claim.identifier, key) for claim in dg.claims.all() for key in re.findall(KEY, claim.source)}
    assert keys
    missing = sorted(f"{identifier}: {key}" for identifier, key in keys if key not in entries)
    assert not missing, "not in docs/references.bib:\n" + "\n".join(missing)


def test_every_key_that_a_page_cites_is_in_the_bibliography(root: Path, entries: dict[str, str]) -> None:
    for page in (root / "docs").glob("*.md"):
        for group in IN_PAGES.findall(page.read_text(encoding="utf-8")):
            assert {key.strip() for key in group.split(",")} <= set(entries), f"{page.name}: {group}"


def test_every_entry_says_who_what_where_and_when(entries: dict[str, str]) -> None:
    for key, body in entries.items():
        fields = {name.lower() for name in re.findall(r"^\s*(\w+)\s*=", body, re.MULTILINE)}
        assert {"author", "title", "year"} <= fields, key
        assert fields & {"journal", "booktitle", "publisher", "eprint", "school"}, f"{key}: published where?"
        year = re.search(r"year\s*=\s*\{(\d{4})\}", body)
        assert year, key
        written = re.search(r"\d{4}", key)
        assert written is None or written.group() == year.group(1), f"{key} was published in {year.group(1)}"


def test_citations_are_read_as_they_are_written() -> None:
    assert cited("Reference: villani2009") == {"villani2009"}
    assert cited("References: lin1991,\n    endres2003.") == {"lin1991", "endres2003"}
    assert not cited("a reference to the solver")
