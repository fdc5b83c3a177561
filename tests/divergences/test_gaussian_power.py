from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given

import dualgap as dg
from dualgap.testing.strategies import gaussians


def _positive(rng, d):
    root = rng.normal(size=(d, d)) / math.sqrt(d)
    return root @ root.T + 0.5 * np.eye(d)


@pytest.mark.parametrize("order", [0.2, 0.5, 0.9, 1.1, 2.0])
@pytest.mark.parametrize("size", [0.3, 1e-3, 1e-9])
@pytest.mark.parametrize("d", [1, 3])
def test_renyi_keeps_relative_accuracy_as_the_laws_approach(order, size, d, oracle):
    rng = np.random.default_rng(d)
    m1, s1 = rng.normal(size=d), _positive(rng, d)
    m2, s2 = m1 + size * rng.normal(size=d), s1 + size * _positive(rng, d)
    bracket = dg.renyi(dg.Gaussian(m1, s1), dg.Gaussian(m2, s2), order=order)
    truth = oracle.gaussian_renyi(m1, s1, m2, s2, order)
    # Condition numbers up to about 10, and the order next to 1 divides by its distance.
    assert float(bracket.value) == pytest.approx(float(truth), rel=1e-13)
    assert bracket.lower <= truth <= bracket.upper
    bracket.certificate.check()


@given(gaussians(2), gaussians(2))
def test_hellinger_chi_squared_and_renyi_meet(p, q):
    hellinger, chi = dg.hellinger(p, q), dg.chi_squared(p, q)
    half, two = dg.renyi(p, q, order=0.5), dg.renyi(p, q, order=2)
    assert float(hellinger.value) == pytest.approx(-math.expm1(-float(half.value) / 2), rel=1e-12)
    assert (chi.value == math.inf) == (float(two.value) == math.inf or float(two.value) > 709)
    for bracket in (hellinger, chi, half, two, dg.jeffreys(p, q), dg.total_variation(p, q)):
        assert bracket.lower <= float(bracket.value) <= bracket.upper
        bracket.certificate.check()
    assert float(half.value) <= dg.kl(p, q).upper
    assert float(dg.kl(p, q).value) <= two.upper * (1 + 1e-12)


def test_chi_squared_is_finite_exactly_when_twice_the_variance_of_q_exceeds_that_of_p():
    q = dg.Gaussian(0.0, 1.0)
    assert dg.chi_squared(dg.Gaussian(0.0, 1.99), q).value < math.inf
    for variance in (2.0, 2.5):
        bracket = dg.chi_squared(dg.Gaussian(0.0, variance), q)
        assert bracket.value == bracket.lower == math.inf
        assert "too wide" in bracket.reason
        bracket.certificate.check()


def test_chi_squared_beyond_every_double_is_not_called_infinite():
    bracket = dg.chi_squared(dg.Gaussian(30.0, 1.0), dg.Gaussian(0.0, 1.0))  # e^900
    assert bracket.upper == math.inf
    assert math.isfinite(bracket.lower)
    assert "largest double" in bracket.reason


def test_total_variation_at_equal_covariance_is_erf():
    covariance = [[2.0, 0.5], [0.5, 1.0]]
    bracket = dg.total_variation(dg.Gaussian([0.0, 0.0], covariance), dg.Gaussian([1.0, 2.0], covariance))
    distance = math.sqrt(np.array([1.0, 2.0]) @ np.linalg.solve(covariance, [1.0, 2.0]))
    assert bracket.guarantee is dg.Guarantee.EXACT
    assert float(bracket.value) == pytest.approx(math.erf(distance / math.sqrt(8)), rel=1e-14)
    far = dg.total_variation(dg.Gaussian(0.0, 1.0), dg.Gaussian(100.0, 1.0))
    assert far.value == 1.0
    for one in (bracket, far):
        one.certificate.check()


