"""Draws of a problem are those of its seed."""

from __future__ import annotations

import numpy as np
import pytest

from dualgap.errors import InvalidInput
from dualgap.testing import known_distances

PROBLEM = known_distances.shift(3, by=2.0)


def test_a_seed_gives_the_same_draws_and_a_generator_goes_on():
    first, second = PROBLEM.sample(5, seed=1), PROBLEM.sample(5, seed=1)
    assert np.array_equal(first[0], second[0])
    assert np.array_equal(first[1], second[1])
    assert not np.array_equal(PROBLEM.sample(5, seed=2)[0], first[0])
    rng = np.random.default_rng(0)
    assert not np.array_equal(PROBLEM.sample(5, seed=rng)[0], PROBLEM.sample(5, seed=rng)[0])
    assert not np.array_equal(PROBLEM.pairs(5, seed=rng)[0], PROBLEM.pairs(5, seed=rng)[0])


def test_samples_are_no_pairs():
    x, y = PROBLEM.sample(5, seed=0)
    assert x.shape == y.shape == (5, 3)
    assert not np.allclose(y - x, (y - x)[0])
    x, y = PROBLEM.pairs(5, seed=0)
    assert np.allclose(y - x, (y - x)[0])


@pytest.mark.parametrize("method", ["sample", "pairs"])
def test_numbers_and_seeds_are_checked(method):
    for n in (0, -1, 2.0, True, "3"):
        with pytest.raises(InvalidInput, match=r"^n must"):
            getattr(PROBLEM, method)(n, seed=0)
    for seed in (-1, 0.5, None, "0"):
        with pytest.raises(InvalidInput, match=r"^seed must"):
            getattr(PROBLEM, method)(3, seed=seed)


def test_a_problem_can_be_read():
    assert repr(PROBLEM) == (
        "KnownDistance(name='shift by 2, d = 3', dimension=3, order=1.0, value=2.0, standard_error=0.0)"
    )
