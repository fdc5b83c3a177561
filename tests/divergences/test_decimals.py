from __future__ import annotations

import numpy as np
import pytest

import dualgap as dg
from dualgap.errors import CertificateError


def _bracket(divergence=dg.kl):
    return divergence(dg.Gaussian([0.0, 1.0], [[1.0, 0.5], [0.5, 2.0]]), dg.Gaussian([1.0, 1.0], np.eye(2)))


def test_sixty_digits_agree_with_the_textbook(oracle):
    bracket = _bracket()
    truth = oracle.gaussian_kl([0.0, 1.0], [[1.0, 0.5], [0.5, 2.0]], [1.0, 1.0], np.eye(2))
    assert bracket.certificate.bounds() == (float(truth), float(truth))


@pytest.mark.parametrize("divergence", [dg.kl, dg.js])
@pytest.mark.parametrize("name", ["mean_p", "covariance_q"])
def test_a_parameter_that_was_changed_is_found(divergence, name):
    certificate = _bracket(divergence).certificate
    certificate.check()
    getattr(certificate, name).flat[0] -= 0.01
    with pytest.raises(CertificateError):
        certificate.check()


def test_an_indefinite_covariance_is_not_admissible():
    certificate = _bracket().certificate
    certificate.covariance_p[1, 1] = -2.0
    with pytest.raises(CertificateError, match="not positive definite"):
        certificate.check()


def test_dimension_64_is_checked():
    rng = np.random.default_rng(0)
    root = rng.normal(size=(64, 64)) / 8
    bracket = dg.kl(dg.Gaussian(np.zeros(64), root @ root.T + np.eye(64)), dg.Gaussian(np.ones(64), np.eye(64)))
    bracket.certificate.check()
    assert bracket.gap < 1e-9 * float(bracket.value)


def test_certificates_judge_the_supports_themselves():
    line = np.array([[1.0, 1.0], [1.0, 1.0]])
    certificate = dg.kl(dg.Gaussian([0.0, 0.0], line), dg.Gaussian([1.0, 1.0], 2 * line)).certificate
    certificate.check()
    certificate.mean_q[0] += 1e-12
    with pytest.raises(CertificateError, match="same affine subspace"):
        certificate.check()
