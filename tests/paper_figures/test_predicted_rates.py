"""The numbers of the rates say what the caption says."""

from __future__ import annotations

import numpy as np
import pytest


@pytest.fixture(scope="module")
def data(numbers):
    return numbers("predicted_rates")


def test_every_pair_is_on_the_diagonal(data):
    assert np.abs(data["predicted"] - data["measured"]).max() < 1e-6
    assert (data["difference"] >= np.abs(data["predicted"] - data["measured"])).all()


def test_methods_and_games_are_many_and_some_pairs_repel(data):
    assert len(set(data["method"].tolist())) >= 20
    assert len(set(data["game"].tolist())) >= 14
    assert (data["predicted"] > 1.01).any()
    assert (data["predicted"] < 0.99).any()
    assert data["left_out"] > 0
