"""Each claim is on a theory page, with its code, its test and its figures; nothing is linked that is not there."""

from __future__ import annotations

import re

import pytest

import dualgap as dg
from paper_figures import FIGURES

CLAIMS = {claim.identifier: claim for claim in dg.claims.all()}


@pytest.fixture(scope="module")
def pages(docs):
    found = {path.stem: path.read_text(encoding="utf-8") for path in (docs / "theory").glob("*.md")}
    assert len(found) >= 12
    return found


def test_every_topic_is_on_one_theory_page(pages, claims_page):
    topics = [
        topic for text in pages.values() for said in claims_page.OF_TOPICS.findall(text) for topic in said.split("; ")
    ]
    assert sorted(topics) == sorted({claim.topic for claim in CLAIMS.values()})


def test_every_theory_page_is_in_the_order_of_its_index(pages, docs):
    index = (docs / "theory.md").read_text(encoding="utf-8")
    named = re.findall(r"^theory/(\w+)$", index, re.MULTILINE)
    assert sorted(named) == sorted(pages)
    assert re.findall(r"\[\]\(theory/(\w+)\.md\)", index) == named


def test_every_claim_that_is_linked_exists(docs):
    linked = {
        identifier
        for path in docs.rglob("*.md")
        if "_build" not in path.parts and path.parent.name != "extending"
        for identifier in re.findall(r"\(#claim-([\w-]+)\)", path.read_text(encoding="utf-8"))
    }
    assert len(linked) > 50
    assert linked <= set(CLAIMS), sorted(linked - set(CLAIMS))


def test_every_claim_of_a_figure_exists_and_every_figure_shows_a_claim(claims_page):
    named = {identifier for shown in claims_page.FIGURES.values() for identifier in shown}
    assert named <= set(CLAIMS), sorted(named - set(CLAIMS))
    assert any(claims_page.figures_of(claim) for claim in CLAIMS.values())
    assert {*claims_page.FIGURES, claims_page.OF_ALL} == set(FIGURES)


def test_the_code_of_a_claim_is_its_check_and_names_what_it_uses(claims_page):
    claim = CLAIMS["js-definition"]
    code = claims_page.code_of(claim)
    assert "js_definition" in code
    assert claim.title in code
    assert claims_page.documented("kl") == "dualgap.divergences.kl"
    assert claims_page.documented("games.bilinear") == "dualgap.games.bilinear"
    assert claims_page.documented("nothing") is None


def test_every_claim_has_code_a_test_and_figures_on_its_entry(claims_page):
    for claim in CLAIMS.values():
        said = "\n\n".join(claims_page.entry(claim, set()))
        assert f"-k {claim.identifier}" in said
        assert "Figures\n: " in said
        assert "```python\n" in said


def test_a_title_with_a_bar_stays_in_its_cell(claims_page):
    for line in claims_page.table(["transport and duality"]).splitlines():
        assert len(re.findall(r"(?<!\\)\|", line)) == 3
