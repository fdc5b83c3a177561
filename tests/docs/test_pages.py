"""The code of every page runs, and prints what the page shows."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).parents[2]
SITE = ROOT / "docs" / "_build" / "html"
#: Followed elsewhere: in a copy of the repository (tests/docs/test_extending.py), by tests/claims/test_own_claim.py, and what
#: needs a cluster by tests/sweeps/test_page.py.
ELSEWHERE = {"docs/extending/figure.md", "docs/sweeps.md", "docs/verifying.md"}


def _with_code():
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    for page in pages:
        name = page.relative_to(ROOT).as_posix()
        text = page.read_text(encoding="utf-8")
        if (
            not name.startswith("docs/_build")
            and name not in ELSEWHERE
            and ("```python\n" in text or "```console\n" in text)
        ):
            yield name


@pytest.mark.parametrize("name", list(_with_code()))
def test_the_code_of_a_page_prints_what_the_page_shows(name, executed, tmp_path):
    text = (ROOT / name).read_text(encoding="utf-8")
    if executed.ran_in_the_build(SITE, name.removeprefix("docs/").removesuffix(".md"), text):
        return  # to its end, with the same code
    executed.run(text, tmp_path)


def test_a_page_is_not_run_again_only_where_the_build_ran_the_same_page_with_the_same_code(
    executed, tmp_path, monkeypatch
):
    def built(text):
        app = SimpleNamespace(config=SimpleNamespace(executed_pages=["first/*"]), outdir=tmp_path)
        executed.execute(app, "first/page", [text])

    right, wrong = "```python\nx = 1\n```\n", "```python\nprint(2)\n```\n"
    assert not executed.ran_in_the_build(tmp_path, "first/page", right)
    built(right)
    assert executed.ran_in_the_build(tmp_path, "first/page", right)
    assert not executed.ran_in_the_build(tmp_path, "first/page", right + "more")
    assert not executed.ran_in_the_build(tmp_path, "second/page", right)
    monkeypatch.setattr("dualgap.claims.cache.code_digest", lambda: "other code")
    assert not executed.ran_in_the_build(tmp_path, "first/page", right)
    pytest.importorskip("sphinx")
    built(wrong)  # prints what it does not show: a warning, and no note
    assert not executed.ran_in_the_build(tmp_path, "first/page", wrong)


def test_the_pages_with_code_are_found():
    found = set(_with_code())
    assert found >= {"README.md", "docs/index.md", "docs/guarantees.md"}
    assert len([name for name in found if name.startswith("docs/tutorials/")]) == 3


def test_a_wrong_output_is_noticed(executed, tmp_path):
    with pytest.raises(executed.Different, match="shows\n2\n\nand prints\n1"):
        executed.run("```python\nx = 1\nprint(x)\n```\n\n```text\n2\n```\n", tmp_path)


def test_an_output_that_is_not_shown_is_noticed(executed, tmp_path):
    with pytest.raises(executed.Different):
        executed.run("```python\nprint(1)\n```\n", tmp_path)


def test_an_output_that_does_not_come_is_noticed(executed, tmp_path):
    with pytest.raises(executed.Different):
        executed.run("```python\nx = 1\n```\n\n```text\n1\n```\n", tmp_path)


def test_a_block_without_output_may_print_nothing_and_its_names_stay(executed, tmp_path):
    text = "```python\ny = 2\n```\n\nwords\n\n```python\nprint(y)\n```\n\n```text\n2\n```\n"
    assert executed.run(text, tmp_path) == 2


def test_a_file_is_written_and_a_command_finds_it(executed, tmp_path):
    text = "```python\n# two.py\nprint(2)\n```\n\n```console\n$ python two.py\n2\n```\n"
    assert executed.run(text, tmp_path) == 2
    with pytest.raises(executed.Different):
        executed.run(text.replace("two.py\n2", "two.py\n3"), tmp_path)


def test_a_command_that_fails_is_noticed_unless_the_page_says_so(executed, tmp_path):
    with pytest.raises(executed.Different, match="exit code 3"):
        executed.run("```console\n$ exit 3\n```\n", tmp_path)
    assert executed.run("```console\n$ exit 3\n(exit code 3)\n```\n", tmp_path) == 1
    with pytest.raises(executed.Different):  # and one that was to fail and does not
        executed.run("```console\n$ exit 0\n(exit code 3)\n```\n", tmp_path)
