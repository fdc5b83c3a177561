"""Distances of generated points to data, against scipy, loops, and what is known of them."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist, pdist

from dualgap.errors import InvalidInput
from dualgap.training import manifold_coverage, mmd_squared, wasserstein_brackets

RNG = np.random.default_rng(0)
POINTS, DATA = RNG.normal(size=(3, 30, 2)), RNG.normal(size=(30, 2)) + 0.5


@pytest.mark.parametrize("order", [1, 2])
def test_the_distance_is_the_best_assignments_for_every_seed(order):
    for bracket, cloud in zip(wasserstein_brackets(POINTS, data=DATA, order=order), POINTS, strict=True):
        costs = cdist(cloud, DATA) ** order
        expected = costs[linear_sum_assignment(costs)].mean() ** (1 / order)
        assert bracket.value == pytest.approx(expected, rel=1e-9)
        assert bracket.lower <= expected * (1 + 1e-12)
        assert expected <= bracket.upper * (1 + 1e-12)
        bracket.certificate.check()


def test_mmd_is_the_double_sum_without_its_diagonal():
    found = mmd_squared(POINTS, data=DATA)
    for k, cloud in enumerate(POINTS):
        width = np.median(pdist(DATA))  # of 435 distances, an odd number

        def kernel(a, b, width=width):
            return np.exp(-(cdist(a, b) ** 2) / (2 * width**2))

        terms = kernel(cloud, cloud) + kernel(DATA, DATA) - kernel(cloud, DATA) - kernel(DATA, cloud)
        np.fill_diagonal(terms, 0)
        assert float(found["mmd_squared"][k]) == pytest.approx(terms.sum() / (30 * 29), rel=1e-9)
    assert found["mmd_squared_error"].shape == (3,)


def test_the_width_of_the_kernel_is_the_distance_of_two_data_and_not_of_one_to_itself():
    # width 1, the distance of the data; k(r) = exp(-r^2 / 2)
    found = mmd_squared([[3.0], [5.0]], data=[[0.0], [1.0]])
    expected = np.exp(-2.0) + np.exp(-0.5) - np.exp(-2.0) - np.exp(-12.5)  # distances 2, 1, 3 - 1 and 5 - 0
    assert float(found["mmd_squared"]) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("offset", [1000.0, -1000.0])
def test_a_translation_of_both_changes_no_metric_in_single_precision(offset):
    # multiples of 2^-10: the translation, and each difference, has no rounding error
    rng = np.random.default_rng(2)
    x, y = (torch.as_tensor(np.round(rng.normal(size=(60, 3)) * 1024) / 1024, dtype=torch.float32) for _ in "xy")
    for metric in (manifold_coverage, mmd_squared):
        here, there = metric(x, data=y), metric(x + offset, data=y + offset)
        for name, value in here.items():
            # the same operations on the same differences
            assert float(there[name]) == float(value), name


def test_the_standard_error_of_mmd_is_that_of_repetitions():
    rng = np.random.default_rng(1)
    found = mmd_squared(rng.normal(size=(200, 60, 1)) + 1.0, data=rng.normal(size=(200, 60, 1)))
    spread, stated = float(found["mmd_squared"].std()), float(found["mmd_squared_error"].median())
    # 200 repetitions: 5% on the spread, and the width of the kernel varies too
    assert stated == pytest.approx(spread, rel=0.3)


def test_precision_and_recall_are_what_loops_count_and_not_each_other():
    x, y = POINTS[0, :20], DATA
    found = {name: float(value) for name, value in manifold_coverage(x, data=y, neighbours=3).items()}

    def radius(cloud, i):
        return sorted(float(np.linalg.norm(cloud[i] - other)) for other in cloud)[3]

    near_data = [[np.linalg.norm(a - b) <= radius(y, i) for a in x] for i, b in enumerate(y)]
    near_points = [[np.linalg.norm(a - b) <= radius(x, j) for j, a in enumerate(x)] for b in y]
    assert found["precision"] == pytest.approx(np.any(near_data, axis=0).mean())
    assert found["recall"] == pytest.approx(np.any(near_points, axis=1).mean())
    assert found["density"] == pytest.approx(np.sum(near_data) / (3 * 20))
    assert found["coverage"] == pytest.approx(np.any(near_data, axis=1).mean())


def test_a_collapsed_generator_is_precise_and_covers_nothing_and_a_noisy_one_the_reverse():
    data = torch.randn(400, 2, generator=torch.Generator().manual_seed(0))
    collapsed = data[:20] * 0.1
    found = manifold_coverage(collapsed, data=data)
    assert float(found["precision"]) == 1.0
    assert float(found["recall"]) < 0.2
    assert float(found["coverage"]) < 0.3
    wide = 5 * torch.randn(400, 2, generator=torch.Generator().manual_seed(1))
    found = manifold_coverage(wide, data=data)
    assert float(found["precision"]) < 0.5
    assert float(found["recall"]) > 0.9


def test_one_point_repeated_gives_finite_numbers():
    found = {**manifold_coverage(torch.zeros(20, 2), data=DATA), **mmd_squared(torch.zeros(30, 2), data=DATA)}
    assert all(np.isfinite(float(value)) for value in found.values())


@pytest.mark.parametrize(
    "call",
    [
        lambda: wasserstein_brackets(np.zeros(3), data=DATA, order=1),
        lambda: wasserstein_brackets(np.zeros((3, 1)), data=DATA, order=1),
        lambda: mmd_squared(POINTS[:, :5], data=DATA),
        lambda: mmd_squared(np.full((30, 2), np.nan), data=DATA),
        lambda: manifold_coverage(np.zeros((4, 3)), data=DATA),
    ],
)
def test_points_of_another_shape_are_named(call):
    with pytest.raises(InvalidInput, match=r"^points (must|and data must)"):
        call()
    with pytest.raises(InvalidInput, match=r"^neighbours must"):
        manifold_coverage(POINTS, data=DATA, neighbours=30)
