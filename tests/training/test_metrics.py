"""Coverage by the rules of the toy benchmarks."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.games import Streams

RING = dg.training.Ring()


def test_the_true_law_has_all_modes_and_the_known_quality():
    points = RING.draw(Streams(range(20)), 2500)
    found = dg.training.mode_coverage(points, RING.centres(), RING.spread)
    assert found["modes"].tolist() == [8] * 20
    # 1 - exp(-4.5) = 0.98889; 50,000 points: five standard deviations are 0.0024
    assert abs(float(found["high_quality"].mean()) - (1 - math.exp(-4.5))) < 0.0024
    # plug-in bias (K - 1) / 2n = 0.0014
    assert abs(float(found["reverse_kl"].mean()) - 7 / 5000) < 0.0007


def test_a_collapsed_generator_has_one_mode_and_log_k():
    found = dg.training.mode_coverage(RING.centres()[:1].expand(100, 2), RING.centres(), RING.spread)
    assert int(found["modes"]) == 1
    assert abs(float(found["reverse_kl"]) - math.log(8)) < 1e-15


def test_a_mode_counts_with_one_good_point_and_not_with_a_bad_one():
    centres = np.array([[0.0, 0.0], [1.0, 0.0]])
    points = np.array([[0.0, 0.0299], [1.0, 0.0301], [1.0, 0.5]])
    found = dg.training.mode_coverage(points, centres, 0.01)
    assert int(found["modes"]) == 1
    assert float(found["high_quality"]) == pytest.approx(1 / 3)
    shares = np.array([1 / 3, 2 / 3])
    assert float(found["reverse_kl"]) == pytest.approx(math.log(2) + (shares * np.log(shares)).sum(), abs=1e-15)


@pytest.mark.parametrize(
    "arguments",
    [
        (torch.zeros(3), RING.centres(), 0.1),
        (torch.zeros(3, 1), RING.centres(), 0.1),
        (torch.full((3, 2), math.nan), RING.centres(), 0.1),
    ],
)
def test_points_of_another_shape_are_named(arguments):
    with pytest.raises(InvalidInput, match=r"^points must"):
        dg.training.mode_coverage(*arguments)
    with pytest.raises(InvalidInput, match=r"^spread must"):
        dg.training.mode_coverage(torch.zeros(3, 2), RING.centres(), 0.0)
