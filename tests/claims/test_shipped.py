"""The claims that dualgap ships: each holds, each of its mutants is rejected, and together they cover the lecture."""

from __future__ import annotations

import re

import pytest

import dualgap as dg
from dualgap.claims import Verdict
from dualgap.claims.trial import check_claim
from dualgap.report.mathematics import with_mathml

CLAIMS = dg.claims.all()

#: The statements of the lecture that are wrong or loose as they stand.
ERRATA = {
    "value-at-optimal-discriminator",
    "xy-has-one-equilibrium",
    "attack-advances-and-projects",
    "style-loss-and-size",
    "kl-infinite",
    "gan-nash-equilibrium",
    "variance-and-modes",
    "vanishing-gradient",
    "absolute-continuity-is-not-enough",
    "wgan-algorithm-sign",
    "direct-computation",
    "lipschitz-constant-scales",
    "minimax-and-saddle-points",
    "lipschitz-constant",
    "gram-is-no-correlation",
}


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.identifier)
def test_claim_holds_and_its_mutants_are_rejected(claim):
    result = check_claim(claim, budget="quick", seed=0, mutants=True)
    assert result.verdict in (Verdict.HOLDS, Verdict.REFUTED_AS_STATED_HOLDS_AS_CORRECTED), (
        result.instance,
        result.evidence,
        result.error,
    )
    assert [mutant for mutant in result.mutants if not mutant.rejected] == []


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.identifier)
def test_claim_has_a_mutant_and_formulas_that_can_be_set(claim):
    assert claim.mutants
    for text in (
        claim.statement,
        claim.hypotheses,
        *((claim.refutes.stated, claim.refutes.counterexample) if claim.refutes else ()),
    ):
        html = str(with_mathml(text))
        assert "$" not in html
        assert "merror" not in html
        # a command that the converter does not know stays in the page as text
        assert not re.search(r"<mi>\\", html), re.findall(r"<mi>\\[^<]*", html)


def test_every_part_of_the_lecture_has_a_claim():
    assert len(CLAIMS) >= 80
    topics = {claim.topic for claim in CLAIMS}
    assert topics >= {
        "adversarial training",
        "the GAN's game",
        "divergences",
        "vanishing gradients",
        "dynamics on xy",
        "mode collapse",
        "singular laws and continuity",
        "transport and duality",
        "Wasserstein GAN",
        "style transfer",
        "latent variables",
        "training",
    }


def test_the_errata_are_claims_that_refute_the_statement():
    assert {claim.identifier for claim in CLAIMS if claim.refutes} == ERRATA


def test_every_claim_names_the_lecture_or_a_paper():
    for claim in CLAIMS:
        assert re.search(r"^lecture, |\b[a-z]+\d{4}[a-z]*\b", claim.source), (claim.identifier, claim.source)


@pytest.mark.parametrize(
    "identifier",
    ["xy-has-one-equilibrium", "gan-nash-equilibrium", "variance-and-modes"],
)
def test_what_is_true_in_one_reading_is_said_to_be(identifier):
    (claim,) = [one for one in CLAIMS if one.identifier == identifier]
    assert claim.refutes.counterexample.startswith("True ")
    assert "Read as " in claim.refutes.counterexample


def test_every_picture_is_data():
    for claim in CLAIMS:
        if claim.picture is not None and claim.topic != "training":
            picture = claim.picture()
            assert picture.caption
            assert picture.x_label
            assert all(len(curve.x) == len(curve.y) for curve in picture.curves)
