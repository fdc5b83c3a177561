"""The gradient of a generator by a critic, beside that of the exact plan."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

import dualgap as dg
from dualgap.duals.generator_gradient import gradient_of
from dualgap.errors import InvalidInput
from dualgap.transport.extension import Extension

KR = dg.duals.KantorovichRubinstein()
RNG = np.random.default_rng(0)
X, Z = RNG.normal(size=(50, 2)), torch.as_tensor(RNG.normal(size=(40, 2)))


def test_parallel_lines_move_along_the_sign_of_theta():
    theta = torch.tensor(0.7, dtype=torch.float64, requires_grad=True)
    line = torch.rand(30, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    points = torch.stack([theta.expand(30), line], -1)
    real = np.stack([np.zeros(30), line.numpy()], -1)
    # f(x) = -x_0 is optimal for theta > 0
    optimal = Extension(np.array([[-9.0]]), np.zeros(1), "euclidean", np.array([[1.0, 0.0]]) * (1 - 1e-12), -1)
    found = gradient_of(KR, optimal, points, [theta], dg.Points(real))
    assert found.gradient.tolist() == pytest.approx([1.0], abs=1e-9)  # the derivative of |theta|
    assert found.exact.tolist() == pytest.approx([1.0], abs=1e-9)
    assert found.cosine == pytest.approx(1.0)
    assert found.relative_error < 1e-9


@pytest.mark.parametrize(("objective", "order"), [(KR, 1.0), (dg.duals.SemiDual(order=2), 2.0)])
def test_the_exact_gradient_is_that_of_the_distance_by_finite_differences(objective, order):
    shift = torch.tensor([1.5, -0.5], dtype=torch.float64, requires_grad=True)

    def critic(points):
        return points[..., 0]

    found = gradient_of(objective, critic, Z + shift, [shift], dg.Points(X))
    step = 1e-5
    numbers = []
    for k in range(2):
        ends = []
        for sign in (1, -1):
            moved = Z.numpy() + shift.detach().numpy() + sign * step * np.eye(2)[k]
            ends.append(float(dg.wasserstein(X, moved, order=order)) ** order)
        numbers.append((ends[0] - ends[1]) / (2 * step))
    assert found.exact.tolist() == pytest.approx(numbers, rel=1e-4)


def test_a_fitted_critic_points_where_the_plan_does():
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(60, 2)), rng.normal(size=(60, 2)) + [3.0, 0.0]
    fitted = dg.duals.fit(KR, dg.Points(x), dg.Points(y), steps=150)
    points = torch.as_tensor(y).requires_grad_()
    found = fitted.generator_gradient(points)
    assert found.gradient.shape == (120,)
    assert found.cosine > 0.9
    assert fitted.generator_gradient(points, real_points=x[:30]).cosine > 0.9


def test_a_divergence_of_ratios_has_no_exact_gradient():
    found = gradient_of(dg.duals.JensenShannon(), lambda points: points[..., 0], Z.requires_grad_(), None, dg.Points(X))
    assert found.exact is None
    assert math.isnan(found.cosine)
    assert found.gradient.shape == (80,)


def test_points_without_a_gradient_are_refused():
    with pytest.raises(InvalidInput, match=r"^points must be a torch tensor that requires grad"):
        gradient_of(KR, lambda points: points[..., 0], X, None, dg.Points(X))


@pytest.mark.parametrize("parameters", [["w"], [torch.zeros(3)], torch.zeros(3, requires_grad=True), [], 3])
def test_parameters_that_have_no_gradient_are_refused(parameters):
    points = torch.zeros(4, 1, dtype=torch.float64).requires_grad_()
    with pytest.raises(InvalidInput, match=r"^parameters must be a sequence of tensors that require grad"):
        gradient_of(KR, lambda points: points[..., 0], points, parameters, dg.Points([[0.0], [1.0]]))


def test_the_semi_dual_of_laws_points_where_the_exact_plan_does():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(400, 2)), rng.normal(size=(400, 2)) + [3.0, 0.0]
    fitted = dg.duals.fit(dg.duals.SemiDual(2), x, y, steps=200)
    points = torch.as_tensor(rng.normal(size=(100, 2)) + [3.0, 0.0]).requires_grad_()
    assert fitted.generator_gradient(points).cosine > 0.8  # the wrong critic's sign gives -0.99


def test_the_exact_gradient_is_that_of_the_weighted_measure():
    masses = np.array([0.95, 0.05])
    p, y = dg.Points(np.array([[-10.0], [10.0]]), masses), np.linspace(-1, 1, 20)[:, None]
    fitted = dg.duals.fit(dg.duals.KantorovichRubinstein(), p, dg.Points(y), steps=20)
    points = torch.as_tensor(y).requires_grad_()
    # 19 of 20 points come from -10: they go back to the left at rate 1/20, the last to the right
    expected = [0.05] * 19 + [-0.05]
    np.testing.assert_allclose(fitted.generator_gradient(points).exact.numpy(), expected, atol=1e-12)
