"""Kernel losses: the biased discrepancy, kernel matrix by kernel matrix."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.training.style import GaussianKernel, GramLoss, KernelLoss, LinearKernel, QuadraticKernel


def pair(seed, n=6, m=9, channels=3):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(channels, n)), 0.5 + rng.normal(size=(channels, m))


def discrepancy(x, y, kernel):
    """The V-statistic of all pairs."""
    return kernel(x, x).mean() + kernel(y, y).mean() - 2 * kernel(x, y).mean()


def averaged_cosines(bandwidth, frequencies, seed, channels):
    generator = torch.Generator().manual_seed(seed)
    w = torch.randn(frequencies, channels, generator=generator, dtype=torch.float64).numpy() / bandwidth
    return lambda a, b: np.cos(np.einsum("dc,cij->dij", w, a[:, :, None] - b[:, None, :])).mean(0)


KERNELS = [
    (LinearKernel(), lambda a, b: a.T @ b),
    (QuadraticKernel(), lambda a, b: (a.T @ b) ** 2),
    (QuadraticKernel(constant=0.7), lambda a, b: (a.T @ b + 0.7) ** 2),
    (GaussianKernel(bandwidth=1.3, frequencies=11, seed=4), averaged_cosines(1.3, 11, 4, 3)),
]


@pytest.mark.parametrize(("kernel", "plain"), KERNELS)
@given(seed=st.integers(0, 10_000))
def test_the_loss_is_the_discrepancy_over_all_pairs(kernel, plain, seed):
    x, y = pair(seed)
    expected = discrepancy(x, y, plain)
    scale = abs(plain(x, x).mean()) + abs(plain(y, y).mean()) + 1
    assert abs(float(KernelLoss(kernel)(x, y)) - expected) < 1e-13 * scale  # three means that may cancel


def test_many_frequencies_give_the_librarys_gaussian_discrepancy():
    x, y = pair(0)
    found = float(KernelLoss(GaussianKernel(bandwidth=1.5, frequencies=40_000))(x, y))
    expected = float(dg.mmd(x.T, y.T, bandwidth=1.5)) ** 2
    # a mean of 40,000 terms between 0 and 4: its deviation is at most 2 / sqrt(40,000) = 0.01, and 0.003 as drawn here
    assert abs(found - expected) < 0.02
    assert expected > 0.1


def test_the_quadratic_kernel_is_gatys_loss():
    x, y = pair(1)
    assert KernelLoss(QuadraticKernel())(x, y) / (4 * 9) == pytest.approx(
        float(GramLoss("gatys")(x, y)), rel=1e-12
    )  # sums


def test_the_linear_kernel_sees_means_alone():
    x, _ = pair(2)
    assert KernelLoss(LinearKernel())(2 * x - x.mean(1, keepdims=True), x) == pytest.approx(0, abs=1e-30)  # rounding


def test_without_a_bandwidth_the_loss_does_not_depend_on_the_unit_of_the_features():
    x, y = pair(3)
    loss = KernelLoss(GaussianKernel())
    assert loss(1e3 * x, 1e3 * y) == pytest.approx(float(loss(x, y)), rel=1e-10)  # angles are rounded
    assert loss(np.ones((2, 4)), np.ones((2, 3))) < 1e-30  # one colour has no scale, and needs none; means round


def test_gradients_are_right():
    x, y = (torch.tensor(one) for one in pair(4))
    for kernel, _ in KERNELS:
        assert torch.autograd.gradcheck(KernelLoss(kernel).towards(y), x.clone().requires_grad_(True))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: KernelLoss("gaussian"), "kernel must be a Kernel"),
        (lambda: GaussianKernel(bandwidth=0), "bandwidth must be above 0"),
        (lambda: GaussianKernel(frequencies=0), "frequencies must be at least 1"),
        (lambda: GaussianKernel(seed=0.5), "seed must be a whole number"),
        (lambda: QuadraticKernel(constant=-1), "constant must be at least 0"),
    ],
)
def test_kernels_that_cannot_be_are_refused(make, words):
    with pytest.raises(InvalidInput, match=words):
        make()
