"""Claims and their registry."""

from __future__ import annotations

from typing import Any

import pytest

from dualgap.claims import Claim, Evidence, Registry
from dualgap.errors import InvalidInput

RIGHT: dict[str, Any] = {
    "topic": "numbers",
    "title": "Squares are not negative",
    "statement": "$n^2 \\ge 0$",
    "source": "school",
    "hypotheses": "$n$ whole",
    "instances": range(-3, 4),
}


def _squares(n):
    return Evidence(0, n * n, ">=", 0)


def test_a_decorated_check_is_a_claim_named_after_its_function():
    registry = Registry()

    @registry.claim(**RIGHT)
    def squares_are_fine(n):
        return _squares(n)

    assert isinstance(squares_are_fine, Claim)
    assert squares_are_fine.identifier == "squares-are-fine"
    assert list(registry) == [squares_are_fine]
    assert registry.topics == ("numbers",)


def test_an_identifier_is_used_once():
    registry = Registry()
    registry.claim(**RIGHT, identifier="squares")(_squares)
    with pytest.raises(InvalidInput, match=r"^identifier must be new"):
        registry.claim(**RIGHT, identifier="squares")(_squares)


def test_a_check_may_give_one_piece_of_evidence_or_several():
    one = Claim(identifier="a", check=_squares, **RIGHT)
    several = Claim(identifier="b", check=lambda n: (_squares(n), _squares(n + 1)), **RIGHT)
    assert len(one.evidence(2)) == 1
    assert len(several.evidence(2)) == 2


@pytest.mark.parametrize("check", [lambda n: (), lambda n: [True], lambda n: [_squares(n), 0]])
def test_a_check_that_gives_no_evidence_is_refused(check):
    with pytest.raises(InvalidInput, match=r"^check must return or yield Evidence"):
        Claim(identifier="a", check=check, **RIGHT).evidence(1)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("identifier", "Not an identifier"),
        ("identifier", "ends-"),
        ("title", ""),
        ("statement", "an odd $ sign"),
        ("source", " "),
        ("hypotheses", None),
        ("topic", 3),
        ("check", "no function"),
        ("instances", 3),
    ],
)
def test_a_claim_that_says_nothing_is_refused(name, value):
    with pytest.raises(InvalidInput, match=rf"^{name} must"):
        Claim(**{"identifier": "a", "check": _squares, **RIGHT, name: value})
