"""Certificates of critics on discrete measures: what they prove, and that a lie is found."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import dualgap as dg
from dualgap.divergences import ChiSquared, KullbackLeibler
from dualgap.duals import CriticCertificate
from dualgap.errors import CertificateError

P, Q = np.array([0.2, 0.5, 0.3]), np.array([0.6, 0.1, 0.3])
RATIO = np.log(P / Q)


def made(scores=RATIO, generator=None, **changes):
    generator = KullbackLeibler() if generator is None else generator
    fields = {"scores": (scores, scores), "masses": (P, Q), "generator": generator}
    return CriticCertificate(lower=0.0, upper=np.inf, **(fields | changes)).claiming()


def test_the_logarithm_of_the_ratio_proves_the_divergence_and_anything_else_proves_less():
    truth = float(dg.kl(P, Q))
    assert made().lower == pytest.approx(truth, rel=1e-12)
    assert made().lower <= truth
    assert made(RATIO + 0.1).lower < truth
    assert made(generator=ChiSquared()).lower == pytest.approx(float(dg.chi_squared(P, Q)), rel=1e-12)


def test_a_claim_beyond_its_evidence_is_found():
    certificate = made()
    certificate.check()
    for change in ({"lower": certificate.lower + 1e-6}, {"upper": 0.1}):
        with pytest.raises(CertificateError, match="bound is claimed as"):
            dataclasses.replace(certificate, **change).check()
    for change, said in (
        ({"scores": (np.full(3, np.nan), RATIO)}, "not finite"),
        ({"masses": (P * 2, Q)}, "masses must be"),
        ({"masses": (-P, Q)}, "masses must be"),
    ):
        with pytest.raises(CertificateError, match=said):
            dataclasses.replace(certificate, **change).check()


def test_terms_that_are_no_conjugate_pair_are_found():
    class Smaller(KullbackLeibler):  # f below its own tangents: the terms would promise too much
        def f(self, t):
            return super().f(t) / 2

    with pytest.raises(CertificateError, match="not those of the generator"):
        made(generator=Smaller())
