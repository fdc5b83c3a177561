"""The numbers of the closing brackets say what the caption says."""

from __future__ import annotations

import numpy as np
import pytest

from paper_figures.brackets_closing import METHODS, SINKHORN


@pytest.fixture(scope="module")
def data(numbers):
    return numbers("brackets_closing")


def test_all_brackets_are_of_the_same_distance(data):
    bounds = np.concatenate([data[f"{name}_bounds"] for name in METHODS])
    assert bounds[:, 0].max() <= bounds[:, 1].min() * (1 + 1e-12)


def test_both_exact_methods_end_at_rounding_and_sparse_arcs_can_be_stopped_before(data):
    assert data["dense_gap"][0] < 1e-9
    assert data["sparse_gap"][-1] < 1e-8
    assert data["sparse_gap"][0] < 1e-2
    assert data["sparse_gap"][-1] <= data["sparse_gap"][0]


def test_sinkhorn_reaches_every_gap_and_pays_for_it(data):
    assert (data["sinkhorn_gap"] <= np.array(SINKHORN)).all()
    assert (np.diff(data["sinkhorn_gap"]) < 0).all()
    assert data["sinkhorn_seconds"][-1] > data["sinkhorn_seconds"][0]  # several times the iterations


def test_the_neural_bracket_is_wider_than_the_exact_ones_by_orders_of_magnitude(data):
    assert (data["neural_gap"] < 1).all()
    assert data["neural_gap"].min() > 1e3 * max(data["dense_gap"][0], data["sparse_gap"][-1])
