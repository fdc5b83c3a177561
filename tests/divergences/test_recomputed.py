from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

import dualgap as dg
from dualgap.divergences.generators import (
    ChiSquared,
    Jeffreys,
    JensenShannon,
    KullbackLeibler,
    Power,
    SquaredHellinger,
    TotalVariation,
)
from dualgap.divergences.recomputed import AtomsRecomputed
from dualgap.divergences.rules import Rule, divergence_of_atoms
from dualgap.errors import CertificateError

GENERATORS = [
    KullbackLeibler(),
    JensenShannon(),
    Jeffreys(),
    TotalVariation(),
    SquaredHellinger(),
    ChiSquared(),
    Power(0.3),
    Power(3.0),
]


def test_taylors_formula_agrees_with_sixty_digits(oracle):
    rng = np.random.default_rng(0)
    for exponent in (0, 1, 5, 13):
        p = rng.dirichlet(np.ones(40))
        q = p * (1 + 10.0**-exponent * rng.uniform(-0.9, 0.9, 40))
        for generator in GENERATORS:
            if hasattr(oracle, generator.name):
                truth = float(getattr(oracle, generator.name)(p, q))
                # u is rounded to 1e-16 of itself and squared; the integral is exact to rounding.
                assert divergence_of_atoms(p, q, generator) == pytest.approx(truth, rel=2e-14)


@pytest.mark.parametrize("divergence", [dg.kl, dg.js])
def test_a_weight_that_was_changed_is_found(divergence):
    certificate = divergence([0.25, 0.25, 0.5], [0.5, 0.25, 0.25]).certificate
    certificate.check()
    certificate.p[0] += 1e-6
    with pytest.raises(CertificateError, match="bound is claimed"):
        certificate.check()


def test_negative_evidence_is_not_admissible():
    certificate = dg.kl([0.5, 0.5], [0.25, 0.75]).certificate
    certificate.q[0] = -0.25
    with pytest.raises(CertificateError, match="not the masses of two laws"):
        certificate.check()


def test_an_infinite_claim_needs_a_missed_mass():
    certificate = dg.kl([0.5, 0.5], [1.0, 0.0]).certificate
    certificate.check()
    certificate.q[1] = 1e-3
    with pytest.raises(CertificateError):
        certificate.check()


def test_points_are_matched_again_from_their_coordinates():
    certificate = dg.js(dg.Points([0.0, 1.0]), dg.Points([1.0, 2.0])).certificate
    certificate.check()
    certificate.points_q[0] = 1.5
    with pytest.raises(CertificateError):
        certificate.check()


def test_a_certificate_of_a_batch_has_a_bound_a_row():
    rows = np.array([[0.5, 0.5], [0.25, 0.75]])
    certificate = AtomsRecomputed(lower=0.0, upper=math.inf, p=rows, q=rows[::-1].copy(), rule=Rule(GENERATORS[0]))
    assert certificate.bounds()[0].shape == (2,)


@pytest.mark.parametrize("divergence", [dg.kl, dg.jeffreys, dg.js])
@pytest.mark.parametrize("excess", [-9e-10, 0.0, 9e-10])
@pytest.mark.parametrize("mass", [5e-324, 1e-310])
def test_subnormal_masses_are_not_rounded_by_the_normalisation(divergence, excess, mass, oracle):
    p, q = [0.5, 0.5], [1 + excess, mass]
    bracket = divergence(p, q)
    bracket.certificate.check()
    truth = getattr(oracle, divergence.__name__)(p, q)
    assert bracket.lower <= truth <= bracket.upper
    divergence(q, p).certificate.check()


@pytest.mark.parametrize(
    "change", [{"p": np.array([0.5])}, {"p": np.array([0.6, 0.6])}, {"q": np.array([0.2, np.nan])}]
)
def test_weights_that_are_no_law_on_the_same_atoms_are_refused(change):
    proof = dg.kl([0.5, 0.5], [0.2, 0.8]).certificate
    with pytest.raises(CertificateError):
        dataclasses.replace(proof, **change).check()
