"""A claim of a user's own takes a file of ten lines."""

from __future__ import annotations

import subprocess
import sys
import textwrap

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
