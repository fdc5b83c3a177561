"""The table on a terminal."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from dualgap.claims import Evidence, Registry, Seeds, verify
from dualgap.claims.table import number, table_of


@pytest.fixture(scope="module")
def found():
    registry = Registry()
    text = {"topic": "numbers [all]", "statement": "s", "source": "s", "hypotheses": "h"}
    registry.claim(title="Holds [b]", identifier="a", instances=range(3), **text)(lambda n: Evidence(9, n, "<", 0, "n"))
    registry.claim(title="Fails", identifier="b", instances=range(3), **text)(lambda n: Evidence(1, n, "<=", 0, "n"))
    registry.claim(title="Crashes", identifier="c", instances=[0], **text)(lambda n: 1 / n)
    registry.claim(title="Often", identifier="d", instances=Seeds(at_least=0.25, quick=4, full=4), **text)(
        lambda seeds: Evidence(1, [1, 1, 1, 0], "==", 0, "trial")
    )
    return verify(registry=registry)


def _printed(found, **options):
    console = Console(file=io.StringIO(), width=120)
    console.print(table_of(found, **options))
    return console.file.getvalue()  # pyright: ignore[reportAttributeAccessIssue]


def test_every_claim_has_a_row_and_what_went_wrong_one_below(found):
    text = _printed(found)
    for said in (
        "numbers [all]",
        "Holds [b]",
        "holds",
        "fails",
        "at 2",
        "crashed",
        "ZeroDivisionError",
        "3/4",
        "undecided",
    ):
        assert said in text, said


def test_a_narrow_table_leaves_out_what_was_compared(found):
    wide, narrow = _printed(found), _printed(found, compact=True)
    assert "predicted" in wide
    assert "predicted" not in narrow
    assert max(map(len, narrow.splitlines())) < 80
    assert "Fails" in narrow


def test_numbers_have_six_digits_and_infinities_a_sign():
    assert [number(one) for one in (1 / 3, float("inf"), -float("inf"), 1e-20)] == ["0.333333", "∞", "−∞", "1e-20"]
