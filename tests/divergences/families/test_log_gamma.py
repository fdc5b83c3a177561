from __future__ import annotations

import mpmath
import numpy as np
import pytest
import torch

from dualgap.divergences.families import log_gamma as kernels

SHAPES = [1e-8, 1e-3, 0.5, 1.0, 2.0, 7.3, 15.9, 16.0, 33.0, 1e5, 1e8]


@pytest.fixture(scope="module")
def mp():
    context = mpmath.MPContext()
    context.dps = 60
    return context


@pytest.mark.parametrize("a", SHAPES)
def test_the_remainder_of_stirling_and_its_derivatives_are_right(mp, a):
    x = mp.mpf(a)
    for f, truth in (
        (kernels.remainder, mp.loggamma(x) - x * mp.log(x) + x),
        (kernels.slope, mp.digamma(x) - mp.log(x)),
        (kernels.scaled_curvature, x**2 * (mp.psi(1, x) - 1 / x)),
    ):
        assert abs(mp.mpf(float(f(np.asarray(a)))) - truth) <= 2e-14 * max(abs(truth), mp.mpf("0.3"))


@pytest.mark.parametrize("a", SHAPES)
@pytest.mark.parametrize("share", [1e-12, 1e-6, 0.1, 0.49, 0.51, 100.0, -0.3, -0.49, -0.51, -0.99999])
def test_the_logarithm_of_gamma_keeps_its_digits_at_the_tangent(mp, a, share):
    b = a * (1 + share)
    x, y = mp.mpf(a), mp.mpf(b)
    truth = mp.loggamma(y) - mp.loggamma(x) - mp.digamma(x) * (y - x)
    value = mp.mpf(float(kernels.log_gamma_excess(np.asarray(b), np.asarray(a))))
    assert abs(value - truth) <= 1e-13 * truth  # logarithms of 1e8 and a difference of a few of them


def test_the_functions_themselves_are_those_of_scipy():
    from scipy import special

    a = np.array(SHAPES)
    np.testing.assert_allclose(kernels.log_gamma(a), special.gammaln(a), rtol=1e-14, atol=1e-14)  # zeros at 1 and 2
    np.testing.assert_allclose(kernels.digamma(a), special.digamma(a), rtol=1e-13)


def test_the_remainder_can_be_differentiated_twice_also_at_equality():
    a = torch.tensor([0.5, 40.0], dtype=torch.float64, requires_grad=True)
    b = torch.tensor([0.5, 30.0], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(kernels.log_gamma_excess, (b, a))
    assert torch.autograd.gradgradcheck(kernels.log_gamma_excess, (b, a), fast_mode=True)
