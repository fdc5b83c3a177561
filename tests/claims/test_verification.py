"""A set of claims: which are tried, in how many processes, what is remembered, and how it is said."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

import dualgap as dg
from dualgap.claims import Evidence, Registry, Verdict, verify
from dualgap.claims.verification import select
from dualgap.errors import InvalidInput
from dualgap.progress import Progress

TEXT = {"topic": "numbers", "title": "A claim", "statement": "$n$", "source": "school", "hypotheses": "none"}


def _registry(check):
    registry = Registry()
    registry.claim(**TEXT, identifier="it", instances=st.integers(0, 1000))(check)
    return registry


def test_a_claim_alone_gets_the_instances_that_it_gets_among_all():
    seen: list[int] = []
    registry = _registry(lambda n: [seen.append(n), Evidence(0, n, ">=", 0)][1:])
    verify(registry=registry, only="it")
    alone = list(seen)
    registry.claim(**TEXT, identifier="before", instances=st.integers())(lambda n: Evidence(n, n, "==", 0))
    seen.clear()
    verify(registry=registry)
    assert seen == alone


class _Steps(Progress):
    def __init__(self):
        self.total, self.done, self.stopped = None, 0, False

    def start(self, total, label):
        self.total = total

    def advance(self, units=1, **shown):
        self.done += units

    def stop(self):
        self.stopped = True


def test_progress_is_told_of_every_claim():
    steps = _Steps()
    verify(registry=_registry(lambda n: Evidence(0, n, ">=", 0)), progress=steps)
    assert (steps.total, steps.done, steps.stopped) == (1, 1, True)


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"topic": "astrology"}, "topic"),
        ({"budget": "huge"}, "budget"),
        ({"seed": -1}, "seed"),
        ({"seed": 0.5}, "seed"),
        ({"jobs": 0}, "jobs"),
        ({"jobs": "two"}, "jobs"),
        ({"only": "kl-nonnegativ"}, "only"),
        ({"only": ["js-symmetric", "nothing"]}, "only"),
        ({"only": "js-symmetric", "topic": "style transfer"}, "only"),
    ],
)
def test_what_cannot_be_verified_is_refused(options, name):
    with pytest.raises(InvalidInput, match=rf"^{name} must"):
        dg.verify(**options)


@pytest.mark.parametrize("only", [3, [3], []])
def test_only_is_the_name_of_claims(only):
    with pytest.raises(InvalidInput, match=r"^only must be the identifier of a claim"):
        verify(only=only)


def test_a_misspelt_identifier_is_answered_with_the_nearest():
    with pytest.raises(InvalidInput, match=r"did you mean kl-nonnegative"):
        select(only="kl-nonegative")


def test_a_verification_prints_as_a_table_with_a_summary():
    found = verify(registry=_registry(lambda n: Evidence(17, n, "<", 0, "n")))
    text = str(found)
    assert "A claim" in text
    assert "at 17" in text
    assert "1 claim: 1 fails" in text


def test_the_number_of_torch_threads_is_left_as_it_was():
    import torch

    before = torch.get_num_threads()
    verify(registry=_registry(lambda n: Evidence(1, torch.get_num_threads(), "==", 0)))
    assert torch.get_num_threads() == before


def _borne_out(n):
    return Evidence(0, n, ">=", 0)


def _refuted(n):
    return Evidence(17, n, "<", 0)


def _several():
    registry = Registry()
    for name, check in (("first", _borne_out), ("second", _refuted), ("third", lambda n: 1 / (n - n))):
        registry.claim(**TEXT, identifier=name, instances=st.integers(0, 1000))(check)
    return registry


def test_the_results_do_not_depend_on_the_number_of_processes():
    one, two = (verify(registry=_several(), jobs=jobs) for jobs in (1, 2))
    assert [r.claim.identifier for r in two] == ["first", "second", "third"]
    for a, b in zip(one, two, strict=True):
        assert (a.verdict, a.instance, a.instances, a.margins, a.error) == (
            b.verdict,
            b.instance,
            b.instances,
            b.margins,
            b.error,
        )
    assert [r.verdict for r in one] == [Verdict.HOLDS, Verdict.FAILS, Verdict.CRASHED]


def test_a_good_result_is_remembered_and_a_bad_one_is_tried_again(tmp_path):
    first = verify(registry=_several(), cache=tmp_path)
    second = verify(registry=_several(), cache=tmp_path)
    assert (first.remembered, second.remembered) == (0, 1)
    assert [r.verdict for r in first] == [r.verdict for r in second]
    assert verify(registry=_several(), cache=tmp_path, seed=1).remembered == 0
