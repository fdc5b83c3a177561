"""JUnit's XML: well formed, and what failed is a failure in it."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from dualgap.claims import Evidence, Mutant, Registry, Seeds, verify
from dualgap.report import as_junit

TEXT = {"title": "T & <t>", "statement": "s", "source": "s", "hypotheses": "h"}


@pytest.fixture(scope="module")
def cases():
    registry = Registry()
    blind = {"mutants": [Mutant("same", {})]}
    registry.claim(topic="a", identifier="holds", instances=range(3), **TEXT)(lambda n: Evidence(0, n, ">=", 0))
    registry.claim(topic="a", identifier="fails", instances=range(3), **TEXT)(lambda n: Evidence(1, n, "<=", 0))
    registry.claim(topic="b", identifier="crashes", instances=[0], **TEXT)(lambda n: "\x00".index("<"))
    registry.claim(topic="b", identifier="survived", instances=[0], **blind, **TEXT)(lambda n: Evidence(0, n, "==", 0))
    registry.claim(topic="b", identifier="undecided", instances=Seeds(at_least=0.5, quick=4, full=8), **TEXT)(
        lambda seeds: Evidence([1, 1, 0, 0], 1, "==", 0)
    )
    root = ElementTree.fromstring(as_junit(verify(registry=registry, mutants=True)))
    return root, {case.get("name"): case for case in root.iter("testcase")}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("holds", None),
        ("fails", "failure"),
        ("crashes", "error"),
        ("survived", "failure"),
        ("undecided", "skipped"),
    ],
)
def test_every_claim_is_a_case_with_its_outcome(cases, name, kind):
    found = [child.tag for child in cases[1][name] if child.tag != "system-out"]
    assert found == ([] if kind is None else [kind])


def test_the_counts_are_those_of_the_cases(cases):
    root = cases[0]
    assert {name: root.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "5",
        "failures": "2",
        "errors": "1",
        "skipped": "1",
    }
    assert [suite.get("tests") for suite in root.iter("testsuite")] == ["2", "3"]


def test_what_refuted_a_claim_is_in_its_case(cases):
    assert "at 2" in cases[1]["fails"].find("failure").text
    assert "dualgap verify --only fails" in cases[1]["fails"].find("system-out").text
