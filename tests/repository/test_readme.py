"""The README's code runs, and prints what the README says it prints."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(text: str) -> Iterator[tuple[str, str]]:
    """Each python block with the text block that follows it: the code, and what it prints, or nothing."""
    found = FENCE.findall(text)
    for (language, body), following in zip(found, [*found[1:], ("", "")], strict=True):
        if language == "python":
            yield body, following[1] if following[0] == "text" else ""


def printed(code: str, names: dict[str, object]) -> str:
    """What the code writes to the standard output; its names stay for the next block."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(compile(code, "README.md", "exec"), names)
    return output.getvalue()


@pytest.mark.parametrize("page", ["README.md", "docs/index.md", "docs/guarantees.md"])
def test_the_code_of_a_page_prints_what_the_page_shows(root: Path, page: str) -> None:
    names: dict[str, object] = {}
    found = list(blocks((root / page).read_text(encoding="utf-8")))
    assert found
    for code, shown in found:
        assert printed(code, names).split("\n") == shown.split("\n")


def test_a_wrong_output_is_noticed() -> None:
    text = "```python\nx = 1\nprint(x)\n```\n\n```text\n2\n```\n"
    ((code, shown),) = blocks(text)
    assert printed(code, {}) == "1\n" != shown


def test_a_block_without_output_may_print_nothing() -> None:
    ((code, shown),) = blocks("```python\ny = 2\n```\n\nwords\n")
    assert printed(code, {}) == shown == ""


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
