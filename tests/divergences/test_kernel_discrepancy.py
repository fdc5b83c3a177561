from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given

import dualgap as dg
from dualgap.errors import CertificateError, InvalidInput
from dualgap.testing.strategies import gaussians, point_measures


@given(point_measures(2), point_measures(2), point_measures(2))
def test_mmd_of_points_is_a_metric_below_root_two(p, q, r):
    a, b, c = (dg.mmd(x, y, bandwidth=0.7) for x, y in ((p, q), (q, r), (p, r)))
    assert float(c.value) <= a.upper + b.upper + 1e-12
    assert dg.mmd(p, p, bandwidth=0.7).lower == 0
    for bracket in (a, b, c):
        assert 0 <= bracket.lower <= float(bracket.value) <= bracket.upper <= math.sqrt(2) + 1e-7
        bracket.certificate.check()


def _simulated(p, q, bandwidth, rng, n=200_000):
    x, x2 = (rng.multivariate_normal(p.mean, p.covariance, n) for _ in range(2))
    y, y2 = (rng.multivariate_normal(q.mean, q.covariance, n) for _ in range(2))

    def kernel(a, b):
        return np.exp(-((a - b) ** 2).sum(1) / (2 * bandwidth**2))

    return kernel(x, x2) + kernel(y, y2) - kernel(x, y2) - kernel(x2, y)


def test_the_closed_form_of_gaussians_is_the_mean_of_the_kernel():
    rng = np.random.default_rng(0)
    p = dg.Gaussian([0.0, 1.0], [[1.0, 0.3], [0.3, 0.5]])
    q = dg.Gaussian([1.0, 0.0], [[0.5, 0.0], [0.0, 2.0]])
    draws = _simulated(p, q, 0.8, rng)
    square = float(dg.mmd(p, q, bandwidth=0.8).value) ** 2
    assert abs(draws.mean() - square) < 5 * draws.std() / math.sqrt(len(draws))  # five standard errors, at a fixed seed


def test_points_are_normal_laws_without_variance():
    x, y = np.array([[0.0, 1.0], [2.0, 0.5]]), np.array([[1.0, 1.0]])
    p = dg.Mixture([0.5, 0.5], [dg.Gaussian(point, np.zeros((2, 2))) for point in x])
    as_points = dg.mmd(x, y, bandwidth=1.5)
    for other in (
        dg.mmd(p, dg.Points(y), bandwidth=1.5),
        dg.mmd(dg.Points(x), dg.Gaussian(y[0], np.zeros((2, 2))), bandwidth=1.5),
    ):
        assert other.method == "gaussian"
        assert float(other.value) == pytest.approx(float(as_points.value), rel=1e-14)


@given(gaussians(1), gaussians(1))
def test_mmd_of_gaussians_vanishes_only_at_equality(p, q):
    bracket = dg.mmd(p, q, bandwidth=1.0)
    equal = p.mean == q.mean and p.covariance == q.covariance
    assert (bracket.lower == 0) == bool(equal)
    assert bracket.lower <= float(bracket.value) <= bracket.upper


def test_the_interval_of_samples_covers_the_distance_of_the_laws():
    truth = float(dg.mmd(dg.Gaussian(0.0, 1.0), dg.Gaussian(0.5, 1.0), bandwidth=1.0).value)
    rng = np.random.default_rng(0)
    covered = 0
    for _ in range(200):
        x, y = rng.normal(size=40), 0.5 + rng.normal(size=60)
        bracket = dg.mmd(dg.Samples(x), dg.Samples(y), bandwidth=1.0, confidence=0.5)
        assert bracket.guarantee is dg.Guarantee.CONFIDENCE
        covered += bracket.contains(truth)
    assert covered >= 100  # the bound is far from tight: at half the level it covers nearly always


def test_higher_confidence_and_fewer_draws_widen_the_interval():
    x, y = np.random.default_rng(0).normal(size=(2, 400))
    gaps = [
        dg.mmd(dg.Samples(x[:n]), dg.Samples(y[:n] + 2), bandwidth=1.0, confidence=c).gap
        for n, c in ((400, 0.9), (400, 0.99), (100, 0.99))
    ]
    assert gaps == sorted(gaps)


def test_the_value_can_be_differentiated():
    x = torch.tensor([[0.0, 1.0], [2.0, 0.5]], dtype=torch.float64, requires_grad=True)
    logits = torch.tensor([0.2, -0.1], dtype=torch.float64, requires_grad=True)
    y = torch.tensor([[1.0, 1.0]], dtype=torch.float64)
    assert torch.autograd.gradcheck(
        lambda a, z: dg.mmd(dg.Points(a, z.softmax(-1)), y, bandwidth=1.0).value, (x, logits)
    )
    mean = torch.tensor([0.3, 0.1], dtype=torch.float64, requires_grad=True)
    eye = torch.eye(2, dtype=torch.float64)
    q = dg.Gaussian(torch.zeros(2, dtype=torch.float64), 2 * eye)
    assert torch.autograd.gradcheck(lambda m: dg.mmd(dg.Gaussian(m, eye), q, bandwidth=1.0).value, (mean,))
    (slope,) = torch.autograd.grad(dg.mmd(x, x.detach(), bandwidth=1.0).value, x)
    assert slope.abs().max() < 1e-6
    assert dg.mmd(x.detach().float(), y.float(), bandwidth=1.0).value.dtype == torch.float32


def test_changed_evidence_is_found():
    certificate = dg.mmd([0.0, 1.0], [2.0], bandwidth=1.0).certificate
    certificate.points_p[0] = 0.5
    with pytest.raises(CertificateError):
        certificate.check()


@pytest.mark.parametrize("bad", [0, -1.0, math.nan, math.inf, "wide", None, True])
def test_a_bandwidth_that_is_not_positive_is_refused(bad):
    with pytest.raises(InvalidInput, match="bandwidth must be"):
        dg.mmd([0.0], [1.0], bandwidth=bad)
    with pytest.raises(InvalidInput, match="confidence must be"):
        dg.mmd([0.0], [1.0], bandwidth=1.0, confidence=1.0)


@pytest.mark.parametrize("bad", [[math.nan], [], "text", None, [[0.0, 1.0]], np.zeros((1, 1, 1))])
def test_bad_points_are_refused_by_name(bad):
    with pytest.raises(InvalidInput, match="q"):
        dg.mmd([0.0], bad, bandwidth=1.0)
    with pytest.raises(InvalidInput, match="q"):
        dg.energy_distance([0.0], bad)


def test_points_that_are_infinitely_far_apart_are_quietly_so():
    bracket = dg.mmd(np.full((5, 2), 1e300), np.zeros((3, 2)), bandwidth=1.0)
    assert bracket.contains(np.sqrt(2))
    bracket.certificate.check()
