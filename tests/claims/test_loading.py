"""A file of claims: what it adds, and what is said when it cannot be run."""

from __future__ import annotations

import sys

import pytest

from dualgap.claims import Registry, shipped
from dualgap.claims.loading import load
from dualgap.errors import InvalidInput

OWN = """
from dualgap.claims import Evidence, claim

@claim(topic="loaded", title="T", statement="s", source="s", hypotheses="h", instances=range(3))
def {name}(n):
    return Evidence(0, n, ">=", 0)
"""


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch):
    monkeypatch.setattr(shipped(), "claims", dict(shipped().claims))


def test_the_claims_that_a_file_adds_are_given_in_its_order(tmp_path):
    path = tmp_path / "own.py"
    path.write_text(OWN.format(name="loaded_first") + OWN.format(name="loaded_second"))
    assert [claim.identifier for claim in load(path, shipped())] == ["loaded-first", "loaded-second"]


def test_an_identifier_that_is_taken_is_said(tmp_path):
    path = tmp_path / "own.py"
    path.write_text(OWN.format(name="kl_nonnegative"))
    with pytest.raises(InvalidInput, match=r"raises InvalidInput at line \d+: identifier must be new"):
        load(path, shipped())


def test_a_file_that_cannot_be_run_leaves_no_module_behind(tmp_path):
    path = tmp_path / "broken.py"
    path.write_text("1 / 0")
    before = set(sys.modules)
    with pytest.raises(InvalidInput, match=r"^claims must be a file that can be run, got broken.py"):
        load(path, Registry())
    assert not {name for name in set(sys.modules) - before if "broken" in name}
