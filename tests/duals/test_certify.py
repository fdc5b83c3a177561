"""Certificates of critics: what they prove, how often it holds, and that a lie is found."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from scipy import stats

from dualgap.duals.certify import CriticCertificate, HeldOutCertificate
from dualgap.errors import CertificateError


def held_out(real_terms, fake_terms, **changes):
    made = HeldOutCertificate(
        lower=-math.inf,
        upper=math.inf,
        real_terms=real_terms,
        fake_terms=fake_terms,
        slope=1.0,
        offset=0.0,
        level=0.9,
        value_range=1.0,
        ceiling=10.0,
    )
    made = dataclasses.replace(made, **changes)
    lower, upper = made.bounds()
    return dataclasses.replace(made, lower=lower, upper=upper)


def test_hoeffdings_margin_covers_at_least_as_often_as_it_says():
    rng = np.random.default_rng(0)
    truth, repetitions, n = 0.6, 2000, 50
    misses = 0
    for _ in range(repetitions):
        certificate = held_out(rng.beta(1, 1, n) / 5 + 0.5, rng.beta(1, 1, n) / 5 - 0.1, value_range=0.2)
        misses += certificate.lower > truth
    # binomial at level 0.9: more than 250 of 2000 misses would have probability below 1e-4 if the level held
    assert misses <= stats.binom.ppf(1 - 1e-4, repetitions, 0.1)


def test_a_claim_beyond_its_evidence_is_found():
    rng = np.random.default_rng(2)
    certificate = held_out(rng.uniform(size=500) + 1, rng.uniform(size=500))
    certificate.check()
    for change in ({"lower": certificate.lower + 1e-6}, {"upper": certificate.upper - 1e-6}):
        with pytest.raises(CertificateError, match="bound is claimed as"):
            dataclasses.replace(certificate, **change).check()
    certificate.real_terms[3] -= 0.5
    with pytest.raises(CertificateError):
        certificate.check()


def test_terms_wider_than_the_range_that_is_claimed_are_found():
    certificate = held_out(np.linspace(0, 1, 50), np.linspace(0, 1, 50))
    certificate.real_terms[0] = 5.0
    with pytest.raises(CertificateError, match="terms spread over"):
        certificate.check()
    certificate.real_terms[0] = np.nan
    with pytest.raises(CertificateError, match="not finite"):
        certificate.check()


def test_a_critic_on_discrete_measures_proves_its_weighted_sum():
    masses = np.array([0.25, 0.75]), np.array([1.0])
    made = CriticCertificate(
        lower=0.0,
        upper=1.0,
        real_terms=np.array([1.0, 2.0]),
        fake_terms=np.array([-0.5]),
        masses=masses,
        slope=0.5,
        offset=0.1,
        ceiling=1.0,
    )
    lower, upper = made.bounds()
    assert abs(lower - (0.5 * (1.75 - 0.5) + 0.1)) < 1e-14
    assert lower <= 0.5 * 1.25 + 0.1
    assert upper == 1.0
    made.check()
    with pytest.raises(CertificateError):
        dataclasses.replace(made, lower=0.8).check()
