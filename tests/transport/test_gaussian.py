"""Transport between Gaussians: closed forms against independent ones, bounds against samples and quadrature."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, linalg, stats

import dualgap as dg
from dualgap.bracket import Guarantee
from dualgap.errors import CertificateError, InvalidInput
from dualgap.transport.bures import absolute_moment, moment_slope

dimensions = st.shared(st.integers(1, 4), key="d")


@st.composite
def gaussians(draw):
    """Covariances L L^T of any rank."""
    d, seed = draw(dimensions), draw(st.integers(0, 10**6))
    rng, rank = np.random.default_rng(seed), draw(st.integers(0, d))
    factor = rng.normal(size=(d, rank)) * 2.0 ** draw(st.integers(-3, 3))
    return dg.Gaussian(rng.normal(size=d), factor @ factor.T)


def bures_by_sqrtm(a: np.ndarray, b: np.ndarray) -> float:
    """tr A + tr B - 2 tr (A^(1/2) B A^(1/2))^(1/2), by scipy's matrix square root."""
    root = linalg.sqrtm(a).real
    return float(np.trace(a + b) - 2 * np.trace(linalg.sqrtm(root @ b @ root).real))


@pytest.mark.parametrize("order", [1, 1.5, 2, 3])
@pytest.mark.parametrize("shift", [-2.5, 0.0, 1e-200, 0.3, 1e200])
def test_parallel_lines_are_at_the_distance_of_their_shift(order, shift):
    line = np.diag([0.0, 1.0])
    b = dg.wasserstein(dg.Gaussian([0.0, 0.0], line), dg.Gaussian([shift, 0.0], line), order=order)
    assert b.value == abs(shift)
    assert b.guarantee is Guarantee.EXACT
    assert b.contains(abs(shift))
    b.certificate.check()


@pytest.mark.parametrize("seed", range(5))
def test_order_2_is_the_formula_of_bures(seed):
    rng = np.random.default_rng(seed)
    (f, g), (m, n) = rng.normal(size=(2, 4, 4)), rng.normal(size=(2, 4))
    b = dg.wasserstein(dg.Gaussian(m, f @ f.T), dg.Gaussian(n, g @ g.T), order=2)
    truth = math.sqrt(((m - n) ** 2).sum() + bures_by_sqrtm(f @ f.T, g @ g.T))
    assert b.value == pytest.approx(truth, rel=1e-9)  # nested square roots lose half the digits of small eigenvalues
    assert b.guarantee is Guarantee.EXACT
    assert b.gap <= 1e-9 * b.value
    b.certificate.check()


@given(gaussians(), gaussians(), gaussians(), st.sampled_from([1, 1.5, 2, 3]))
def test_it_is_a_metric_singular_covariances_included(p, q, r, order):
    pq, qp, pr, rq = (dg.wasserstein(*pair, order=order) for pair in ((p, q), (q, p), (p, r), (r, q)))
    assert pq.lower <= qp.upper
    assert qp.lower <= pq.upper
    if order != 1.5 and pq.guarantee is Guarantee.EXACT:
        assert pq.lower <= pr.upper + rq.upper
    assert dg.wasserstein(p, p, order=order).value == 0
    assert pq.lower <= pq.value <= pq.upper
    pq.certificate.check()


@given(gaussians(), gaussians())
def test_it_is_monotone_in_the_order_within_the_bounds(p, q):
    found = [dg.wasserstein(p, q, order=order) for order in (1, 1.5, 2, 3, 6)]
    for k, smaller in enumerate(found):
        for larger in found[k + 1 :]:
            assert smaller.lower <= larger.upper


@given(st.floats(-3, 3), st.floats(0, 4), st.floats(0, 4), st.sampled_from([1, 1.2, 2, 3, 7]))
def test_on_the_line_every_order_is_the_quantile_integral(shift, s, t, order):
    b = dg.wasserstein(dg.Gaussian(0.0, s * s), dg.Gaussian(shift, t * t), order=order)
    spread = math.sqrt(s * s) - math.sqrt(t * t)
    nodes = np.linspace(-14, 14, 200_001)
    moment = integrate.simpson(np.abs(shift - spread * nodes) ** order * stats.norm.pdf(nodes), x=nodes)
    # Simpson's rule errs by h^2 ~ 1e-8 where the integrand has its kink.
    assert b.value**order == pytest.approx(moment, rel=1e-6, abs=1e-9)
    assert b.guarantee is Guarantee.EXACT


