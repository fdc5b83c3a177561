"""``dualgap verify``: its page, its JSON, and its exit codes."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree

import pytest

from dualgap.claims import Evidence, Registry, Seeds, shipped, verification


@pytest.fixture
def small_registry(monkeypatch):
    """Stands in for the shipped claims, so that a claim can fail."""
    registry = Registry()
    monkeypatch.setattr(verification, "select", lambda **options: tuple(registry))
    return registry


TEXT = {"topic": "t", "title": "A claim", "statement": "$s$", "source": "s", "hypotheses": "h", "instances": range(3)}


def test_claims_that_hold_exit_with_0_and_a_page(command, tmp_path):
    code, out, _ = command("verify", "--only", "js-symmetric", "--report", tmp_path / "page", "--mutants")
    assert code == 0
    assert "JS is symmetric" in out
    assert re.search(r"([1-9]) of \1 mutants rejected", out)
    assert (tmp_path / "page" / "index.html").read_text("utf-8").startswith("<!doctype html>")


def test_json_is_all_that_is_printed(command):
    code, out, _ = command(
        "verify", "--only", "js-symmetric", "--only", "kl-asymmetric", "--format", "json", "--seed", "7"
    )
    data = json.loads(out)
    assert (code, data["ok"], data["seed"], len(data["claims"])) == (0, True, 7, 2)


def test_a_claim_that_fails_exits_with_1_and_is_on_the_page(command, small_registry, tmp_path):
    small_registry.claim(**TEXT, identifier="wrong")(lambda n: Evidence(1, n, "<=", 0, "n"))
    code, out, _ = command("verify")
    assert code == 1
    assert "fails" in out
    assert "refuted at" in (tmp_path / "report" / "index.html").read_text("utf-8")


def test_a_claim_that_crashes_exits_with_3(command, small_registry):
    small_registry.claim(**TEXT, identifier="crash")(lambda n: Evidence(1 / n, n, "==", 0))
    code, out, _ = command("verify")
    assert code == 3
    assert "ZeroDivisionError" in out


def test_a_refuted_claim_counts_more_than_a_crash(command, small_registry):
    small_registry.claim(**TEXT, identifier="crash")(lambda n: Evidence(1 / n, n, "==", 0))
    small_registry.claim(**TEXT, identifier="wrong")(lambda n: Evidence(1, n, "<=", 0, "n"))
    assert command("verify", "--jobs", "2")[0] == 1


def test_a_budget_too_small_to_decide_exits_with_4(command, small_registry):
    seeds = {**TEXT, "instances": Seeds(at_least=0.5, quick=4, full=8)}
    small_registry.claim(**seeds, identifier="perhaps")(lambda seeds: Evidence([1, 1, 0, 0], 1, "==", 0))
    code, out, _ = command("verify")
    assert code == 4
    assert "undecided" in out


@pytest.mark.parametrize("arguments", [("--report", "file"), ("--report", "file/in/the/way")])
def test_a_report_that_cannot_be_written_exits_with_5_before_any_work(command, tmp_path, arguments):
    (tmp_path / "file").write_text("in the way")
    code, out, err = command("verify", *arguments)
    assert (code, out) == (5, "")
    assert "report must be in a folder that can be written to" in err


def test_a_cache_that_cannot_be_made_is_said_of_the_report(command, tmp_path):
    (tmp_path / "page").mkdir()
    (tmp_path / "page" / "cache").write_text("in the way")
    code, _, err = command("verify", "--only", "js-symmetric", "--report", "page")
    assert code == 5
    assert "dualgap: report must be a folder that can be written to" in err


def test_what_was_borne_out_is_not_tried_again_unless_asked(command):
    command("verify", "--only", "js-symmetric")
    assert "1 of them tried before" in command("verify", "--only", "js-symmetric")[1]
    assert "tried before" not in command("verify", "--only", "js-symmetric", "--fresh")[1]


def test_junit_is_all_that_is_printed(command):
    code, out, _ = command("verify", "--only", "js-symmetric", "--format", "junit")
    assert code == 0
    assert ElementTree.fromstring(out).get("tests") == "1"


OWN = """
from dualgap.claims import Evidence, claim

@claim(topic="mine", title="Squares are not negative, says {name}", statement="$n^2 > -1$", source="school",
       hypotheses="$n$ a whole number", instances=range(-9, 9))
def {name}(n):
    return Evidence(predicted=0, measured=n**2, relation=">=", tolerance=0)
"""


def test_a_claim_in_a_file_of_ones_own_is_in_the_table_and_on_the_page(command, tmp_path, monkeypatch):
    monkeypatch.setattr(shipped(), "claims", dict(shipped().claims))
    (tmp_path / "mine.py").write_text(OWN.format(name="own_squares"))
    code, out, _ = command("verify", "--claims", "mine.py", "--topic", "mine")
    assert code == 0
    assert "Squares are not negative, says own_squares" in out
    assert "says own_squares" in (tmp_path / "report" / "index.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import no_such_module_anywhere", "raises ModuleNotFoundError at line 1: No module named"),
        ("x = (", "raises SyntaxError at line 1"),
        ("\n\n1 / 0", "raises ZeroDivisionError at line 3: division by zero"),
        ("x = 1", "without any"),
        (None, "claims must be a Python file that exists"),
    ],
)
def test_a_file_of_claims_that_cannot_be_run_exits_with_6(command, tmp_path, text, said):
    if text is not None:
        (tmp_path / "mine.py").write_text(text)
    code, out, err = command("verify", "--claims", "mine.py")
    assert (code, out) == (6, "")
    assert said in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("verify", "--only", "nothing"), "only must name claims, got 'nothing'"),
        (("verify", "--only", "js-symetric"), "did you mean js-symmetric"),
        (("verify", "--topic", "astrology"), "topic must be one of"),
        (("verify", "--budget", "huge"), "Invalid value for '--budget'"),
        (("verify", "--seed", "-1"), "Invalid value for '--seed'"),
    ],
)
def test_wrong_usage_exits_with_2_and_says_what_it_must_be(refused, arguments, said):
    refused(arguments, said)
