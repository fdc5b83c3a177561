"""Styles compared by transport: the library's own distances, at the same directions and plans."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment, linprog

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.training.style import SlicedLoss, TransportLoss
from dualgap.training.style.transport_losses import sorted_powers


def maps(seed, channels=3, pixels=7):
    return np.random.default_rng(seed).normal(size=(channels, pixels))


@given(st.integers(0, 10_000), st.integers(2, 12), st.integers(2, 12), st.sampled_from([1, 2, 3.5]))
def test_the_sliced_loss_is_the_librarys_sliced_distance_to_its_power(seed, n, m, order):
    x, y = maps(seed, pixels=n), maps(seed + 1, pixels=m)
    expected = float(dg.sliced_wasserstein(x.T, y.T, order=order, projections=5, seed=3)) ** order
    found = SlicedLoss(order=order, projections=5, seed=3)(x, y)
    assert found == pytest.approx(expected, rel=1e-12)  # a root and its power, and the order of a sum


@given(st.integers(0, 10_000), st.integers(1, 9), st.integers(1, 9))
def test_sorted_samples_are_coupled_at_least_cost(seed, n, m):
    rng = np.random.default_rng(seed)
    x, y = np.sort(rng.normal(size=n)), np.sort(rng.normal(size=m))
    cost = (x[:, None] - y[None]) ** 2
    rows, columns = np.kron(np.eye(n), np.ones(m)), np.kron(np.ones(n), np.eye(m))
    marginals = np.concatenate([np.full(n, 1 / n), np.full(m, 1 / m)])
    best = linprog(cost.ravel(), A_eq=np.vstack([rows, columns]), b_eq=marginals, method="highs").fun
    assert float(sorted_powers(torch.tensor(x), torch.tensor(y), 2)) == pytest.approx(best, abs=1e-9)  # the LP's own


def test_the_sliced_loss_does_not_see_the_order_of_pixels_and_sees_more_than_moments():
    x = maps(0, pixels=40)
    loss = SlicedLoss(projections=8)
    assert loss(x[:, ::-1], x) == pytest.approx(0, abs=1e-28)  # products summed in another order
    rng = np.random.default_rng(0)
    gaussian, signs = rng.normal(size=(1, 4000)), rng.choice([-1.0, 1.0], size=(1, 4000))
    gaussian = (gaussian - gaussian.mean()) / gaussian.std()
    signs = (signs - signs.mean()) / signs.std()
    assert loss(gaussian, signs) > 0.3  # W_2^2 = 2 - 2 E|Z| = 0.404, while mean and variance are the same


@given(st.integers(0, 10_000), st.integers(1, 8), st.sampled_from([1, 2, 3]))
def test_the_exact_loss_is_that_of_the_best_assignment(seed, n, order):
    x, y = maps(seed, pixels=n), maps(seed + 1, pixels=n)
    cost = np.linalg.norm(x.T[:, None] - y.T[None], axis=-1) ** order
    expected = cost[linear_sum_assignment(cost)].mean()
    assert TransportLoss(order=order)(x, y) == pytest.approx(expected, rel=1e-9)  # POT's plan is exact up to rounding


@pytest.mark.parametrize("loss", [SlicedLoss(projections=4), SlicedLoss(order=3, projections=4), TransportLoss()])
@pytest.mark.parametrize("pixels", [5, 6])
def test_gradients_are_right_and_leading_axes_are_copies(loss, pixels):
    target = torch.tensor(maps(1, pixels=5))
    x = torch.tensor(np.stack([maps(2, pixels=pixels), maps(3, pixels=pixels)]), requires_grad=True)
    assert torch.autograd.gradcheck(loss.towards(target), x)
    x = x.detach()
    both = loss(x, target)
    assert both.shape == (2,)
    assert float(both[1]) == pytest.approx(float(loss(x[1], target)), rel=1e-13)  # the order of a sum


def test_the_exact_loss_has_a_gradient_where_pixels_stay():
    x = torch.tensor(maps(0), requires_grad=True)
    loss = TransportLoss(order=1)(x, x.detach())
    loss.backward()
    assert float(loss.detach()) == 0
    assert bool((x.grad == 0).all())


def test_too_many_pixels_for_an_exact_plan_are_refused():
    with pytest.raises(InvalidInput, match="at most 1024 pixels a layer exactly, got 1025; use SlicedLoss"):
        TransportLoss()(np.zeros((1, 1025)), np.zeros((1, 3)))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: SlicedLoss(order=0.5), "order must be at least 1"),
        (lambda: SlicedLoss(projections=0), "projections must be at least 1"),
        (lambda: SlicedLoss(seed=-1), "seed must be at least 0"),
        (lambda: TransportLoss(order=0.5), "order must be at least 1"),
        (lambda: TransportLoss(most=0), "most must be at least 1"),
        (lambda: SlicedLoss()(np.zeros((2, 3)), np.zeros((3, 3))), r"target must be of shape \(2, pixels\)"),
        (lambda: SlicedLoss()(np.zeros((2, 3)), np.full((2, 3), np.nan)), "target must be finite"),
    ],
)
def test_losses_that_cannot_be_are_refused(make, words):
    with pytest.raises(InvalidInput, match=words):
        make()