@pytest.mark.parametrize("d", [1, 2, 5])
def test_the_scale_family_has_its_known_values(d):
    narrow, wide = dg.Gaussian(np.zeros(d), np.eye(d)), dg.Gaussian(np.zeros(d), 9 * np.eye(d))
    assert dg.wasserstein(narrow, wide, order=2).value == pytest.approx(2 * math.sqrt(d), rel=1e-14)
    first = 2 * math.sqrt(2) * math.gamma((d + 1) / 2) / math.gamma(d / 2)
    b = dg.wasserstein(narrow, wide, order=1)
    assert b.lower <= first * (1 + 1e-15)
    assert first <= b.upper * (1 + 1e-15)


def test_order_1_is_certified_between_the_shift_and_order_2():
    p, q = dg.Gaussian([0.0, 0.0], np.eye(2)), dg.Gaussian([3.0, 4.0], np.diag([4.0, 1.0]))
    b = dg.wasserstein(p, q, order=1)
    assert b.guarantee is Guarantee.CERTIFIED
    assert b.lower == pytest.approx(5, rel=1e-14)
    assert b.upper == pytest.approx(math.sqrt(26), rel=1e-14)


def test_bounds_above_order_2_hold_an_order_3_distance_that_is_known():
    # N(0, diag(1, 0)) to N(0, diag(s^2, 0)) is a problem on a line, turned so that the matrices are not diagonal.
    c, s = math.cos(0.3), math.sin(0.3)
    turn = np.array([[c, -s], [s, c]])
    p, q = (dg.Gaussian(np.zeros(2), turn @ np.diag([v, 0.0]) @ turn.T) for v in (1.0, 9.0))
    b = dg.wasserstein(p, q, order=3)
    assert b.contains(2 * absolute_moment(0.0, 1.0, 3))


def test_a_point_mass_is_a_gaussian_without_spread():
    p, q = dg.Gaussian([1.0, 1.0], np.zeros((2, 2))), dg.Gaussian([0.0, 0.0], [[2.0, 1.0], [1.0, 2.0]])
    assert dg.wasserstein(p, q, order=2).value == pytest.approx(math.sqrt(2 + 4), rel=1e-14)


def test_nearly_equal_covariances_keep_their_digits():
    # Here the textbook formula cancels: tr A + tr B - 2 tr(...) rounds at 1e-16 for a result of 1e-18.
    a = np.array([[2.0, 1.0], [1.0, 2.0]])
    b = dg.wasserstein(dg.Gaussian([0.0, 0.0], a), dg.Gaussian([0.0, 0.0], a * (1 + 1e-9) ** 2), order=2)
    assert b.value == pytest.approx(1e-9 * 2, rel=1e-5)  # |A^(1/2)|_F = 2, known to 1e-16 / 1e-9


def test_scipy_and_torch_laws_are_taken_as_they_are():
    torch_law = torch.distributions.Normal(torch.tensor(1.0), torch.tensor(2.0))
    assert float(dg.wasserstein(stats.norm(0, 2), torch_law).value) == 1.0


@given(st.floats(0, 30), st.floats(1, 8))
def test_the_slope_of_the_moment_is_its_difference_quotient(ratio, order):
    step = 1e-5
    quotient = (absolute_moment(ratio + step, 1.0, order) - absolute_moment(ratio - step, 1.0, order)) / (2 * step)
    # A centred difference errs by step^2 = 1e-10 and rounds by 30 * 1e-14 / step; the moment is even in the mean.
    assert moment_slope(ratio, 1.0, order) == pytest.approx(quotient, abs=1e-7)
    assert moment_slope(4 * ratio, 4.0, order) == pytest.approx(moment_slope(ratio, 1.0, order), rel=1e-12)


