"""A verification as JSON."""

from __future__ import annotations

import json

import dualgap as dg
from dualgap.claims import Evidence, Mutant, Registry, Seeds, verify
from dualgap.report import as_data


def test_every_claim_survives_json_infinities_included():
    found = dg.verify(only=["singular-laws", "kl-infinite"], mutants=True)
    data = json.loads(json.dumps(as_data(found), allow_nan=False))
    by_name = {claim["identifier"]: claim for claim in data["claims"]}
    assert data["ok"] is True
    assert by_name["singular-laws"]["evidence"][0]["measured"] == "inf"
    assert by_name["kl-infinite"]["verdict"] == "corrected"
    assert by_name["kl-infinite"]["refutes"]["evidence"]["holds"] is False
    assert all(mutant["rejected"] for claim in data["claims"] for mutant in claim["mutants"])


def test_frequencies_and_errors_are_in_the_data():
    registry = Registry()
    text = {"topic": "t", "title": "T", "statement": "s", "source": "s", "hypotheses": "h"}
    registry.claim(identifier="often", instances=Seeds(at_least=0.5, quick=3, full=3), **text)(
        lambda seeds: Evidence(1, [1, 1, 1], "==", 0)
    )
    registry.claim(identifier="crash", instances=[0], mutants=[Mutant("m", {})], **text)(lambda n: 1 / n)
    often, crash = as_data(verify(registry=registry))["claims"]
    assert often["frequency"]["successes"] == 3
    assert often["frequency"]["interval"][1] == 1.0
    assert crash["verdict"] == "crashed"
    assert "ZeroDivisionError" in crash["error"]
