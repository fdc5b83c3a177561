"""Formulas become MathML, and nothing else of a text becomes anything but text."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dualgap as dg
from dualgap.report.mathematics import at_relations, with_mathml


@given(st.text(alphabet=st.characters(exclude_characters="$", exclude_categories=["Cs", "Cc"])))
def test_text_without_formulas_keeps_its_words(text):
    assert with_mathml(text).unescape() == text


@pytest.mark.parametrize("latex", [r"x^2", r"\frac{1}{2}\|w\|_1", r"\mathbb{E}_{p} \log D \le \sqrt{2}", r"a < b"])
def test_a_formula_is_well_formed_mathml(latex):
    root = ElementTree.fromstring(f"<p>{with_mathml(f'${latex}$')}</p>".replace("<wbr>", "<wbr/>"))
    assert root[0].tag.endswith("math")


def test_markup_in_a_text_is_shown_not_obeyed():
    assert str(with_mathml("<script>$x$</script>")).startswith("&lt;script&gt;<math")


@pytest.mark.parametrize("claim", dg.claims.all(), ids=lambda claim: claim.identifier)
def test_cutting_a_formula_loses_nothing_and_leaves_brackets_whole(claim):
    for latex in claim.statement.split("$")[1::2]:
        parts = at_relations(latex)
        assert "".join(parts) == latex
        for part in parts:
            # escaped braces are delimiters of the formula, bare ones of the language: both pair within a part
            assert part.count("{") == part.count("}")
            assert part.count(r"\left") - part.count(r"\leftarrow") == part.count(r"\right") - part.count(
                r"\rightarrow"
            )


def test_punctuation_stays_with_its_formula():
    html = str(with_mathml("as $x = y$, and $z$ too"))
    assert html.count('<span class="keep"><math') == 1
    assert "</math>,</span> and" in html


def test_a_long_formula_can_be_broken_before_its_relations():
    html = str(with_mathml(r"$a \le b_{x = y} = (c = d)$"))
    assert html.count("<math") == 3
    assert html.count("<wbr>") == 2
