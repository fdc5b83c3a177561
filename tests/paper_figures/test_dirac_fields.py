"""The numbers of the Dirac-GAN say what the caption says."""

from __future__ import annotations

import numpy as np
import pytest

from paper_figures.dirac_fields import CIRCLING, SETTLING, SLOW


@pytest.fixture(scope="module")
def radius(numbers):
    data = numbers("dirac_fields")
    return {name: np.linalg.norm(data[f"{name}_path"], axis=1) for name in (*CIRCLING, SLOW, *SETTLING)}


@pytest.mark.parametrize("case", CIRCLING)
def test_four_circle_for_ever(numbers, radius, case):
    late = numbers("dirac_fields")[f"{case}_path"][-150:]  # twice round and more
    assert radius[case][-150:].min() > 0.25
    for player in late.T:
        assert player.min() < -0.2
        assert player.max() > 0.2


def test_clipping_circles_within_its_bounds(numbers):
    assert np.abs(numbers("dirac_fields")["clipping_path"][1:, 1]).max() <= 0.5


def test_the_non_saturating_gan_comes_nearer_ever_more_slowly(radius):
    r = radius[SLOW]
    assert r[-1] < 0.5 * r[0]
    assert r[-1] > 0.2
    thirds = [r[200] - r[0], r[400] - r[200], r[600] - r[400]]
    assert thirds[0] < thirds[1] < thirds[2] < 0


@pytest.mark.parametrize("case", SETTLING)
def test_three_come_to_rest(radius, case):
    assert radius[case][-1] < 1e-4
