from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import dualgap as dg
from dualgap.testing.strategies import gaussians

LN2 = math.log(2)
ROUNDING = 1e-12


def _positive(rng, d):
    root = rng.normal(size=(d, d)) / math.sqrt(d)
    return root @ root.T + 0.1 * np.eye(d)


@pytest.mark.parametrize("d", [1, 2, 5])
@pytest.mark.parametrize("size", [3.0, 0.3, 1e-3, 1e-8, 1e-12])
def test_kl_keeps_relative_accuracy_as_the_laws_approach(d, size, oracle):
    rng = np.random.default_rng(d)
    m1, s1 = rng.normal(size=d), _positive(rng, d)
    m2, s2 = m1 + size * rng.normal(size=d), s1 + size * _positive(rng, d)
    bracket = dg.kl(dg.Gaussian(m1, s1), dg.Gaussian(m2, s2))
    truth = oracle.gaussian_kl(m1, s1, m2, s2)
    # The covariances have condition numbers up to about 30, which multiply the rounding.
    assert float(bracket.value) == pytest.approx(float(truth), rel=1e-13)
    assert bracket.lower <= truth <= bracket.upper
    bracket.certificate.check()


def test_one_dimension_is_the_textbook_formula():
    bracket = dg.kl(dg.Gaussian(1.0, 4.0), dg.Gaussian(-0.5, 9.0))
    assert float(bracket.value) == pytest.approx(math.log(3 / 2) + (4 + 2.25) / 18 - 0.5, rel=1e-15)


def test_scales_of_very_different_size_do_not_cancel(oracle):
    s1, s2 = np.diag([1e-20, 1e20, 1.0]), np.diag([1.0, 1e18, 1e-10])
    bracket = dg.kl(dg.Gaussian(np.zeros(3), s1), dg.Gaussian(np.ones(3), s2))
    assert float(bracket.value) == pytest.approx(float(oracle.gaussian_kl(np.zeros(3), s1, np.ones(3), s2)), rel=1e-14)
    bracket.certificate.check()


@given(gaussians(2), gaussians(2))
def test_kl_is_positive_and_js_lies_between_its_bounds(p, q):
    kl, js = dg.kl(p, q), dg.js(p, q)
    assert kl.value >= 0
    assert 0 <= js.lower <= float(js.value) <= js.upper <= LN2
    for bracket in (kl, js):
        bracket.certificate.check()


@given(gaussians(1), gaussians(1))
def test_the_bounds_of_js_hold_the_integral(p, q):
    (m1,), (m2,), v1, v2 = p.mean, q.mean, p.covariance[0, 0], q.covariance[0, 0]
    # The trapezoidal rule converges geometrically for analytic integrands: deviations are at least 1/2, the step 1/50.
    x = np.arange(-60.0, 60.0, 0.02)
    logs = [-((x - m) ** 2) / (2 * v) - math.log(2 * math.pi * v) / 2 for m, v in ((m1, v1), (m2, v2))]
    middle = np.logaddexp(*logs) - LN2
    truth = 0.02 * sum((np.exp(log) * (log - middle)).sum() for log in logs) / 2
    js = dg.js(p, q)
    assert js.lower - ROUNDING <= truth <= js.upper + ROUNDING


def test_equal_gaussians_have_js_exactly_zero():
    p = dg.Gaussian([1.0, 2.0], [[2.0, 0.5], [0.5, 1.0]])
    bracket = dg.js(p, dg.Gaussian([1.0, 2.0], [[2.0, 0.5], [0.5, 1.0]]))
    assert bracket.guarantee is dg.Guarantee.EXACT
    assert bracket.lower == bracket.value == bracket.upper == 0
    assert dg.kl(p, p).value == dg.kl(p, p).lower == dg.kl(p, p).upper == 0


@given(gaussians(2), st.integers(-3, 3))
def test_kl_is_invariant_under_affine_maps(p, shear):
    q = dg.Gaussian([0.0, 1.0], [[1.0, 0.25], [0.25, 2.0]])
    change, shift = np.array([[2.0, shear], [0.0, 0.5]]), np.array([3.0, -1.0])

    def mapped(law):
        return dg.Gaussian(change @ law.mean + shift, change @ law.covariance @ change.T)

    assert float(dg.kl(mapped(p), mapped(q)).value) == pytest.approx(float(dg.kl(p, q).value), rel=1e-10, abs=1e-10)


