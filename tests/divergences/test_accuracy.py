from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

import dualgap as dg
from dualgap.errors import CertificateError

RNG = np.random.default_rng(0)


def _shifted(n, m, shift, rng=RNG):
    return dg.Samples(rng.normal(shift, 1.0, n)), dg.Samples(rng.normal(0.0, 1.0, m))


def test_the_bounds_hold_and_the_certificate_counts_again():
    rng = np.random.default_rng(1)
    held = 0
    for seed in range(100):
        p, q = _shifted(60, 90, 1.0, rng)
        bracket = dg.total_variation(p, q, method="accuracy", confidence=0.8, seed=seed, critic=lambda x: x[:, 0] - 0.5)
        held += bracket.lower <= 0.38292
        js = dg.js(p, q, method="accuracy", confidence=0.8, seed=seed, critic=lambda x: x[:, 0] - 0.5)
        assert js.lower == pytest.approx(
            ((1 + bracket.lower) * math.log1p(bracket.lower) + (1 - bracket.lower) * math.log1p(-bracket.lower)) / 2
        )
        assert js.lower <= 0.11143 or bracket.lower > 0.38292  # JS >= phi(V) / 2
        if seed % 20 == 0:
            bracket.certificate.check()
            js.certificate.check()
    assert held >= 80 - 20  # five standard errors


def test_changed_counts_are_found():
    proof = dg.js(*_shifted(100, 100, 2.0), method="accuracy").certificate
    assert proof.lower > 0.03
    hits = proof.hits
    for forged in (
        dataclasses.replace(proof, hits=(hits[0] - 1, hits[1])),
        dataclasses.replace(proof, lower=proof.lower + 1e-6),
        dataclasses.replace(proof, hits=(60, 10)),
    ):
        with pytest.raises(CertificateError):
            forged.check()


def test_separated_laws_come_near_the_ceiling():
    p, q = _shifted(2000, 2000, 100.0)
    assert dg.total_variation(p, q, method="accuracy").lower > 0.99
    assert dg.js(p, q, method="accuracy").lower > 0.66


def test_the_ceiling_is_that_of_the_quantity():
    rng = np.random.default_rng(0)
    p, q = dg.Samples(rng.normal(size=(200, 1)) + 2), dg.Samples(rng.normal(size=(200, 1)))
    proof = dg.js(p, q, method="accuracy").certificate
    for forged in (dataclasses.replace(proof, upper=0.5), dataclasses.replace(proof, quantity="kl")):
        with pytest.raises(CertificateError):
            forged.check()
