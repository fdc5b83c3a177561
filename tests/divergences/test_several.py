from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

import dualgap as dg
from dualgap.divergences.several import Merged
from dualgap.errors import CertificateError, InvalidInput

NORMALS = [dg.Gaussian(m, v) for m, v in ((0.0, 1.0), (1.0, 2.0), (5.0, 0.5))]


def _integral(laws, weights):
    """H(m) - sum w H(p) by the midpoint rule, which converges geometrically for analytic densities."""
    x = np.linspace(-30, 35, 40_001)
    p = [np.exp(-((x - float(g.mean[0])) ** 2) / 2 / g.covariance[0, 0]) for g in laws]
    p = [law / (law.sum() * (x[1] - x[0])) for law in p]
    m = sum(w * law for w, law in zip(weights, p, strict=True))
    terms = [
        w * np.where(law > 0, law * np.log(np.maximum(law, 1e-300) / m), 0.0) for w, law in zip(weights, p, strict=True)
    ]
    return float(np.sum(terms) * (x[1] - x[0]))


@pytest.mark.parametrize("weights", [None, [0.2, 0.3, 0.5], [0.9, 0.05, 0.05]])
def test_merging_one_after_another_gives_the_divergence_of_all(weights):
    bracket = dg.js(*NORMALS, weights=weights)
    assert bracket.guarantee is dg.Guarantee.CERTIFIED
    assert bracket.contains(_integral(NORMALS, weights or [1 / 3] * 3))
    assert bracket.gap < 1e-5
    bracket.certificate.check()


def test_the_order_of_the_laws_does_not_matter_within_the_bracket():
    first, second = dg.js(*NORMALS), dg.js(*NORMALS[::-1])
    assert first.lower <= second.upper
    assert second.lower <= first.upper


def test_two_laws_with_weights_are_a_skew_divergence():
    bracket = dg.js(NORMALS[0], NORMALS[1], weights=[0.2, 0.8])
    assert bracket.quantity == "js"
    assert bracket.contains(_integral(NORMALS[:2], [0.2, 0.8]))
    even = dg.js(NORMALS[0], NORMALS[1], weights=[0.5, 0.5])
    assert even.contains(float(dg.js(NORMALS[0], NORMALS[1])))


def test_a_law_of_no_weight_does_not_count():
    with_it = dg.js([0.5, 0.5], [1.0, 0.0], [0.0, 1.0], weights=[0.5, 0.5, 0.0])
    assert float(with_it) == pytest.approx(float(dg.js([0.5, 0.5], [1.0, 0.0])), rel=1e-14)
    assert float(dg.js([0.5, 0.5], [1.0, 0.0], weights=[1.0, 0.0])) == 0


def test_mutually_singular_laws_have_the_entropy_of_their_weights():
    laws = (stats.uniform(0, 1), stats.uniform(2, 1), dg.Points([0.5]))
    bracket = dg.js(*laws, weights=[0.2, 0.3, 0.5])
    assert float(bracket) == pytest.approx(-sum(w * math.log(w) for w in (0.2, 0.3, 0.5)), rel=1e-14)
    assert bracket.guarantee is dg.Guarantee.EXACT
    assert "singular" in bracket.reason
    bracket.certificate.check()


def test_a_group_apart_adds_the_entropy_of_the_groups():
    bracket = dg.js(NORMALS[0], NORMALS[1], dg.Points([0.0, 1.0]))
    inner = dg.js(NORMALS[0], NORMALS[1])
    assert float(bracket) == pytest.approx(math.log(3) - 2 / 3 * math.log(2) + 2 / 3 * float(inner), rel=1e-6)
    bracket.certificate.check()


def test_mixtures_in_the_plane_are_bracketed_and_drawn():
    laws = [dg.Gaussian(np.full(2, i), (1 + i) * np.eye(2)) for i in range(3)]
    certified = dg.js(*laws)
    drawn = dg.js(*laws, method="monte_carlo", draws=20_000, seed=1)
    assert certified.guarantee is dg.Guarantee.CERTIFIED
    assert drawn.guarantee is dg.Guarantee.CONFIDENCE
    assert drawn.confidence == pytest.approx(0.9)  # two intervals of 95%, by Boole's inequality
    assert certified.lower <= drawn.upper
    assert drawn.lower <= certified.upper
    assert certified.upper <= math.log(3) + 1e-12


def test_a_claim_beyond_the_parts_is_refused():
    bracket = dg.js(*NORMALS)
    assert isinstance(bracket.certificate, Merged)
    from dataclasses import replace

    with pytest.raises(CertificateError):
        replace(bracket.certificate, lower=bracket.lower + 1e-3).check()


@pytest.mark.parametrize(
    ("weights", "words"),
    [([0.5, 0.5], "shape"), ([0.5, 0.4, 0.0], "sum to 1"), ([-1.0, 1.0, 1.0], "negative"), ("a", "text")],
)
def test_weights_that_are_none_are_refused(weights, words):
    with pytest.raises(InvalidInput, match=words) as caught:
        dg.js([0.5, 0.5], [0.5, 0.5], [0.5, 0.5], weights=weights)
    assert caught.value.argument == "weights"


def test_what_is_no_law_and_options_of_no_method_are_refused():
    with pytest.raises(InvalidInput, match=r"more\[0\]"):
        dg.js([0.5, 0.5], [0.5, 0.5], [0.5, 0.6])
    with pytest.raises(InvalidInput, match="dimension"):
        dg.js(NORMALS[0], NORMALS[1], dg.Gaussian([0.0, 0.0], np.eye(2)))
    with pytest.raises(InvalidInput, match="draws"):
        dg.js([0.5, 0.5], [0.5, 0.5], [0.5, 0.5], draws=3)
    with pytest.raises(InvalidInput, match="method"):
        dg.js([0.5, 0.5], [0.5, 0.5], [0.5, 0.5], method="cells")