@settings(max_examples=15)
@given(st.integers(0, 10**6), st.sampled_from([1.0, 1.5, 2.0, 3.0]), st.integers(1, 3))
def test_the_gradient_in_means_and_covariances_is_right(seed, order, d):
    generator = torch.Generator().manual_seed(seed)
    m, n = (torch.randn(d, generator=generator, dtype=torch.float64, requires_grad=True) for _ in range(2))
    f, g = (torch.randn(d, d, generator=generator, dtype=torch.float64, requires_grad=True) for _ in range(2))
    with torch.no_grad():
        f += 2 * torch.eye(d)  # far from singular: the root is not smooth there
        g += 3 * torch.eye(d)

    def value(m, f, n, g):
        return dg.wasserstein(dg.Gaussian(m, f @ f.T), dg.Gaussian(n, g @ g.T), order=order).value

    assert torch.autograd.gradcheck(value, (m, f, n, g))


def test_a_rotation_that_is_none_and_claims_that_are_too_tight_are_refused():
    p, q = dg.Gaussian([0.0, 0.0], [[2.0, 1.0], [1.0, 2.0]]), dg.Gaussian([1.0, 0.0], [[1.0, 0.5], [0.5, 3.0]])
    b = dg.wasserstein(p, q, order=2)
    with pytest.raises(CertificateError, match="orthogonal"):
        dataclasses.replace(b.certificate, rotation=2 * b.certificate.rotation).check()
    with pytest.raises(CertificateError, match="upper"):
        dataclasses.replace(b.certificate, rotation=b.certificate.rotation.T @ np.diag([1.0, -1.0])).check()
    with pytest.raises(CertificateError, match="lower"):
        dataclasses.replace(b.certificate, lower=b.lower * 1.001).check()


def test_cityblock_between_gaussians_has_no_method():
    p = dg.Gaussian([0.0, 0.0], np.eye(2))
    with pytest.raises(InvalidInput, match=r"^p and q"):
        dg.wasserstein(p, p, ground="cityblock")


def moment_by_quadrature(mean: float, deviation: float, order: float) -> float:
    """(E|X|^p)^(1/p) by adaptive quadrature around both peaks, in units of the integrand's largest value."""
    ratio = mean / deviation
    root = math.hypot(ratio, 2 * math.sqrt(order))
    peaks = (root - ratio) / 2, -(root + ratio) / 2

    def exponent(z):
        return order * math.log(abs(ratio + z)) - z * z / 2 if ratio + z != 0 else -math.inf

    top = max(map(exponent, peaks))
    pieces = [
        integrate.quad(
            lambda z: math.exp(exponent(z) - top), peak - 12, peak + 12, points=[peak], epsabs=1e-14, limit=200
        )
        for peak in peaks
        if abs(peak + ratio) > 12  # the peaks are so far apart that their integrals share nothing
    ]
    return deviation * math.exp((top + math.log(sum(one[0] for one in pieces) / math.sqrt(2 * math.pi))) / order)


@pytest.mark.parametrize(
    ("ratio", "order"), [(12.1, 300), (12.1, 500), (12.5, 200), (30.0, 100), (3.0, 1000.5), (0.5, 700), (1e3, 50)]
)
def test_moments_of_high_orders_are_those_of_quadrature(ratio, order):
    assert absolute_moment(2 * ratio, 2.0, order) == pytest.approx(
        moment_by_quadrature(2 * ratio, 2.0, order), rel=1e-12
    )
    b = dg.wasserstein(dg.Gaussian(0.0, 1.0), dg.Gaussian(ratio, 4.0), order=order)
    assert b.contains(moment_by_quadrature(ratio, 1.0, order))


def test_a_normal_law_has_its_even_moments_at_high_orders():
    double_factorial = sum(math.log(k) for k in range(1, 100, 2))
    assert absolute_moment(0.0, 1.0, 100) == pytest.approx(math.exp(double_factorial / 100), rel=1e-14)


def test_a_closed_form_whose_rounding_shows_is_certified():
    a = np.array([[2.0, 1.0], [1.0, 2.0]])
    b = dg.wasserstein(dg.Gaussian([0.0, 0.0], a), dg.Gaussian([0.0, 0.0], a * (1 + 1e-9) ** 2), order=2)
    assert b.gap > 1e-9 * b.value
    assert b.guarantee is Guarantee.CERTIFIED
    assert "rounding" in b.reason
    b.certificate.check()


def test_means_beyond_float64_of_each_other_are_refused():
    with pytest.raises(InvalidInput, match=r"^p and q .* overflows float64"):
        dg.wasserstein(dg.Gaussian(1e308, 1.0), dg.Gaussian(-1e308, 1.0))
