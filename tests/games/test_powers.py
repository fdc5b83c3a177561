"""Powers of a matrix: the same points whatever else is asked for, and the first time outside of a ball."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dualgap.games.affine import AffineMap
from dualgap.games.powers import MOST_ROWS, Powers

ENTRIES = st.integers(-8, 8).map(lambda n: n / 8)


def linear(matrix, offset=None):
    matrix = np.array(matrix, dtype=np.float64)
    return AffineMap(matrix=matrix, offset=np.zeros(matrix.shape[:-1]) if offset is None else np.array(offset))


def stepped(step, start, steps):
    """All the points, one after another, in rational numbers."""
    matrix = [[Fraction(float(entry)) for entry in row] for row in step.matrix]
    offset = [Fraction(float(entry)) for entry in step.offset]
    point, points = [Fraction(float(one)) for one in start], []
    for _ in range(steps + 1):
        points.append([float(one) for one in point])
        point = [sum(a * b for a, b in zip(row, point, strict=True)) + c for row, c in zip(matrix, offset, strict=True)]
    return np.array(points)


@given(st.lists(ENTRIES, min_size=9, max_size=9), st.lists(ENTRIES, min_size=3, max_size=3), st.booleans())
@settings(max_examples=40)
def test_every_power_is_that_of_rational_arithmetic(entries, start, affine):
    step = linear(np.reshape(entries, (3, 3)) / 2, np.array([0.25, 0.0, -1.0]) if affine else None)
    expected = stepped(step, start, 37)
    found = Powers(step, copies=(), steps=37).at(np.array(start)[:, None], np.arange(38))[:, :, 0].T
    # six products, each a sum of at most four terms that rounds by 2e-16 of the sizes that enter
    sizes = stepped(linear(np.abs(step.matrix), np.abs(step.offset)), np.abs(start), 37)
    assert (np.abs(found - expected) <= 6 * 5 * 2.3e-16 * sizes).all()


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=20), st.integers(0, 10**4))
def test_a_point_does_not_depend_on_what_else_is_asked_for(times, seed):
    rng = np.random.default_rng(seed)
    angle = rng.uniform(0, 3)
    step = linear(0.999999 * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]))
    powers = Powers(step, copies=(2,), steps=10**6)
    start = rng.normal(size=(2, 2))
    times = np.unique([0, *times, 10**6])
    together = powers.at(start, times)
    for k, time in enumerate(times):
        assert np.array_equal(powers.at(start, np.array([time]))[:, 0], together[:, k])
        own = powers.at_own_times(start, np.array([0, 1]), np.array([time, 0]))
        assert np.array_equal(own, np.stack([together[:, k, 0], start[:, 1]], -1))
    first = powers.at(start, np.arange(300))
    assert np.array_equal(powers.at(start, np.arange(0, 300, 7)), first[:, ::7])


def test_a_copy_moves_among_others_as_it_moves_alone_each_by_its_own_matrix():
    rng = np.random.default_rng(0)
    matrices, start = rng.normal(size=(3, 1, 2, 2)) / 2, rng.normal(size=(2, 3, 50))
    together = Powers(linear(matrices), copies=(3, 50), steps=40).at(start.reshape(2, -1), np.arange(0, 41, 8))
    for k in range(3):
        alone = Powers(linear(matrices[k, 0]), copies=(50,), steps=40).at(start[:, k], np.arange(0, 41, 8))
        assert np.array_equal(together.reshape(2, 6, 3, 50)[:, :, k], alone)


def test_a_large_matrix_is_applied_by_products():
    rng = np.random.default_rng(0)
    size = MOST_ROWS + 4
    matrix, start = rng.normal(size=(size, size)) / np.sqrt(size), rng.normal(size=size)
    found = Powers(linear(matrix), copies=(), steps=50).at(start[:, None], np.array([0, 17, 50]))[:, :, 0]
    for k, time in enumerate((0, 17, 50)):
        exact = np.linalg.matrix_power(matrix.astype(np.longdouble), time) @ start
        np.testing.assert_allclose(found[:, k], exact.astype(float), rtol=0, atol=1e-12 * np.abs(exact).max())


def test_a_defective_double_eigenvalue_grows_linearly():
    found = Powers(linear([[1.0, 1.0], [0.0, 1.0]]), copies=(), steps=10**6)
    assert found.at(np.array([[0.0], [1.0]]), np.array([10**6]))[:, 0, 0].tolist() == [1e6, 1.0]


def brute_force(matrix, start, steps, limit, players):
    point = start
    for t in range(1, steps + 1):
        point = matrix @ point
        if not np.linalg.norm(point[:players]) <= limit:
            return t
    return -1


@given(st.integers(0, 10**6), st.integers(1, 300), st.sampled_from([2, 3]))
@settings(max_examples=60)
def test_the_first_time_outside_of_a_ball_is_that_of_the_loop(seed, steps, players):
    rng = np.random.default_rng(seed)
    matrices = rng.normal(size=(4, 3, 3))
    matrices *= rng.uniform(0.8, 1.3, size=(4, 1, 1)) / np.abs(np.linalg.eigvals(matrices)).max(-1)[:, None, None]
    start = rng.normal(size=(3, 4))
    found = Powers(linear(matrices), copies=(4,), steps=steps).lost_at(start, players, steps, 100.0)
    assert found is not None
    expected = [brute_force(matrices[k], start[:, k], steps, 100.0, players) for k in range(4)]
    assert found.tolist() == expected


def test_a_path_that_comes_back_is_lost_where_it_first_left():
    angle = 2 * np.pi / 1000
    turn = (
        np.diag([30.0, 1.0])
        @ [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
        @ np.diag([1 / 30, 1.0])
    )
    start = np.array([[0.0], [1.0]])
    found = Powers(linear(turn), copies=(), steps=10**6).lost_at(start, 2, 10**6, 20.0)
    assert found is not None
    assert found.tolist() == [brute_force(turn, start[:, 0], 1000, 20.0, 2)]


def test_a_path_that_hovers_below_the_limit_is_left_to_the_loop():
    angle = 1.0
    turn = np.array([[np.cos(angle), -3 * np.sin(angle)], [np.sin(angle) / 3, np.cos(angle)]])
    start = np.array([[0.0], [0.999999]])  # its norm comes as near to 3 as one may wish, and never there
    assert Powers(linear(turn), copies=(), steps=10**5).lost_at(start, 2, 10**5, 3.0) is None


def test_overflow_is_seen_before_it_happens():
    powers = Powers(linear([[[2.0]], [[0.5]]]), copies=(2,), steps=10**4)
    assert not powers.stay_finite(np.array([True, False]))
    assert powers.stay_finite(np.array([False, True]))
    lost = powers.lost_at(np.ones((1, 2)), 1, 10**4, 1e12)
    assert lost is not None
    assert lost.tolist() == [40, -1]  # 2^40 = 1.1e12


@pytest.mark.parametrize(("rows", "steps", "pays"), [(2, 1000, True), (400, 1000, False), (400, 10**9, True)])
def test_squarings_are_made_where_they_cost_less_than_steps(rows, steps, pays):
    assert Powers.pays(linear(np.eye(rows)), 1, steps) is pays
