"""The changelog follows Keep a Changelog, and the version is the same wherever it is written."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

import dualgap

SECTIONS = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_the_changelog_has_an_unreleased_section_and_known_headings(root: Path) -> None:
    text = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(r"^## \[Unreleased\]$", text, re.MULTILINE)
    assert set(re.findall(r"^### (.+)$", text, re.MULTILINE)) <= SECTIONS


def test_the_citation_names_the_version_and_the_licence_of_the_package(root: Path) -> None:
    citation = yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == dualgap.__version__
    assert citation["license"] == "MIT"
