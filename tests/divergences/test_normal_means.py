from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import dualgap as dg
from dualgap.errors import CertificateError


def _law(rng, d):
    root = rng.normal(size=(d, d)) * 10 ** rng.uniform(-3, 2)
    normal = dg.Gaussian(rng.normal(size=d), root @ root.T)
    kind = rng.integers(3)
    other = [dg.Gaussian(rng.normal(size=d), np.eye(d)), dg.Points(rng.normal(size=(4, d)))][kind % 2]
    return normal if kind == 2 else dg.Mixture([0.3, 0.7], [normal, other])


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("bandwidth", [1e-2, 1.0, 100.0])
def test_the_discrepancy_of_normal_laws_is_proved(seed, bandwidth):
    rng = np.random.default_rng(seed)
    d = int(rng.integers(1, 4))
    p, q = _law(rng, d), _law(rng, d)
    dg.mmd(p, q, bandwidth=bandwidth, method="gaussian").certificate.check()
    dg.mmd(p, p, bandwidth=bandwidth, method="gaussian").certificate.check()


@pytest.mark.parametrize("shift", [0.0, 1e-12, 1e-5, 1.0, 1e5])
def test_the_energy_distance_of_normal_laws_is_proved(shift):
    p = dg.Mixture([0.5, 0.5], [dg.Gaussian(0.0, 1.0), dg.Gaussian(3.0, 0.01)])
    q = dg.Mixture([0.5, 0.5], [dg.Gaussian(shift, 1.0), dg.Gaussian(3.0, 0.01)])
    dg.energy_distance(p, q, method="gaussian").certificate.check()
    dg.energy_distance(dg.Gaussian(0.0, 1.0), dg.Points([shift, 1.0]), method="gaussian").certificate.check()


def test_other_laws_do_not_prove_the_claim():
    certificate = dg.mmd(dg.Gaussian(0.0, 1.0), dg.Gaussian(1.0, 1.0), bandwidth=1.0).certificate
    weights, means, covariances = certificate.p
    with pytest.raises(CertificateError):
        replace(certificate, p=(weights, means + 1e-6, covariances)).check()
    with pytest.raises(CertificateError, match="negative eigenvalue"):
        replace(certificate, p=(weights, means, -3 * covariances)).check()
    with pytest.raises(CertificateError, match="one non-negative weight"):
        replace(certificate, p=(weights[:0], means, covariances)).check()
