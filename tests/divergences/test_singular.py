from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

import dualgap as dg
from dualgap.divergences.singular import SingularPair, mass_kind, why_singular
from dualgap.errors import CertificateError, InvalidInput

LN2 = math.log(2)
NORMAL = dg.Gaussian([0.0, 0.0], np.eye(2))
LINE = dg.Gaussian([0.0, 0.0], np.diag([1.0, 0.0]))
POINT = dg.Gaussian([0.0, 0.0], np.zeros((2, 2)))
ATOMS = dg.Points([[0.0, 0.0], [1.0, 1.0]])
UNIFORM = dg.Density(lambda x: np.zeros(len(x)), dimension=2, support=(0.0, 1.0))
MIXTURE = dg.Mixture([0.5, 0.5], [NORMAL, dg.Gaussian([3.0, 0.0], np.eye(2))])
SINGULAR = [
    (ATOMS, NORMAL),
    (ATOMS, UNIFORM),
    (ATOMS, LINE),
    (LINE, UNIFORM),
    (POINT, NORMAL),
    (POINT, MIXTURE),
    (LINE, MIXTURE),
    (ATOMS, MIXTURE),
]


@pytest.mark.parametrize(("p", "q"), SINGULAR + [(q, p) for p, q in SINGULAR])
def test_singular_laws_have_infinite_kl_and_js_ln_2_with_the_reason(p, q):
    kl, js = dg.kl(p, q), dg.js(p, q)
    assert kl.value == kl.lower == kl.upper == math.inf
    assert js.value == js.lower == js.upper == LN2
    for bracket in (kl, js):
        assert bracket.guarantee is dg.Guarantee.EXACT
        assert bracket.method == "singular"
        assert "because" in bracket.reason
        bracket.certificate.check()


def test_disjoint_intervals_are_singular():
    p, q = stats.uniform(0, 1), stats.uniform(1, 1)
    assert dg.js(p, q).value == LN2
    assert dg.kl(p, q).value == math.inf
    assert dg.kl(p, q).reason == "infinite because all of p lies in [0, 1] and all of q in [1, 2]"


def test_a_gaussian_is_not_continuous_with_respect_to_a_bounded_law():
    p, q = dg.Gaussian(0.0, 1.0), stats.uniform(-5, 10)
    bracket = dg.kl(p, q)
    assert bracket.value == math.inf
    assert bracket.reason == "infinite because p has mass in all of [-inf, inf], q has none outside of [-5, 5]"
    bracket.certificate.check()


def test_laws_that_share_mass_are_not_called_singular():
    assert why_singular(NORMAL, MIXTURE) == ""
    assert why_singular(UNIFORM, dg.Density(lambda x: np.zeros(len(x)), dimension=2, support=(0.5, 1.5))) == ""
    half_atomic = dg.Mixture([0.5, 0.5], [NORMAL, POINT])
    assert mass_kind(half_atomic) == "unknown"
    assert why_singular(half_atomic, NORMAL) == ""
    assert mass_kind(dg.Mixture([1.0, 0.0], [NORMAL, POINT])) == "continuous"


def test_a_claim_of_singularity_is_checked():
    certificate = SingularPair(lower=math.inf, upper=math.inf, p=NORMAL, q=MIXTURE, singular=math.inf)
    with pytest.raises(CertificateError, match="not singular"):
        certificate.check()


def test_a_component_without_weight_has_no_support():
    uniform = stats.uniform(0, 1)
    law = dg.Mixture([0.0, 1.0], [dg.Gaussian(0.0, 1.0), uniform])
    assert dg.kl(law, stats.uniform(-1, 3)).contains(math.log(3))


@pytest.mark.parametrize("pair", [(stats.uniform(0.3, 0.4), stats.uniform(0, 2)), (stats.expon(), stats.norm())])
def test_jeffreys_is_infinite_whichever_law_misses_mass_and_says_which(pair):
    for p, q, has in ((*pair, "q"), (*pair[::-1], "p")):
        bracket = dg.jeffreys(p, q)
        assert bracket.lower == bracket.upper == math.inf
        assert bracket.guarantee is dg.Guarantee.EXACT
        assert bracket.reason.startswith(f"infinite because {has} has mass in all of")
        bracket.certificate.check()


def test_angles_and_numbers_are_not_compared():
    """The density of a law of angles is periodic: over the line it has no integral."""
    angles = stats.vonmises(2.0, 0.3)
    for other in (stats.norm(), stats.uniform(-1, 5)):
        for p, q in ((angles, other), (other, angles)):
            for function in (dg.kl, dg.js):
                with pytest.raises(InvalidInput):
                    function(p, q)
