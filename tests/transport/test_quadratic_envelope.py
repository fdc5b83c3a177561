"""Envelopes of quadratics hold on all of R^d, whatever their numbers, and are exact for Gaussians."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from dualgap.errors import CertificateError
from dualgap.measures import Samples
from dualgap.testing import known_distances
from dualgap.transport.quadratic_envelope import (
    STRETCH,
    QuadraticEnvelope,
    _envelope,
    envelopes_of,
    envelopes_through,
    moment_map,
)
from dualgap.transport.splits import split_draws


def random_envelope(rng: np.random.Generator, number: int, d: int) -> QuadraticEnvelope:
    root = rng.normal(size=(d, d))
    matrix = root @ root.T + 0.1 * np.eye(d)
    x, y, heights = rng.normal(size=(number, d)), rng.normal(size=(number, d)) * 2, rng.normal(size=number)
    return envelopes_through(x, y, heights, matrix)[0]


@given(st.integers(0, 10**6), st.integers(1, 6), st.integers(1, 4))
def test_any_centres_images_and_heights_give_a_pair_for_the_squared_distance(seed, number, d):
    rng = np.random.default_rng(seed)
    pair = random_envelope(rng, number, d)
    # y near where the gradient of the envelope sends x, where the inequality is nearly an equality, and elsewhere
    x = rng.normal(size=(40, d)) * 3
    near = np.concatenate([pair.images + (x[:1] - pair.centres) @ pair.matrix, rng.normal(size=(40, d)) * 5])
    apart = ((x[:, None] - near) ** 2).sum(2)
    size = 1 + np.abs(pair(x)).max() + np.abs(pair.partner(near)).max()
    assert (pair(x)[:, None] - pair.partner(near) <= apart + 1e-12 * size).all()
    assert np.allclose(pair.recomputed(x), pair(x), atol=1e-11 * size)
    assert np.allclose(pair.recomputed_partner(near), pair.partner(near), atol=1e-11 * size)


def test_a_conjugate_that_is_too_small_is_no_proof():
    pair = random_envelope(np.random.default_rng(0), 3, 2)
    points = np.zeros((2, 2))
    for wrong in (
        replace(pair, inverse=pair.inverse * 0.999),
        replace(pair, inverse=-pair.inverse),
        replace(pair, matrix=pair.matrix + [[0.0, 0.1], [0.0, 0.0]]),
        replace(pair, heights=pair.heights[:2]),
        replace(pair, images=pair.images * np.nan),
    ):
        with pytest.raises(CertificateError):
            wrong.recomputed(points)
        with pytest.raises(CertificateError):
            wrong.recomputed_partner(points)


@pytest.mark.parametrize("d", [1, 2, 8])
def test_between_gaussians_the_quadratic_of_the_moments_gives_the_distance(d):
    """The mean of 40,000 draws at the potentials of 40,000 others: errors of second order in the moments, 3% at most."""
    problem = known_distances.gaussians(d)
    split = split_draws(*(Samples(one) for one in problem.sample(80_000, seed=0)), 0)
    pair = envelopes_of(split, 20)[0]
    value = pair(split.held_out[0]).mean() - pair.partner(split.held_out[1]).mean()
    assert value == pytest.approx(problem.value**2, rel=0.03)


def test_through_the_true_map_and_potential_every_curvature_below_its_derivative_is_tight():
    """The map x/2 + tanh-like terms has derivatives of 1/2 at least: at the points of the envelope nothing is lost."""
    problem = known_distances.convex_map(2)
    x, y = problem.pairs(50, seed=0)
    for pair in envelopes_through(x, y, problem.potential(x), 0.5 * np.eye(2)):
        assert np.allclose(pair(x), problem.potential(x), atol=1e-9)
        assert np.allclose(-pair.partner(y), problem.partner(y), atol=1e-8)


def test_the_map_of_the_moments_is_linear_and_bounded_where_a_covariance_is_singular():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(300, 3))
    root = rng.normal(size=(3, 3))
    matrix = root @ root.T
    assert np.allclose(moment_map(x, x @ matrix), matrix, rtol=1e-6)
    flat = x * [1.0, 1.0, 0.0]
    values = np.linalg.eigvalsh(moment_map(x, flat))
    assert values.min() >= 1e-3 * (1 - 1e-9)
    assert values.max() < 1.5


def test_of_a_tensor_both_functions_have_their_gradients():
    pair = random_envelope(np.random.default_rng(2), 4, 3)
    points = np.random.default_rng(3).normal(size=(20, 3))
    step = 1e-6
    for function in (pair, pair.partner):
        tensor = torch.as_tensor(points).requires_grad_()
        scores = function(tensor)
        assert np.allclose(scores.detach().numpy(), function(points))
        (slope,) = torch.autograd.grad(scores.sum(), tensor)
        differences = [(function(points + step * e) - function(points - step * e)) / (2 * step) for e in np.eye(3)]
        # a kink between the two points of a difference is met with a chance of about 1e-5
        assert np.allclose(slope.numpy(), np.stack(differences, 1), rtol=1e-5, atol=1e-5)


@given(st.integers(0, 1000), st.integers(2, 30))
def test_a_map_that_stretches_as_much_as_any_is_still_seen_to_have_its_inverse(seed, d):
    rng = np.random.default_rng(seed)
    axes = np.linalg.qr(rng.normal(size=(d, d)))[0]
    stretches = np.concatenate([[1 / STRETCH, STRETCH], STRETCH ** rng.uniform(-1, 1, d - 2)])
    matrix = (axes * stretches) @ axes.T
    pair = _envelope(np.zeros((1, d)), np.zeros((1, d)), np.zeros(1), (matrix + matrix.T) / 2)
    points = rng.normal(size=(5, d))
    assert np.allclose(pair.recomputed(points), pair(points), rtol=1e-9)
    assert np.allclose(pair.recomputed_partner(points), pair.partner(points), rtol=1e-9)


@pytest.mark.parametrize("origin", [1e8, 1e10])
def test_envelopes_of_draws_far_from_0_are_those_of_draws_near_it(origin):
    """Squares of coordinates about 1e8 are rounded to whole numbers; about the mean of the draws nothing is lost."""
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(400, 2)), 2 * rng.normal(size=(400, 2)) + 1
    near, far = (envelopes_of(split_draws(Samples(x + at), Samples(y + at), 0), 100) for at in (0.0, origin))
    for one, other in zip(near, far, strict=True):
        # coordinates about 1e10 are off by 2e-6, the functions by some times as much, and |x|^2 M is about 10
        assert np.abs(one(x) - other(x + origin)).max() < 1e-3
        assert np.abs(one.partner(y) - other.partner(y + origin)).max() < 1e-3
        assert np.abs(other.recomputed(x + origin) - other(x + origin)).max() < 1e-9
        assert np.abs(other.recomputed_partner(y + origin) - other.partner(y + origin)).max() < 1e-9
        assert np.abs(other(torch.as_tensor(x + origin)).numpy() - other(x + origin)).max() < 1e-9


@pytest.mark.parametrize("unit", [1e-100, 1e100])
def test_nothing_is_made_of_draws_whose_covariances_have_no_products(unit):
    draws = unit * np.random.default_rng(0).normal(size=(60, 2))
    assert envelopes_of(split_draws(Samples(draws), Samples(draws), 0), 20) == []
