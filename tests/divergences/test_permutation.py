from __future__ import annotations

import math

import numpy as np
import pytest

import dualgap as dg
from dualgap.divergences import permutation_test
from dualgap.errors import InvalidInput

RNG = np.random.default_rng(0)


def _difference(x, y):
    return abs(float(x.mean() - y.mean()))


@pytest.mark.parametrize(
    ("statistic", "options"), [(dg.energy_distance, {}), (dg.mmd, {"bandwidth": 1.0}), (_difference, {})]
)
@pytest.mark.parametrize("atoms", [False, True], ids=["continuous", "tied"])
def test_under_equal_laws_the_p_value_is_at_most_u_with_probability_at_most_u(statistic, options, atoms):
    rng = np.random.default_rng(1)
    draw = (lambda n: rng.integers(0, 3, n).astype(float)) if atoms else (lambda n: rng.normal(size=n))
    values = np.array(
        [permutation_test(statistic, draw(9), draw(14), permutations=19, seed=s, **options).p_value for s in range(300)]
    )
    for u in (0.05, 0.1, 0.25, 0.5):
        assert (values <= u).mean() <= u + 4 * math.sqrt(u * (1 - u) / 300)  # four standard errors
    if not atoms:  # and without ties it is uniform on 1/20, ..., 1
        assert abs(values.mean() - 0.525) < 0.08


def test_different_laws_are_told_apart():
    x, y = RNG.normal(size=(60, 3)), RNG.normal(size=(40, 3)) * 2
    result = permutation_test(dg.energy_distance, x, dg.Samples(y), permutations=199)
    assert (result.as_large, result.p_value, result.permutations) == (0, 1 / 200, 199)
    assert result.statistic == pytest.approx(float(dg.energy_distance(x, y)))


def test_the_general_way_and_the_way_by_the_kernel_agree():
    """The biased square of equal sizes is an increasing function of the unbiased one up to the diagonal: same order."""
    x, y = RNG.normal(size=(15, 1)), RNG.normal(0.7, 1.0, (15, 1))
    fast = permutation_test(dg.energy_distance, x, y, permutations=400, seed=1)
    general = permutation_test(lambda a, b: float(dg.energy_distance(a, b)), x, y, permutations=400, seed=1)
    assert fast.as_large == general.as_large


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((3, [0.0, 1.0], [0.0, 1.0]), "statistic must be"),
        ((_difference, [0.0], [0.0, 1.0]), "x must hold at least 2"),
        ((_difference, [0.0, 1.0], [math.nan, 1.0]), "y must be finite"),
        ((_difference, [0.0, 1.0], [[0.0, 1.0], [1.0, 2.0]]), "x and y must have the same dimension"),
        ((lambda x, y: math.nan, [0.0, 1.0], [0.0, 1.0]), "statistic must be finite"),
    ],
)
def test_what_does_not_belong_is_refused_by_name(arguments, message):
    with pytest.raises(InvalidInput, match=message):
        permutation_test(*arguments)
    with pytest.raises(InvalidInput, match="permutations must be"):
        permutation_test(_difference, [0.0, 1.0], [0.0, 1.0], permutations=0)
