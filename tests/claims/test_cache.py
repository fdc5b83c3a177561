"""What is remembered of a claim, and what makes it be tried again."""

from __future__ import annotations

import pytest

from dualgap.claims import Evidence, Registry, Result, Verdict
from dualgap.claims.cache import ResultCache
from dualgap.errors import InvalidInput

TEXT = {"topic": "numbers", "title": "A claim", "statement": "$n$", "source": "school", "hypotheses": "none"}
SETTING = {"budget": "quick", "seed": 0, "mutants": False}


def _claim():
    registry = Registry()
    return registry.claim(**TEXT, identifier="it", instances=range(3))(lambda n: Evidence(0, n, ">=", 0))


def _result(verdict=Verdict.HOLDS):
    return Result(claim=_claim(), verdict=verdict, seed=0, instances=3, seconds=2.5)


def test_a_result_is_found_again_by_the_same_claim_under_the_same_setting(tmp_path):
    ResultCache(tmp_path, **SETTING).put(_result())
    found = ResultCache(tmp_path, **SETTING).get(_claim())
    assert (found.verdict, found.instances, found.seconds) == (Verdict.HOLDS, 3, 2.5)


@pytest.mark.parametrize("change", [{"budget": "full"}, {"seed": 1}, {"mutants": True}])
def test_another_setting_does_not_find_it(tmp_path, change):
    ResultCache(tmp_path, **SETTING).put(_result())
    assert ResultCache(tmp_path, **{**SETTING, **change}).get(_claim()) is None


def test_changed_code_does_not_find_it(tmp_path, monkeypatch):
    ResultCache(tmp_path, **SETTING).put(_result())
    monkeypatch.setattr("dualgap.claims.cache.code_digest", lambda: "another")
    assert ResultCache(tmp_path, **SETTING).get(_claim()) is None


def test_a_change_of_the_file_that_holds_the_check_is_noticed(tmp_path):
    script = tmp_path / "mine.py"
    cache = ResultCache(tmp_path / "cache", **SETTING)
    for body, found in (("n", False), ("n", True), ("n + 0", False)):
        script.write_text(
            f"from dualgap.claims import Evidence\ndef check(n):\n    return Evidence(0, {body}, '>=', 0)\n"
        )
        space: dict = {}
        exec(compile(script.read_text(), script, "exec"), space)
        claim = Registry().claim(**TEXT, identifier="it", instances=range(3))(space["check"])
        assert (cache.get(claim) is not None) is found
        cache.put(Result(claim=claim, verdict=Verdict.HOLDS, seed=0))


@pytest.mark.parametrize("verdict", [Verdict.FAILS, Verdict.CRASHED])
def test_what_is_not_good_is_not_remembered(tmp_path, verdict):
    ResultCache(tmp_path, **SETTING).put(_result(verdict))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("text", ["", "{", "[]", '{"key": "x"}', '{"key": 1, "result": {}}'])
def test_a_damaged_file_counts_as_absent(tmp_path, text):
    cache = ResultCache(tmp_path, **SETTING)
    cache.put(_result())
    (path,) = tmp_path.iterdir()
    path.write_text(text)
    assert cache.get(_claim()) is None


def test_a_claim_whose_file_cannot_be_found_is_not_remembered(tmp_path):
    space: dict = {"Evidence": Evidence}
    exec("def check(n):\n    return Evidence(0, n, '>=', 0)\n", space)
    typed = Registry().claim(**TEXT, identifier="it", instances=range(3))(space["check"])
    cache = ResultCache(tmp_path, **SETTING)
    cache.put(Result(claim=typed, verdict=Verdict.HOLDS, seed=0))
    assert cache.get(typed) is None
    assert not list(tmp_path.iterdir())


def test_no_folder_remembers_nothing():
    cache = ResultCache(None, **SETTING)
    cache.put(_result())
    assert cache.get(_claim()) is None


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidInput, match=r"^cache must be a folder that can be written to"):
        ResultCache(tmp_path / "file" / "inside", **SETTING)
