"""Verdicts: what holds is said to hold, what is wrong is refuted by its smallest instance, what crashes is reported."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st

from dualgap.claims import Drawn, Evidence, Mutant, Refutation, Registry, Seeds, Verdict, verify

TEXT: dict[str, Any] = {
    "topic": "numbers",
    "title": "A claim",
    "statement": "$n$",
    "source": "school",
    "hypotheses": "none",
}


def _registry(check, instances=None, **options):
    registry = Registry()
    registry.claim(
        **TEXT, identifier="it", instances=st.integers(0, 1000) if instances is None else instances, **options
    )(check)
    return registry


def _only_result(check, instances=None, *, seed=0, mutants=False, budget="quick", **options):
    (result,) = verify(registry=_registry(check, instances, **options), seed=seed, mutants=mutants, budget=budget)
    return result


def test_a_true_claim_holds_on_every_instance_drawn():
    result = _only_result(lambda n: Evidence(0, n, ">=", 0, "n"), Drawn(st.integers(0, 1000), quick=25))
    assert result.verdict is Verdict.HOLDS
    assert result.instances == 25
    assert len(result.margins) == 25


def test_a_false_claim_fails_at_the_smallest_instance_that_refutes_it():
    result = _only_result(lambda n: Evidence(17, n, "<", 0, "n"))
    assert result.verdict is Verdict.FAILS
    assert result.instance == "17"
    assert float(result.evidence.measured) == 17


def test_a_claim_that_fails_at_one_of_its_listed_instances_fails():
    result = _only_result(lambda n: Evidence(3, n, "<=", 0, "n"), range(5))
    assert (result.verdict, result.instance, result.instances) == (Verdict.FAILS, "4", 5)


@pytest.mark.parametrize("instances", [st.integers(0, 9), range(3), Seeds(at_least=0.5, quick=2, full=2)])
def test_a_check_that_crashes_is_reported_and_the_others_go_on(instances):
    def crashes(n):
        raise ZeroDivisionError("of all things")

    registry = _registry(crashes, instances)
    registry.claim(**TEXT, identifier="other", instances=range(2))(lambda n: Evidence(0, n, ">=", 0))
    found = verify(registry=registry)
    assert [result.verdict for result in found] == [Verdict.CRASHED, Verdict.HOLDS]
    assert found.results[0].error.endswith("ZeroDivisionError: of all things")
    assert not found.ok


def test_evidence_of_the_wrong_kind_is_a_crash_not_a_success():
    result = _only_result(lambda n: True)
    assert result.verdict is Verdict.CRASHED
    assert "check must return or yield Evidence, one piece or several, got True" in result.error


def test_one_seed_draws_the_same_instances_and_another_seed_others():
    seen: list[list[int]] = []

    def check(n):
        seen[-1].append(n)
        return Evidence(0, n, ">=", 0)

    for seed in (3, 3, 4):
        seen.append([])
        _only_result(check, seed=seed)
    assert seen[0] == seen[1]
    assert seen[0] != seen[2]


@pytest.mark.parametrize(("successes", "verdict"), [(20, Verdict.HOLDS), (0, Verdict.FAILS), (11, Verdict.UNDECIDED)])
def test_a_claim_over_seeds_is_decided_by_the_whole_interval(successes, verdict):
    result = _only_result(
        lambda seeds: Evidence(1, np.arange(len(seeds)) < successes, "==", 0), Seeds(at_least=0.5, quick=20, full=20)
    )
    assert result.verdict is verdict
    assert result.frequency.successes == successes
    assert result.good is (verdict is not Verdict.FAILS)


def test_a_seed_counts_only_when_all_its_evidence_holds():
    def check(seeds):
        yield Evidence(1, np.arange(10) < 8, "==", 0, "first")
        yield Evidence(1, np.arange(10) >= 3, "==", 0, "second")

    assert _only_result(check, Seeds(at_least=0.5, quick=10, full=10)).frequency.successes == 5


def test_seeds_without_an_entry_each_are_a_crash():
    assert (
        _only_result(lambda seeds: Evidence(0, 0, "==", 0), Seeds(at_least=0.5, quick=4, full=4)).verdict
        is Verdict.CRASHED
    )


def test_mutants_are_rejected_by_a_check_that_uses_them_and_survive_one_that_does_not():
    def blind(n, *, power=2):
        return Evidence(0, n**2, ">=", 0)

    def seeing(n, *, power=2):
        return Evidence(0, n**power, ">=", 0)

    odd = (Mutant("cubes", {"power": 3}),)
    for check, rejected in ((blind, False), (seeing, True)):
        registry = Registry()
        registry.claim(**TEXT, identifier="it", instances=st.integers(-9, 9), mutants=odd)(check)
        found = verify(registry=registry, mutants=True)
        assert found.results[0].mutants[0].rejected is rejected
        assert found.ok is rejected


def test_a_mutant_that_crashes_the_check_has_not_been_rejected():
    registry = Registry()
    registry.claim(**TEXT, identifier="it", instances=range(3), mutants=[Mutant("no function", {"f": None})])(
        lambda n, f=abs: Evidence(n, f(n), "==", 0)
    )
    (mutant,) = verify(registry=registry, mutants=True).results[0].mutants
    assert not mutant.rejected
    assert "TypeError" in mutant.error


def test_a_statement_with_a_counterexample_is_corrected():
    wrong = Refutation("$n < 3$", "$n = 4$", lambda: Evidence(3, 4, "<", 0))
    result = _only_result(lambda n: Evidence(0, n, ">=", 0), refutes=wrong)
    assert result.verdict is Verdict.REFUTED_AS_STATED_HOLDS_AS_CORRECTED
    assert float(result.refutation.measured) == 4


def test_a_counterexample_that_is_none_is_a_failure():
    sound = Refutation("$n < 3$", "$n = 2$", lambda: Evidence(3, 2, "<", 0))
    assert _only_result(lambda n: Evidence(0, n, ">=", 0), refutes=sound).verdict is Verdict.FAILS


def test_a_counterexample_does_not_save_a_claim_that_fails():
    wrong = Refutation("$n < 3$", "$n = 4$", lambda: Evidence(3, 4, "<", 0))
    assert _only_result(lambda n: Evidence(5, n, "<", 0), refutes=wrong).verdict is Verdict.FAILS


def test_the_headline_is_what_failed_even_when_it_is_compared_last():
    def check(n):
        yield Evidence(0, n, ">=", 0, "fine")
        yield Evidence(5, n, "<", 0, "not fine")

    assert _only_result(check).evidence.what == "not fine"
