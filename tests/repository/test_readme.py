"""What the README names is there. That its code prints what it shows is in tests/docs/test_pages.py."""

from __future__ import annotations

import re
from pathlib import Path


def test_every_link_and_picture_of_the_readme_is_in_the_repository(root: Path) -> None:
    text = (root / "README.md").read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", text):
        if not target.startswith(("http://", "https://")):
            assert (root / target).exists(), f"README.md shows {target}, which does not exist"


def test_every_make_target_of_the_readme_exists(root: Path) -> None:
    text = (root / "README.md").read_text(encoding="utf-8")
    makefile = (root / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    assert set(re.findall(r"make ([a-z]+)", text)) <= targets
