"""Funnels flow along the rays of their potential, and their distances are those that were published."""

from __future__ import annotations

import numpy as np
import pytest

from dualgap.errors import InvalidInput
from dualgap.testing.known_distances import funnels, min_funnel, min_funnels

#: True W_1 of one published draw of the centres, for D = 2, 4, ..., 128.
PUBLISHED = {
    4: (0.817, 1.385, 1.882, 1.941, 1.822, 1.411, 1.142),
    64: (0.230, 0.710, 1.259, 1.554, 1.543, 1.317, 1.045),
}


def u(points, centres, heights):
    return (np.linalg.norm(points[:, None] - centres, axis=-1) + heights).min(1)


@pytest.mark.parametrize("dimension", [2, 4, 8, 16, 32, 64, 128])
@pytest.mark.parametrize("number", [1, 4, 16, 64, 256])
def test_the_potential_falls_by_the_way_along_every_ray(dimension, number):
    problem = min_funnel(dimension, number, draws=100)
    x, y = problem.pairs(100, seed=1)
    falls = problem.potential(x) - problem.potential(y)
    # numbers up to 20 are rounded at 3e-15, and 128 squares are summed
    assert np.abs(falls - np.linalg.norm(x - y, axis=1)).max() <= 1e-13
    assert np.abs(y).max() <= funnels.HALF
    assert np.abs(x).max() <= funnels.HALF


def test_rays_end_where_another_cone_takes_over_or_the_cube_ends():
    rng = np.random.default_rng(0)
    centres, heights = rng.uniform(-2.5, 2.5, (6, 2)), 0.1 * rng.normal(size=6)
    x = rng.uniform(-2.5, 2.5, (200, 2))
    distances = np.linalg.norm(x[:, None] - centres, axis=-1)
    own = (distances + heights).argmin(1)
    radius = distances[np.arange(200), own]
    direction = (x - centres[own]) / radius[:, None]
    way = funnels._way_on(x, direction, own, distances, centres, heights)
    for factor, inside in ((1 - 1e-6, True), (1 + 1e-6, False)):
        there = x + (factor * way)[:, None] * direction
        height = np.linalg.norm(there - centres[own], axis=1) + heights[own]
        within = (height <= u(there, centres, heights) + 1e-12) & (np.abs(there).max(1) <= 2.5)
        assert (within == inside).all()


@pytest.mark.parametrize("number", PUBLISHED)
def test_the_values_are_those_published_within_the_spread_of_the_centres(number):
    for k, published in enumerate(PUBLISHED[number], start=1):
        values = [min_funnel(2**k, number, seed=seed, draws=1000).value for seed in range(6)]
        # one more draw from the same law as six others: Student's t with 5 degrees of freedom, 14 cells, 1 in 1000 each
        spread = np.std(values, ddof=1) * np.sqrt(1 + 1 / 6)
        assert abs(published - np.mean(values)) <= 6.9 * spread


def test_the_standard_error_is_that_of_repetitions():
    one = min_funnel(4, 16, draws=400)
    values, rng = [], np.random.default_rng(0)
    for _ in range(300):
        x, y = one.pairs(400, seed=rng)
        values.append(np.linalg.norm(x - y, axis=1).mean())
    # a standard deviation of 300 values is known to 4%
    assert one.standard_error == pytest.approx(np.std(values), rel=0.25)
    assert abs(np.mean(values) - min_funnel(4, 16).value) < 5 * (
        one.standard_error / np.sqrt(300) + min_funnel(4, 16).standard_error
    )


def test_the_default_number_of_draws_gives_four_tenths_of_a_percent():
    for dimension, number in ((2, 4), (2, 64), (64, 4)):
        problem = min_funnel(dimension, number)
        assert 0 < problem.standard_error < 0.004 * problem.value


def test_blocks_change_nothing(monkeypatch):
    problem = min_funnel(3, 5, draws=100)
    whole, values = problem.pairs(500, seed=0), problem.potential(problem.pairs(500, seed=0)[0])
    monkeypatch.setattr(funnels, "BLOCK", 64)
    parts = problem.pairs(500, seed=0)
    assert np.array_equal(whole[0], parts[0])
    assert np.array_equal(values, problem.potential(parts[0]))


def test_there_are_28_cells_and_each_seed_has_its_own():
    cells = min_funnels(draws=16)
    assert [cell.dimension for cell in cells] == [2, 4, 8, 16, 32, 64, 128] * 4
    assert len({cell.name for cell in cells}) == 28
    assert min_funnel(2, 4, seed=1, draws=16).value != min_funnel(2, 4, seed=2, draws=16).value


def test_arguments_are_checked():
    for bad, name in (((0, 4), "dimension"), ((2, 0), "number"), ((2.0, 4), "dimension")):
        with pytest.raises(InvalidInput, match=f"^{name} must"):
            min_funnel(*bad)
    with pytest.raises(InvalidInput, match=r"^draws must"):
        min_funnel(2, 4, draws=1)
    with pytest.raises(InvalidInput, match=r"^seed must"):
        min_funnel(2, 4, seed=-1)
