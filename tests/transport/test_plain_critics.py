"""Each of the critics that need no training is right about laws that differ in its way."""

from __future__ import annotations

import numpy as np
import pytest

from dualgap.measures import Samples
from dualgap.transport.plain_critics import critics_of, plan_extension
from dualgap.transport.splits import split_draws

RNG = np.random.default_rng(0)
D = 6


def best(x, y):
    split = split_draws(Samples(x), Samples(y), 0)
    first, second = split.held_out
    return max(float(critic(first).mean() - critic(second).mean()) for critic in critics_of(split, "euclidean", 100))


def test_a_shift_a_scale_and_a_scale_of_some_directions_are_found():
    x, y = RNG.normal(size=(2, 4000, D))
    moved = y + np.eye(D)[0]
    within = 0.1  # 1,400 held-out draws
    assert best(x, moved) == pytest.approx(1.0, rel=within)
    assert best(x, 2 * y) == pytest.approx(np.linalg.norm(y, axis=1).mean(), rel=within)
    flattened = y * np.array([1.0, 1.0, 1.0, 0.2, 0.2, 0.2])
    assert best(x, flattened) == pytest.approx(0.8 * np.linalg.norm(y[:, 3:], axis=1).mean(), rel=within)


def test_a_law_of_the_radius_is_found():
    x = RNG.normal(size=(4000, D))
    projected = RNG.normal(size=(4000, D))
    projected *= (0.5 + 1 / np.linalg.norm(projected, axis=1, keepdims=True) / 2) * 1
    truth = 0.5 * np.abs(np.linalg.norm(x, axis=1) - 1).mean()
    assert best(x, projected) == pytest.approx(truth, rel=0.1)


def test_the_extension_of_a_plan_attains_the_distance_between_its_points():
    x, y = RNG.normal(size=(40, 2)), RNG.normal(size=(50, 2)) + 1
    critic = plan_extension(x, y, "euclidean")
    import dualgap as dg

    assert critic(x).mean() - critic(y).mean() == pytest.approx(float(dg.wasserstein(x, y)), rel=1e-9)


def test_huge_coordinates_are_no_obstacle():
    x, y = RNG.normal(size=(2, 60, 2)) * 1e150
    split = split_draws(Samples(x), Samples(y), 0)
    assert all(np.isfinite(critic(x)).all() for critic in critics_of(split, "euclidean", 20))