def test_kl_adds_over_independent_coordinates():
    p, q = dg.Gaussian([0.0, 1.0], np.diag([1.0, 2.0])), dg.Gaussian([1.0, 1.5], np.diag([3.0, 0.5]))
    parts = sum(
        float(dg.kl(dg.Gaussian(p.mean[i], p.covariance[i, i]), dg.Gaussian(q.mean[i], q.covariance[i, i])).value)
        for i in range(2)
    )
    assert float(dg.kl(p, q).value) == pytest.approx(parts, rel=1e-14)


def test_mutual_information_of_a_correlated_pair():
    rho = 0.6
    joint, product = dg.Gaussian([0.0, 0.0], [[1.0, rho], [rho, 1.0]]), dg.Gaussian([0.0, 0.0], np.eye(2))
    assert float(dg.kl(joint, product).value) == pytest.approx(-math.log(1 - rho**2) / 2, rel=1e-14)


def test_singular_covariances_are_compared_on_their_common_subspace():
    direction = np.array([3.0, 4.0])  # whole numbers: their products are exactly of rank 1
    p, q = (dg.Gaussian(m * direction, v * np.outer(direction, direction)) for m, v in ((0.0, 1.0), (1.0, 2.0)))
    on_the_line = dg.kl(dg.Gaussian(0.0, 1.0), dg.Gaussian(1.0, 2.0))
    bracket = dg.kl(p, q)
    assert float(bracket.value) == pytest.approx(float(on_the_line.value), rel=ROUNDING)
    bracket.certificate.check()
    padded = dg.kl(dg.Gaussian([0.0, 7.0], [[1.0, 0.0], [0.0, 0.0]]), dg.Gaussian([1.0, 7.0], [[2.0, 0.0], [0.0, 0.0]]))
    assert float(padded.value) == pytest.approx(float(on_the_line.value), rel=1e-15)


def test_parallel_lines_have_infinite_kl_and_js_ln_2():
    p, q = (dg.Gaussian([theta, 0.0], [[0.0, 0.0], [0.0, 1.0]]) for theta in (0.0, 0.25))
    assert dg.kl(p, q).value == math.inf
    assert dg.js(p, q).value == LN2
    assert "parallel affine subspaces of dimension 1, 0.25 apart" in dg.js(p, q).reason
    assert dg.js(p, p).value == dg.kl(p, p).value == 0
    for bracket in (dg.kl(p, q), dg.js(p, q)):
        bracket.certificate.check()


@pytest.mark.parametrize("divergence", [dg.kl, dg.js])
@pytest.mark.parametrize("shift", [0.0, 0.1, 2.0])
def test_the_gradient_is_right_at_equality_too(divergence, shift):
    mean = torch.tensor([0.3, -0.2], dtype=torch.float64)
    root = torch.tensor([[1.0, 0.0], [0.4, 0.8]], dtype=torch.float64)

    def value(m1, r1, m2, r2):
        return divergence(dg.Gaussian(m1, r1 @ r1.T), dg.Gaussian(m2, r2 @ r2.T)).value

    inputs = [x.clone().requires_grad_() for x in (mean, root, mean + shift, root * (1 + shift))]
    assert torch.autograd.gradcheck(value, inputs, atol=1e-6)  # at equality: the curvature times the step of 1e-6


def test_tensors_in_tensors_out_and_float32_is_kept():
    p = dg.Gaussian(torch.zeros(2), torch.eye(2))
    q = dg.Gaussian(torch.ones(2), 2 * torch.eye(2))
    bracket = dg.kl(p, q)
    assert bracket.value.dtype == torch.float32
    assert bracket.contains(float(bracket.value))
    exact = dg.kl(dg.Gaussian(np.zeros(2), np.eye(2)), dg.Gaussian(np.ones(2), 2 * np.eye(2)))
    assert bracket.contains(float(exact.value))


def _correlated(gap):
    return np.array([[1.0, 1 - gap], [1 - gap, 1.0]])


