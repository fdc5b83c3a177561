"""Projections are nearest points, and moments are those of the laws."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.spatial.distance import pdist

from dualgap.errors import InvalidInput
from dualgap.testing.known_distances import Centres, Circle, Sphere, Subspace
from dualgap.testing.known_distances.closed_sets import Origin, SubspaceOfMixture

SETS = [
    Origin(),
    Subspace(1),
    Subspace(2),
    Sphere(1.0),
    Sphere(3.0),
    Circle(1.5),
    Centres(5, radius=0.3),
    Centres(1),
    SubspaceOfMixture(),
    SubspaceOfMixture(rank=2, number=7, spread=30.0, deviation=1.0, seed=3),
]
every = pytest.mark.parametrize("to", SETS, ids=lambda to: to.label)


@every
def test_a_projection_is_at_the_distance_and_projects_to_itself(to):
    x = to.draw(200, 4, np.random.default_rng(0))
    nearest = to.project(x)
    assert np.allclose(np.linalg.norm(x - nearest, axis=1), to.distance(x), atol=1e-13)
    assert np.allclose(to.distance(nearest), 0, atol=1e-12)
    assert np.allclose(to.project(nearest), nearest, atol=1e-12)


@every
def test_no_point_of_the_set_is_nearer_than_the_projection(to):
    rng = np.random.default_rng(1)
    x = to.draw(50, 4, rng)
    members = to.project(5 * rng.normal(size=(300, 4)))
    apart = np.linalg.norm(x[:, None] - members, axis=-1)
    assert (apart >= to.distance(x)[:, None] - 1e-12).all()


@every
@pytest.mark.parametrize("order", [1.0, 1.5, 2.0])
def test_the_moment_is_that_of_the_draws(to, order):
    n = 50_000
    powers = to.distance(to.draw(n, 4, np.random.default_rng(2))) ** order
    assert abs(powers.mean() - to.moment(4, order)) <= 5 * powers.std() / math.sqrt(n)


def test_the_second_moment_of_a_mixture_has_a_closed_form():
    for spread in (0.0, 1.0, 30.0, 1000.0):
        law = SubspaceOfMixture(rank=1, number=3, spread=spread, deviation=0.5)
        closed = (law.means(5)[:, 1:] ** 2).sum(1).mean() + 4 * 0.25
        assert law.moment(5, 2.0) == pytest.approx(closed, rel=1e-11)


@pytest.mark.parametrize("dimension", [500, 700, 1000])
@pytest.mark.parametrize("order", [1.0, 1.5, 2.0])
def test_the_moment_of_a_mixture_is_that_of_the_draws_in_high_dimension_too(dimension, order):
    law = SubspaceOfMixture(spread=0.5, deviation=1.0)
    powers = law.distance(law.draw(4000, dimension, np.random.default_rng(3))) ** order
    # five standard errors, 0.05% of the mean
    assert abs(powers.mean() - law.moment(dimension, order)) <= 5 * powers.std() / math.sqrt(4000)


def test_a_component_far_from_the_subspace_is_at_the_distance_of_its_mean():
    law = SubspaceOfMixture(rank=1, number=1, spread=1000.0, deviation=1e-3)
    assert law.moment(3, 1.0) == pytest.approx(np.linalg.norm(law.means(3)[0, 1:]), rel=1e-9)


def test_balls_do_not_overlap_and_are_filled_uniformly():
    law = Centres(6, radius=0.5)
    assert pdist(law.places(3)).min() >= 1.0
    x = law.draw(30_000, 3, np.random.default_rng(0))
    radii = law.distance(x)
    assert radii.max() <= 0.5 + 1e-12
    # the share within half the radius is 1/8; five standard errors
    assert abs((radii < 0.25).mean() - 1 / 8) < 5 * math.sqrt(7 / 64 / 30_000)


def test_points_without_a_direction_have_a_projection_too():
    zero = np.zeros((1, 3))
    for to in (Sphere(2.0), Circle(2.0)):
        assert np.linalg.norm(to.project(zero)) == 2.0
        assert to.distance(zero).tolist() == [2.0]


def test_arguments_are_checked():
    for make, name in (
        (lambda: Subspace(0), "rank"),
        (lambda: Sphere(0.0), "radius"),
        (lambda: Circle(math.nan), "radius"),
        (lambda: Centres(0), "number"),
        (lambda: Centres(3, radius=-1.0), "radius"),
        (lambda: SubspaceOfMixture(deviation=0.0), "deviation"),
    ):
        with pytest.raises(InvalidInput) as caught:
            make()
        assert caught.value.argument == name
