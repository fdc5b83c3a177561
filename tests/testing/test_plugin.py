"""Claims as tests: they pass when they hold, fail when they must, and stand on a page."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap

import pytest

from dualgap.claims import Evidence
from dualgap.testing import plugin

HEAD = """
import pytest
from hypothesis import strategies as st
from dualgap.claims import Claim, Evidence, Mutant, Registry, Seeds
"""
CUBES = "mutants=[Mutant('cubes', {'power': 3})]"


def _run(tmp_path, body, *options):
    path = tmp_path / "test_mine.py"
    path.write_text(HEAD + textwrap.dedent(body))
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", "-rA", path.name, *options]
    return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)


def test_the_example_of_the_documentation_is_a_test_that_passes(tmp_path):
    text = plugin.__doc__ or ""
    example = textwrap.dedent(text.partition("::\n\n")[2].partition("\n\nThe function")[0]).replace("\\\\", "\\")
    found = _run(tmp_path, example, "--dualgap-report", "page")
    assert found.returncode == 0, found.stdout
    assert "1 claim: 1 holds; 1 of 1 mutants rejected" in found.stdout
    page = (tmp_path / "page" / "index.html").read_text("utf-8")
    assert "Squares are not negative" in page
    assert "<math" in page


def test_what_must_fail_fails_and_says_why(tmp_path):
    found = _run(
        tmp_path,
        f"""
        @pytest.mark.claim(instances=st.integers(0, 1000))
        def test_small(n):
            return Evidence(17, n, "<", 0, "n")

        @pytest.mark.claim(instances=st.integers(-9, 9), {CUBES})
        def test_blind(n, *, power=2):
            return Evidence(0, n**2, ">=", 0)

        @pytest.mark.claim(instances=st.integers(-9, 9))
        def test_crashes(n):
            raise ZeroDivisionError("oh")

        @pytest.mark.claim(instances=st.integers(-9, 9))
        def test_no_evidence(n):
            return True

        @pytest.mark.claim(instances=Seeds(at_least=0.5, quick=4, full=8))
        def test_often(seeds):
            return Evidence([1, 1, 0, 0], 1, "==", 0)
        """,
    )
    assert found.returncode == 1
    assert "5 failed" in found.stdout
    for said in (
        "an instance refutes it",
        "at 17",
        "the mutant 'cubes' is not rejected",
        "ZeroDivisionError: oh",
        "check must return or yield Evidence",
        "2 of 4 seeds, a share in",
    ):
        assert said in found.stdout, said


def test_a_claim_object_in_a_test_module_is_a_test(tmp_path):
    found = _run(
        tmp_path,
        """
        mine = Registry()

        @mine.claim(topic="t", title="Small", statement="s", source="s", hypotheses="h", instances=range(3))
        def small(n):
            return Evidence(3, n, "<", 0)

        def test_ordinary():
            assert small.identifier == "small"
        """,
    )
    assert found.returncode == 0, found.stdout
    assert "2 passed" in found.stdout


@pytest.mark.parametrize(
    ("mark", "said"),
    [
        ({}, "the mark needs instances="),
        ({"instances": 3}, "instances must be a Hypothesis strategy"),
        ({"instances": range(3), "statement": "$"}, "statement must have its dollar signs in pairs"),
        ({"instances": range(3), "colour": "red"}, "colour"),
    ],
)
def test_a_mark_that_makes_no_claim_is_an_error_of_the_collection(request, mark, said):
    def test_it(n):
        return Evidence(0, n, ">=", 0)

    marked = pytest.mark.claim(**mark)(test_it)
    module = request.node.getparent(pytest.Module)
    with pytest.raises(module.CollectError, match=re.escape(said)):
        plugin.pytest_pycollect_makeitem(module, "test_it", marked)


def test_results_travel_from_the_processes_of_xdist(tmp_path):
    (tmp_path / "test_mine.py").write_text(
        HEAD
        + textwrap.dedent(
            f"""
            @pytest.mark.claim(instances=st.integers(-9, 9), {CUBES})
            def test_one(n, *, power=2):
                return Evidence(0, n**power, ">=", 0)

            @pytest.mark.claim(instances=Seeds(at_least=0.3, quick=4, full=8))
            def test_two(seeds):
                return Evidence([1] * 8, 1, "==", 0)
            """
        )
    )
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-n", "2"]
    command += ["--dualgap-report", "page", "--dualgap-budget", "full"]
    found = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert found.returncode == 0, found.stdout
    assert "2 claims: 2 holds; 1 of 1 mutants rejected; budget full" in found.stdout
    assert "8 of 8 bear it out" in (tmp_path / "page" / "index.html").read_text("utf-8")


def test_starting_pytest_loads_neither_torch_nor_numpy(tmp_path):
    code = "import sys, dualgap.testing.plugin; print([name for name in ('torch', 'numpy', 'hypothesis') if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path)
    assert found.stdout.strip() == "[]", found.stdout + found.stderr
