"""A claim of a user's own takes a file of ten lines."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import dualgap.claims


def test_the_example_of_the_documentation_runs_and_is_verified(tmp_path):
    text = dualgap.claims.__doc__ or ""
    example = textwrap.dedent(text.partition("::\n\n")[2].partition("\n\nand ``")[0]).replace("\\\\", "\\")
    assert len(example.strip().splitlines()) <= 10
    check = """
        import dualgap as dg
        found = dg.verify(only="squares", mutants=True)
        assert found.ok and found.results[0].mutants[0].rejected
        assert "mine" in [claim.topic for claim in dg.claims.all()]
        print(found.summary)
    """
    path = tmp_path / "mine.py"
    path.write_text(example + "\n" + textwrap.dedent(check))
    found = subprocess.run([sys.executable, path], capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
    assert "1 claim: 1 holds; 1 of 1 mutants rejected" in found.stdout


def _example(page, heading):
    """The first block of code after a heading of a page of the documentation."""
    text = (Path(__file__).parents[2] / "docs" / page).read_text("utf-8")
    return text.partition(f"## {heading}")[2].partition("```python\n")[2].partition("```")[0]


def test_the_claim_of_the_guide_is_in_the_table_and_on_the_page(tmp_path):
    (tmp_path / "mine.py").write_text(_example("verifying.md", "A claim of your own"))
    command = ["verify", "--claims", "mine.py", "--topic", "mine", "--mutants", "-j", "1"]
    found = subprocess.run([sys.executable, "-m", "dualgap", *command], cwd=tmp_path, capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
    assert "1 claim: 1 holds; 1 of 1 mutants rejected" in found.stdout
    page = (tmp_path / "report" / "index.html").read_text("utf-8")
    assert "Squares are not negative" in page
    assert "dualgap verify --only squares --seed 0 --claims mine.py" in page  # what repeats it alone names the file


def test_the_test_of_the_guide_passes(tmp_path):
    (tmp_path / "test_mine.py").write_text(_example("verifying.md", "In your own test suite"))
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "test_mine.py",
        "--dualgap-report",
        "page",
    ]
    found = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert found.returncode == 0, found.stdout
    assert "1 claim: 1 holds; 1 of 1 mutants rejected" in found.stdout
    page = (tmp_path / "page" / "index.html").read_text("utf-8")
    assert "pytest test_mine.py::test_squares --dualgap-budget quick --dualgap-seed 0" in page