@pytest.mark.parametrize(("first", "second"), [(1e-13, 4e-13), (1e-12, 8e-12), (2.0**-53, 1e-6), (1e-5, 1e-9)])
def test_almost_singular_laws_are_neither_singular_nor_projected(first, second, oracle):
    zero = np.zeros(2)
    laws = [dg.Gaussian(zero, _correlated(gap)) for gap in (first, second)]
    truth = oracle.gaussian_kl(zero, laws[0].covariance, zero, laws[1].covariance)
    kl, jeffreys = dg.kl(*laws), dg.jeffreys(*laws)
    assert kl.lower <= truth <= kl.upper
    assert kl.guarantee is jeffreys.guarantee is dg.Guarantee.EXACT
    assert kl.gap <= 1e-12 * kl.upper  # a double next to the value, not the condition number times eps
    back = oracle.gaussian_kl(zero, laws[1].covariance, zero, laws[0].covariance)
    assert jeffreys.lower <= truth + back <= jeffreys.upper
    # The sum and the difference of the coordinates are independent, and the former is nearly the same.
    js, variation, hellinger = dg.js(*laws), dg.total_variation(*laws), dg.hellinger(*laws)
    assert variation.lower <= hellinger.upper * (1 + 1e-9)
    assert 0.5 * LN2 * hellinger.lower < js.lower < js.upper < LN2
    for bracket in (kl, js, jeffreys, variation, hellinger):
        bracket.certificate.check()


def test_js_and_variation_of_almost_singular_laws_hold_those_of_the_difference():
    # Both laws are products of the mean and the half difference of the coordinates; the variances of the latter are
    # gap / 2, and those of the former 1 - gap / 2, which only move the divergences by about 1e-12.
    js, variation = (
        f(dg.Gaussian([0.0, 0.0], _correlated(1e-13)), dg.Gaussian([0.0, 0.0], _correlated(4e-13)))
        for f in (dg.js, dg.total_variation)
    )
    gaps = [1 - (1 - gap) for gap in (1e-13, 4e-13)]
    line = [dg.Gaussian(0.0, gap / 2) for gap in gaps]
    assert js.lower - 1e-11 <= dg.js(*line, method="cells").lower <= js.upper
    assert variation.lower - 1e-11 <= dg.total_variation(*line, method="cells").lower <= variation.upper


def test_lines_a_rounding_error_apart_are_disjoint():
    line = np.ones((2, 2))
    p, q = dg.Gaussian([1.0, 1.0], line), dg.Gaussian([1 + 1e-12, 1.0], line)
    for divergence, truth in ((dg.kl, math.inf), (dg.js, LN2), (dg.total_variation, 1.0)):
        bracket = divergence(p, q)
        assert bracket.value == bracket.lower == bracket.upper == truth
        assert "parallel affine subspaces of dimension 1, 7.07e-13 apart" in bracket.reason
        bracket.certificate.check()


def test_bounds_that_are_wider_than_rounding_are_not_called_exact():
    rng = np.random.default_rng(0)
    root, _ = np.linalg.qr(rng.normal(size=(40, 40)))
    first, second = ((root * np.geomspace(low, 1.0, 40)) @ root.T for low in (1e-7, 1e-6))
    bracket = dg.kl(dg.Gaussian(np.zeros(40), first), dg.Gaussian(np.zeros(40), second))
    assert bracket.guarantee is (dg.Guarantee.EXACT if bracket.gap <= 1e-9 * bracket.upper else dg.Guarantee.CERTIFIED)
    assert bracket.guarantee is dg.Guarantee.CERTIFIED
    bracket.certificate.check()


def test_a_covariance_that_is_no_covariance_by_rounding_has_no_bounds():
    # (0.1, 0.7, 0.3) with itself: of rank 1 on paper, with a negative minor in doubles.
    direction = np.array([0.1, 0.7, 0.3])
    covariance = np.outer(direction, direction)
    assert covariance[0, 0] * covariance[1, 1] != covariance[0, 1] ** 2
    bracket = dg.kl(dg.Gaussian(np.zeros(3), covariance), dg.Gaussian(direction, 2 * covariance))
    assert bracket.guarantee is dg.Guarantee.NONE
    assert math.isnan(bracket.lower)
    assert "negative eigenvalue" in bracket.reason
    assert float(bracket.value) == pytest.approx(float(dg.kl(dg.Gaussian(0.0, 1.0), dg.Gaussian(1.0, 2.0)).value))


def test_the_gradient_survives_a_poor_condition():
    mean = torch.tensor([0.5, -0.25], dtype=torch.float64, requires_grad=True)
    covariance = torch.tensor(_correlated(1e-8))
    bracket = dg.kl(dg.Gaussian(mean, covariance), dg.Gaussian(torch.zeros(2, dtype=torch.float64), covariance))
    (gradient,) = torch.autograd.grad(bracket.value, mean)
    expected = np.linalg.solve(_correlated(1e-8), [0.5, -0.25])
    np.testing.assert_allclose(gradient.numpy(), expected, rtol=1e-6)  # eps times the condition 2e8, and more
