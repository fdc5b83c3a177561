from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
import torch

import dualgap as dg
from dualgap.errors import CertificateError

COVARIANCE = np.array([[2.0, 0.5, 0.0], [0.5, 1.0, 0.3], [0.0, 0.3, 0.7]])
SHIFT = np.array([0.5, -1.0, 0.25])


def _pair():
    return dg.Gaussian(np.zeros(3), COVARIANCE), dg.Gaussian(SHIFT, COVARIANCE)


def test_the_divergence_is_that_of_the_line_at_the_mahalanobis_distance():
    distance = math.sqrt(SHIFT @ np.linalg.solve(COVARIANCE, SHIFT))
    line = dg.js(dg.Gaussian(0.0, 1.0), dg.Gaussian(distance, 1.0))
    bracket = dg.js(*_pair())
    assert (bracket.method, bracket.guarantee) == ("cells", dg.Guarantee.CERTIFIED)
    assert float(bracket.value) == pytest.approx(float(line.value), rel=1e-9)
    assert bracket.gap < 1e-5 * bracket.lower
    bracket.certificate.check()


def test_closed_forms_lie_in_the_bracket_of_cells():
    p, q = _pair()
    for generator, exact in (
        (dg.divergences.KullbackLeibler(), dg.kl),
        (dg.divergences.TotalVariation(), dg.total_variation),
        (dg.divergences.SquaredHellinger(), dg.hellinger),
    ):
        bracket = dg.f_divergence(p, q, generator)
        assert bracket.contains(float(exact(p, q).value))
        bracket.certificate.check()


def test_it_tightens_the_closed_form_bounds():
    p, q = _pair()
    cells, overlap = dg.js(p, q), dg.js(p, q, method="overlap")
    assert overlap.lower <= cells.lower <= cells.upper <= overlap.upper


def test_the_value_can_be_differentiated():
    covariance = torch.tensor(COVARIANCE)
    p = dg.Gaussian(torch.zeros(3, dtype=torch.float64), covariance)
    mean = torch.tensor(SHIFT, requires_grad=True)
    assert torch.autograd.gradcheck(lambda m: dg.js(p, dg.Gaussian(m, covariance)).value, (mean,))


def test_a_mean_that_was_moved_is_found():
    certificate = dg.js(*_pair()).certificate
    certificate.mean_q[0] += 0.01
    with pytest.raises(CertificateError, match="does not lie between"):
        certificate.check()
    certificate.covariance_q[0, 0] += 1.0
    with pytest.raises(CertificateError, match="not equal"):
        certificate.check()


def test_equal_laws_and_singular_ones_are_left_to_others():
    p, _ = _pair()
    assert dg.js(p, p).guarantee is dg.Guarantee.EXACT
    flat = [dg.Gaussian([theta, 0.0], np.diag([0.0, 1.0])) for theta in (0.0, 1.0)]
    assert dg.js(*flat).method == "singular"
    along = [dg.Gaussian([0.0, theta], np.diag([0.0, 1.0])) for theta in (0.0, 1.0)]
    bracket = dg.js(*along)
    assert float(bracket.value) == pytest.approx(
        float(dg.js(dg.Gaussian(0.0, 1.0), dg.Gaussian(1.0, 1.0)).value), rel=1e-9
    )
    bracket.certificate.check()


@pytest.mark.parametrize("gap", [1e-7, 1e-13])
def test_the_distance_of_almost_singular_laws_is_that_of_their_difference(gap):
    covariance = np.array([[1.0, 1 - gap], [1 - gap, 1.0]])
    shift = np.sqrt(gap)
    p, q = dg.Gaussian([0.0, 0.0], covariance), dg.Gaussian([shift, -shift], covariance)
    # S^-1 (1, -1) = (1, -1) / gap for the gap as it is rounded.
    distance = math.sqrt(2 * shift**2 / (1 - (1 - gap)))
    line = dg.js(dg.Gaussian(0.0, 1.0), dg.Gaussian(distance, 1.0))
    bracket = dg.js(p, q)
    assert bracket.lower <= line.upper
    assert line.lower <= bracket.upper
    assert float(bracket.value) == pytest.approx(float(line.value), rel=1e-9)
    bracket.certificate.check()


def test_cells_of_other_laws_prove_nothing():
    proof = dg.js(dg.Gaussian([0.0, 0.0], np.eye(2)), dg.Gaussian([1.0, 0.0], np.eye(2))).certificate
    law = proof.nearer.p
    wider = dataclasses.replace(law, humps=(dataclasses.replace(law.humps[0], scale=0.9),))
    with pytest.raises(CertificateError, match="cells"):
        dataclasses.replace(proof, nearer=dataclasses.replace(proof.nearer, p=wider)).check()
