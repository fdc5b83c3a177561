"""The page: one file, well formed, complete, the same for one seed, and with what went wrong in it."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import strategies as st

import dualgap as dg
from dualgap.claims import Evidence, Mutant, Refutation, Registry, Seeds, verify
from dualgap.report import as_page, write_page

VOID = {"meta", "br", "img", "hr", "link", "input", "line", "wbr"}


class _Tags(HTMLParser):
    """Checks that tags nest, and collects addresses, identifiers and text."""

    def __init__(self):
        super().__init__()
        self.open: list[str] = []
        self.addresses: list[str] = []
        self.identifiers: set[str] = set()
        self.links: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name == "id":
                assert value not in self.identifiers
                self.identifiers.add(value)
            if name in ("src", "href"):
                (self.links if value.startswith("#") else self.addresses).append(value)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def _parsed(page):
    parser = _Tags()
    parser.feed(page)
    parser.close()
    assert parser.open == []
    return parser


def _registry():
    registry = Registry()
    text = {
        "topic": "numbers & <signs>",
        "statement": r"$n^2 \ge 0$ <b>",
        "source": "school",
        "hypotheses": "$n$ whole",
    }
    holds = {"mutants": [Mutant("cubes", {"power": 3})]}

    @registry.claim(title="Squares <are> fine", instances=st.integers(-9, 9), **holds, **text)
    def holds_here(n, *, power=2):
        return Evidence(0, n**power, ">=", 0, "square")

    @registry.claim(
        title="Corrected",
        instances=range(3),
        refutes=Refutation("$n < 1$", "$n = 2$", lambda: Evidence(1, 2, "<", 0)),
        **text,
    )
    def corrected(n):
        return Evidence(3, n, "<", 0, "n")

    @registry.claim(title="Fails", instances=st.integers(0, 99), **text)
    def fails(n):
        return Evidence(17, n, "<", 0, "n")

    @registry.claim(title="Crashes", instances=range(3), **text)
    def crashes(n):
        raise ValueError("<oh>")

    @registry.claim(title="Undecided", instances=Seeds(at_least=0.5, quick=4, full=8), **text)
    def undecided(seeds):
        return Evidence([1, 1, 0, 0], 1, "==", 0, "trial")

    return registry


@pytest.fixture(scope="module")
def found():
    return verify(registry=_registry(), mutants=True)


def test_the_page_is_well_formed_and_every_link_in_it_leads_somewhere(found):
    parsed = _parsed(as_page(found))
    assert set(parsed.links) <= {f"#{identifier}" for identifier in parsed.identifiers}
    assert {result.claim.identifier for result in found} <= parsed.identifiers


def test_the_page_says_of_every_claim_what_became_of_it(found):
    text = " ".join(" ".join(_parsed(as_page(found)).text).split())
    expected = [
        *(
            "Not verified",
            "holds",
            "corrected",
            "fails",
            "crashed",
            "undecided",
            "Squares <are> fine",
            "2 of 4 bear it out",
        ),
        *("refuted at 17", "ValueError: <oh>", "dualgap verify --only fails --seed 0", "cubes: rejected", "measured 2"),
    ]
    for said in expected:
        assert said in text, said


def test_the_page_needs_nothing_beside_itself():
    page = as_page(dg.verify(topic="divergences"))
    parsed = _parsed(page)
    assert all(address.startswith("data:") for address in parsed.addresses)
    assert "@import" not in page
    assert "url(" not in page
    assert "<script src" not in page


def test_the_page_is_made_for_phones_for_print_and_for_the_dark():
    page = as_page(dg.verify(only="js-symmetric"))
    assert 'name="viewport"' in page
    assert "@media print" in page
    assert "prefers-color-scheme: dark" in page


def test_two_verifications_with_one_seed_give_the_same_page_but_for_the_times():
    first, second = (
        re.sub(r"\d+\.\d+ s\b", "", as_page(dg.verify(topic="latent variables", seed=5))) for _ in range(2)
    )
    assert first == second


def test_the_page_is_written_whole(tmp_path, found):
    path = write_page(found, tmp_path / "report")
    assert path == tmp_path / "report" / "index.html"
    assert path.read_text("utf-8") == as_page(found)