@pytest.mark.parametrize(
    "divergence", [dg.hellinger, dg.chi_squared, dg.jeffreys, lambda p, q: dg.renyi(p, q, order=1.7)]
)
@pytest.mark.parametrize("shift", [0.0, 0.05, 0.5])
def test_the_gradient_is_right_at_equality_too(divergence, shift):
    mean = torch.tensor([0.3, -0.2], dtype=torch.float64)
    root = torch.tensor([[1.0, 0.0], [0.4, 0.8]], dtype=torch.float64)

    def value(m1, r1, m2, r2):
        return divergence(dg.Gaussian(m1, r1 @ r1.T), dg.Gaussian(m2, r2 @ r2.T)).value

    inputs = [x.clone().requires_grad_() for x in (mean, root, mean + shift, root * (1 + shift))]
    assert torch.autograd.gradcheck(value, inputs, atol=1e-5)  # at equality: the curvature times the step of 1e-6


def test_total_variation_of_shifted_gaussians_can_be_differentiated():
    shift = torch.tensor([0.7], dtype=torch.float64, requires_grad=True)
    covariance = torch.tensor([[2.0]], dtype=torch.float64)
    law = dg.Gaussian(torch.zeros(1, dtype=torch.float64), covariance)
    assert torch.autograd.gradcheck(lambda m: dg.total_variation(law, dg.Gaussian(m, covariance)).value, (shift,))


@pytest.mark.parametrize("order", [1e-4, 0.01, 0.5, 1.001, 2.0, 7.0])
@pytest.mark.parametrize("gaps", [(1e-13, 4e-13), (1e-13, 1.1e-13), (1e-9, 1e-5)])
def test_renyi_of_almost_singular_laws(order, gaps, oracle):
    zero, mean = np.zeros(2), np.array([1e-7, 0.0])
    first, second = (np.array([[1.0, 1 - gap], [1 - gap, 1.0]]) for gap in gaps)
    bracket = dg.renyi(dg.Gaussian(zero, first), dg.Gaussian(mean, second), order=order)
    truth = oracle.gaussian_renyi(zero, first, mean, second, order)
    assert bracket.guarantee is dg.Guarantee.EXACT
    assert bracket.lower <= truth <= bracket.upper
    assert bracket.gap <= 1e-9 * bracket.upper
    bracket.certificate.check()


def test_chi_squared_diverges_exactly_at_twice_the_variance():
    q = dg.Gaussian([0.0, 0.0], np.eye(2))
    assert dg.chi_squared(dg.Gaussian([0.0, 0.0], np.diag([1.0, 2.0])), q).lower == math.inf
    below = dg.chi_squared(dg.Gaussian([0.0, 0.0], np.diag([1.0, np.nextafter(2.0, 0.0)])), q)
    # 1/sqrt(v (2 - v)) - 1 with 2 - v = 2^-52
    assert float(below.value) == pytest.approx(2.0**25.5 - 1, rel=1e-12)
    assert below.guarantee is dg.Guarantee.EXACT
    below.certificate.check()


def test_hellinger_between_very_different_scales(oracle):
    first, second = np.diag([1.0, 1e-12, 1e4]), np.diag([1e-10, 1.0, 1e4])
    bracket = dg.hellinger(dg.Gaussian(np.zeros(3), first), dg.Gaussian(np.zeros(3), second))
    half = oracle.gaussian_renyi(np.zeros(3), first, np.zeros(3), second, 0.5)
    assert bracket.lower <= 1 - oracle.mp.exp(-half / 2) <= bracket.upper


def test_a_small_order_of_variances_of_different_size(oracle):
    bracket = dg.renyi(dg.Gaussian(0.0, 1e-3), dg.Gaussian(0.3, 1e2), order=1e-4)
    assert bracket.lower <= oracle.gaussian_renyi(0.0, 1e-3, 0.3, 1e2, 1e-4) <= bracket.upper
