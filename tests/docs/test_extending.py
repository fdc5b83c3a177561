"""What a page says about adding something is followed to the letter; a page of its own is at most 120 lines."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs" / "extending").glob("*.md"))


def test_there_is_a_page_for_everything_that_can_be_added():
    assert [page.stem for page in PAGES] == ["claim", "critic", "divergence", "figure", "game", "method"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_is_no_longer_than_a_page_and_tests_what_it_adds(page):
    text = page.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 120
    assert "$ pytest" in text or "$ dualgap verify" in text


def test_a_figure_can_be_added_as_the_page_says(executed, tmp_path, monkeypatch):
    pytest.importorskip("tueplots")
    text = (ROOT / "docs/extending/figure.md").read_text(encoding="utf-8")
    package = shutil.copytree(
        ROOT / "paper_figures", tmp_path / "paper_figures", ignore=shutil.ignore_patterns("output", "__pycache__")
    )
    (tmp_path / "tests/paper_figures").mkdir(parents=True)
    shutil.copy(ROOT / "tests/paper_figures/conftest.py", tmp_path / "tests/paper_figures")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    names = package / "__init__.py"
    said = names.read_text(encoding="utf-8")
    assert "FIGURES = (\n" in said
    names.write_text(said.replace("FIGURES = (\n", 'FIGURES = (\n    "best_step",\n'), encoding="utf-8")
    assert executed.run(text, tmp_path) == 4
    assert (tmp_path / "pictures/best_step.png").stat().st_size > 5000
