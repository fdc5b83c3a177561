from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from scipy import integrate, stats

import dualgap as dg
from dualgap.errors import CertificateError, InvalidInput
from dualgap.testing.strategies import gaussians, point_measures


@given(point_measures(1), point_measures(1))
def test_energy_distance_on_the_line_is_that_of_scipy_and_of_the_pairs(p, q):
    bracket, pairs = dg.energy_distance(p, q), dg.energy_distance(p, q, method="sum")
    theirs = stats.energy_distance(p.points[:, 0], q.points[:, 0], p.weights, q.weights)
    assert float(bracket.value) == pytest.approx(theirs, rel=1e-12, abs=1e-15)
    assert bracket.method == "sorted"
    # The sum over pairs cancels: the square is right to 1e-15 of distances up to 8.
    assert float(pairs.value) ** 2 == pytest.approx(float(bracket.value) ** 2, abs=1e-13)
    for one in (bracket, pairs):
        assert 0 <= one.lower <= float(one.value) <= one.upper
        one.certificate.check()


@given(point_measures(2), point_measures(2), point_measures(2))
def test_energy_distance_is_a_metric(p, q, r):
    a, b, c = (dg.energy_distance(x, y) for x, y in ((p, q), (q, r), (p, r)))
    assert c.lower <= a.upper + b.upper
    assert dg.energy_distance(p, p).lower == 0
    a.certificate.check()


@given(gaussians(1), gaussians(1))
def test_gaussians_have_twice_the_integral_of_the_squared_difference_of_cdfs(p, q):
    laws = [(float(law.mean[0]), math.sqrt(law.covariance[0, 0])) for law in (p, q)]

    def below(x, law):
        return math.erfc((law[0] - x) / law[1] / math.sqrt(2)) / 2

    square, error = integrate.quad(
        lambda x: 2 * (below(x, laws[0]) - below(x, laws[1])) ** 2, -60, 60, points=[p.mean[0], q.mean[0]], limit=200
    )
    bracket = dg.energy_distance(p, q)
    assert float(bracket.value) ** 2 == pytest.approx(square, abs=error + 1e-9)


def test_points_and_mixtures_meet_on_the_line():
    mixture = dg.Mixture([0.5, 0.5], [dg.Gaussian(0.0, 1e-12), dg.Gaussian(1.0, 1e-12)])
    bracket = dg.energy_distance(mixture, dg.Points([2.0]))
    assert bracket.method == "gaussian"
    assert float(bracket.value) == pytest.approx(math.sqrt(2.5), rel=1e-6)  # deviations of 1e-6
    with pytest.raises(InvalidInput, match="there are methods for"):
        dg.energy_distance(dg.Gaussian([0.0, 0.0], np.eye(2)), dg.Points([[0.0, 0.0]]))


def test_near_equality_nothing_cancels_on_the_line():
    x = np.linspace(0.0, 1.0, 101)
    p = np.full(101, 1 / 101)
    q = p.copy()
    q[10], q[60] = q[10] + 1e-13, q[60] - 1e-13
    bracket = dg.energy_distance(dg.Points(x, p), dg.Points(x, q))
    moved = float(q[10]) - 1 / 101
    assert float(bracket.value) == pytest.approx(
        math.sqrt(2 * moved**2 * 0.5), rel=1e-2
    )  # 1e-16 of 1e-2, next to 1e-13
    bracket.certificate.check()


def test_the_value_can_be_differentiated():
    x = torch.tensor([0.0, 1.0, 0.4], dtype=torch.float64, requires_grad=True)
    y = torch.tensor([1.5, -0.5], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda a, b: dg.energy_distance(a, b).value, (x, y))
    assert torch.autograd.gradcheck(
        lambda a, b: dg.energy_distance(a[:, None].expand(3, 2), b[:, None].expand(2, 2)).value, (x, y)
    )
    assert dg.energy_distance(x.detach().float(), y.detach().float()).value.dtype == torch.float32


def test_changed_evidence_is_found():
    certificate = dg.energy_distance([0.0, 1.0], [2.0]).certificate
    certificate.x[0] = 0.5
    with pytest.raises(CertificateError):
        certificate.check()


@pytest.mark.parametrize("wrap", [dg.Points, dg.Samples])
def test_distances_whose_squares_no_double_holds_are_refused(wrap):
    x = np.random.default_rng(0).normal(size=(20, 2)) * 1e300
    with pytest.raises(InvalidInput, match="common unit"):
        dg.energy_distance(wrap(x), wrap(-x))
