from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

import dualgap as dg
from dualgap.divergences.families.digits import FamilyRecomputed
from dualgap.errors import CertificateError


def test_a_claim_that_is_off_by_a_billionth_is_refused():
    certificate = dg.kl(stats.gamma(2.0), stats.gamma(3.0, scale=0.7)).certificate
    certificate.check()
    for lower, upper in ((1 + 1e-9, 2), (0, 1 - 1e-9)):
        with pytest.raises(CertificateError):
            replace(certificate, lower=certificate.lower * lower, upper=certificate.upper * upper).check()


def test_other_parameters_do_not_prove_the_claim():
    certificate = dg.kl(stats.gamma(2.0), stats.gamma(3.0, scale=0.7)).certificate
    with pytest.raises(CertificateError):
        replace(certificate, p=certificate.p | {"a": np.asarray(2.0 + 1e-9)}).check()
    with pytest.raises(CertificateError, match="there is no closed form"):
        replace(certificate, form="other").check()
    with pytest.raises(CertificateError, match="there is no closed form"):
        replace(certificate, p=certificate.p | {"a": np.asarray(math.nan)}).check()
    with pytest.raises(CertificateError, match="no formula of the Renyi divergence"):
        replace(dg.kl(stats.halfcauchy(), stats.halfcauchy(scale=2.0)).certificate, order=2.0).check()


def test_what_no_double_can_hold_is_finite_all_the_same():
    bracket = dg.kl(stats.weibull_min(1e-3), stats.weibull_min(1.0, scale=1.0))  # Gamma(1001)
    assert bracket.lower == np.finfo(np.float64).max
    assert bracket.upper == math.inf
    assert bracket.reason == "finite, but larger than the largest double"
    bracket.certificate.check()


def test_equal_parameters_give_zero_and_close_ones_more_digits():
    one = {"loc": np.asarray(0.0), "scale": np.asarray(1.0)}
    close = one | {"loc": np.asarray(5e-324)}
    same = FamilyRecomputed(lower=0.0, upper=0.0, form="cauchy", p=one, q=one)
    assert same.bounds() == (0.0, 0.0)
    assert replace(same, q=close | {"scale": np.asarray(1 + 2**-52)}).bounds()[0] == pytest.approx(2**-106, rel=1e-12)


def test_laws_that_the_form_does_not_take_together_are_refused():
    """The formula of two beta laws is for one interval; on two, the divergence is infinite."""
    proof = dg.kl(stats.beta(2.0, 3.0), stats.beta(3.0, 2.5)).certificate
    proof.check()
    for name in ("loc", "scale"):
        with pytest.raises(CertificateError, match="wants equal"):
            replace(proof, p=proof.p | {name: proof.p[name] + 0.1}).check()
