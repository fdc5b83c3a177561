"""Closed forms of laws drawn towards a set, and their certificates at every share and order."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.testing.known_distances import Centres, Circle, Sphere, Subspace, mixtures, nearest_point, scale


@given(d=st.integers(1, 200), s=st.floats(0.05, 5).filter(lambda s: s != 1))
def test_scaling_has_its_closed_form(d, s):
    gammas = math.exp(math.lgamma((d + 1) / 2) - math.lgamma(d / 2))
    assert scale(d, factor=s).value == pytest.approx(abs(s - 1) * math.sqrt(2) * gammas, rel=1e-10)
    assert scale(d, factor=s, order=2).value == pytest.approx(abs(s - 1) * math.sqrt(d), rel=1e-10)


@given(d=st.integers(1, 50), kept=st.floats(0, 0.95), number=st.integers(1, 9), radius=st.floats(0.01, 9))
def test_balls_have_their_closed_form(d, kept, number, radius):
    balls = Centres(number, radius=radius)
    assert nearest_point(d, balls, kept=kept).value == pytest.approx((1 - kept) * radius * d / (d + 1), rel=1e-12)
    second = nearest_point(d, balls, kept=kept, order=2).value
    assert second == pytest.approx((1 - kept) * radius * math.sqrt(d / (d + 2)), rel=1e-12)


@given(
    to=st.sampled_from([Subspace(1), Sphere(1.0), Circle(1.0), Centres(4)]),
    kept=st.floats(0.05, 0.95),
    order=st.floats(1, 3),
    seed=st.integers(0, 100),
)
def test_potentials_prove_the_pairs_optimal_at_every_share_and_order(to, kept, order, seed):
    problem = nearest_point(3, to, kept=kept, order=order)
    x, y = problem.pairs(20, seed=seed)
    costs = np.linalg.norm(x[:, None] - y, axis=-1) ** order
    sums = problem.potential(x)[:, None] + problem.partner(y)
    # the powers of s, up to 0.05^-2, multiply the rounding of the distances
    assert (sums - costs).max() <= 1e-10
    assert np.abs(np.diag(sums - costs)).max() <= 1e-10


def test_all_the_way_there_is_a_potential_of_order_one_only():
    assert nearest_point(2, Sphere(), kept=0).potential is not None
    arrived = nearest_point(2, Sphere(), kept=0, order=2)
    assert arrived.potential is None
    assert arrived.partner is None
    _, y = arrived.pairs(10, seed=0)
    assert np.allclose(np.linalg.norm(y, axis=1), 1)


@pytest.mark.parametrize("factor", [0.5, 3.0])
def test_scaling_of_order_two_agrees_with_the_closed_form_of_gaussians(factor):
    exact = dg.wasserstein(
        dg.Gaussian(np.zeros(3), np.eye(3)), dg.Gaussian(np.zeros(3), factor**2 * np.eye(3)), order=2
    )
    assert scale(3, factor=factor, order=2).value == pytest.approx(exact.value, rel=1e-12)


def test_a_mixture_of_one_component_at_the_origin_is_a_gaussian_drawn_to_a_subspace():
    flat = mixtures(4, number=1, spread=0.0, deviation=1.0, rank=2)
    assert flat.value == pytest.approx(nearest_point(4, Subspace(2)).value, rel=1e-12)


@pytest.mark.parametrize("dimension", [500, 700, 1000])
def test_a_mixture_in_high_dimension_has_a_finite_distance_between_bounds(dimension):
    first, second = (mixtures(dimension, spread=0.5, deviation=1.0, order=order).value for order in (1.0, 2.0))
    assert math.isfinite(first)
    # Jensen above; below, lengths vary by about 1 of 25 (Poincare: by 1 in a component; among the norms of means, by less)
    assert 0.995 * second <= first <= second


def test_a_share_of_the_circle_in_the_plane_is_one_of_the_sphere():
    assert nearest_point(2, Circle(0.7)).value == pytest.approx(nearest_point(2, Sphere(0.7)).value, rel=1e-14)


def test_arguments_are_checked():
    for kept in (1.0, -0.1, math.nan, "0"):
        with pytest.raises(InvalidInput, match=r"^kept must"):
            nearest_point(2, Sphere(), kept=kept)
    with pytest.raises(InvalidInput, match=r"^to must be a ClosedSet such as Sphere"):
        nearest_point(2, "sphere")
    with pytest.raises(InvalidInput, match=r"^dimension must be at least 3 for a subspace of 2, got 2"):
        nearest_point(2, Subspace(2))
    with pytest.raises(InvalidInput, match=r"^dimension must be at least 3 for a subspace of 2 from 4 clusters, got 2"):
        mixtures(2, rank=2)
    with pytest.raises(InvalidInput, match=r"^dimension must be at least 2 for a circle of 1, got 1"):
        nearest_point(1, Circle())
    for factor in (0.0, 1, -2.0):
        with pytest.raises(InvalidInput, match=r"^factor must"):
            scale(2, factor=factor)
