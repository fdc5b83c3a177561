"""What the strategies draw is valid by construction."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.testing import strategies


@given(st.integers(1, 8).flatmap(strategies.weights))
def test_weights_sum_to_one_and_are_taken_as_a_histogram(weights):
    assert (weights >= 0).all()
    dg.Histogram(weights)


@given(st.integers(1, 8).flatmap(lambda n: strategies.weights(n, positive=True)))
def test_positive_weights_are_positive(weights):
    assert (weights > 0).all()


@given(strategies.histograms(min_atoms=2, max_atoms=5))
def test_histograms_have_the_number_of_atoms_asked_for(weights):
    assert weights.ndim == 1
    assert 2 <= len(weights) <= 5


@given(st.integers(1, 4).flatmap(strategies.histogram_tuples))
def test_histograms_of_a_tuple_share_their_support(tuple_of):
    assert len({weights.shape for weights in tuple_of}) == 1


@given(strategies.disjoint_histograms())
def test_disjoint_histograms_have_no_mass_in_common(pair):
    p, q = pair
    assert not (p * q).any()
    for weights in pair:
        dg.Histogram(weights)


@given(st.integers(1, 3).flatmap(lambda d: strategies.point_clouds(d, min_points=2, max_points=4)))
def test_point_clouds_are_points(points):
    assert 2 <= len(points) <= 4
    assert np.isfinite(points).all()
    assert np.abs(points).max() <= 4


@given(strategies.point_measures(2, positive=True))
def test_point_measures_are_measures(measure):
    assert isinstance(measure, dg.Points)
    assert (measure.weights > 0).all()


@given(st.integers(1, 3).flatmap(strategies.gaussians))
def test_gaussians_are_well_conditioned(gaussian):
    eigenvalues = np.linalg.eigvalsh(gaussian.covariance)
    assert eigenvalues[0] > 1e-3
    assert eigenvalues[-1] < 100


@given(strategies.step_sizes(smallest=0.2, largest=0.5))
def test_step_sizes_lie_between_their_bounds(step):
    assert 0.2 <= step <= 0.5


@given(strategies.bilinear_games())
def test_bilinear_games_have_one_equilibrium(game):
    assert np.linalg.matrix_rank(game.matrix.numpy()) == game.sizes[0] == game.sizes[1]


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: strategies.histograms(min_atoms=0), "min_atoms"),
        (lambda: strategies.histograms(min_atoms=3, max_atoms=2), "max_atoms"),
        (lambda: strategies.histogram_tuples(0), "size"),
        (lambda: strategies.vectors(0), "dimension"),
        (lambda: strategies.point_clouds(2, min_points=2.5), "min_points"),  # pyright: ignore[reportArgumentType]
        (lambda: strategies.step_sizes(smallest=0.0), "smallest"),
        (lambda: strategies.step_sizes(smallest=0.5, largest=0.1), "largest"),
    ],
)
def test_strategies_of_nothing_are_refused(make, name):
    with pytest.raises(InvalidInput, match=rf"^{name} must"):
        make()


@given(strategies.histogram_tuples(2).flatmap(lambda pair: st.tuples(st.just(pair), strategies.couplings(*pair))))
def test_couplings_have_the_marginals_that_are_asked_for(drawn):
    (p, q), plan = drawn
    assert (plan >= 0).all()
    # each cell rounds once, and at most 36 of them are added
    assert np.abs(plan.sum(axis=1) - p).max() <= 1e-14
    assert np.abs(plan.sum(axis=0) - q).max() <= 1e-14


@given(strategies.lipschitz_functions(2), strategies.point_clouds(2, min_points=2))
def test_lipschitz_functions_rise_no_faster_than_the_distance(f, points):
    apart = np.linalg.norm(points[:, None] - points, axis=2)
    assert (np.abs(f(points)[:, None] - f(points)) <= apart + 1e-13).all()


@given(strategies.mixtures(2))
def test_mixtures_are_laws(mixture):
    assert mixture.dimension == 2
    assert abs(mixture.weights.sum() - 1) <= 1e-12


@given(strategies.monotone_games(), st.integers(0, 2**32 - 1))
def test_monotone_games_push_apart_never(game, seed):
    rng = np.random.default_rng(seed)
    n, m = game.sizes
    x, y, u, v = (torch.as_tensor(rng.normal(size=k)) for k in (n, m, n, m))
    (fx, fy), (gx, gy) = game.field(x, y), game.field(u, v)
    assert float((fx - gx) @ (x - u) + (fy - gy) @ (y - v)) >= -1e-12


@given(strategies.generators())
def test_generators_are_convex_and_vanish_at_one(f):
    t = np.linspace(0.05, 5, 100)
    values = f.f(t)
    assert abs(float(f.f(np.array(1.0)))) <= 1e-15
    # second differences of numbers of the order of 10
    assert (np.diff(values, 2) >= -1e-12).all()
