"""A result survives being written down."""

from __future__ import annotations

import json

import numpy as np
import pytest

from dualgap.claims import Claim, Evidence, Frequency, Mutant, MutantResult, Result, Seeds, Verdict
from dualgap.claims.stored import from_data, to_data

CLAIM = Claim(
    identifier="it",
    topic="numbers",
    title="A claim",
    statement="$n$",
    source="school",
    hypotheses="none",
    instances=Seeds(at_least=0.5, quick=8, full=8),
    check=lambda seeds, *, lift=0: Evidence(0, np.array(seeds) + lift, ">=", 0),
    mutants=(Mutant("other", {"lift": -100}),),
)


def test_what_is_read_is_what_was_written_infinities_included():
    evidence = Evidence(np.inf, np.inf, "==", 0.5, "a number")
    result = Result(
        claim=CLAIM,
        verdict=Verdict.UNDECIDED,
        seed=3,
        instances=8,
        evidence=evidence,
        instance="range(0, 8)",
        pieces=(evidence, Evidence(1, [5, 2], ">=", 0)),
        margins=(0.25, -np.inf),
        frequency=Frequency(successes=6, trials=8, confidence=0.9),
        refutation=Evidence(1, 2, "<", 0),
        mutants=(MutantResult(name="other", rejected=True, evidence=evidence), MutantResult(name="b", rejected=False)),
        error="",
        seconds=0.5,
    )
    again = from_data(json.loads(json.dumps(to_data(result))), CLAIM)
    assert to_data(again) == to_data(result)
    assert again.frequency == result.frequency
    assert again.margins == result.margins
    assert float(again.pieces[1].measured) == 2  # of several entries, the one nearest to failing
    assert again.verdict is Verdict.UNDECIDED


def test_a_result_of_another_claim_is_not_taken():
    data = to_data(Result(claim=CLAIM, verdict=Verdict.HOLDS, seed=0))
    with pytest.raises(ValueError, match="not of"):
        from_data({**data, "identifier": "other"}, CLAIM)
