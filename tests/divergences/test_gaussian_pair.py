from __future__ import annotations

import numpy as np
import pytest

from dualgap.divergences.gaussian_pair import (
    GaussianPair,
    difference_of_supports,
    is_degenerate,
    null_directions,
)
from dualgap.measures import Gaussian


def _line(offset, direction=(0.0, 1.0)):
    direction = np.array(direction)
    return Gaussian([offset, 0.0], np.outer(direction, direction))


def test_parallel_lines_are_singular_however_close():
    for theta in (1.0, 1e-8, 1e-300, -3.0):
        assert "parallel affine subspaces of dimension 1" in difference_of_supports(_line(0.0), _line(theta))
    assert difference_of_supports(_line(0.5), _line(0.5)) == ""


def test_a_line_has_probability_zero_in_the_plane():
    plane = Gaussian([0.0, 0.0], np.eye(2))
    assert difference_of_supports(_line(0.0), plane).startswith("p lies in an affine subspace of dimension 1")
    assert difference_of_supports(plane, _line(0.0)).startswith("q lies in an affine subspace of dimension 1")


def test_lines_that_cross_are_singular():
    assert difference_of_supports(_line(0.0), _line(0.0, (1.0, 1.0)))


def test_variances_of_very_different_size_are_not_degenerate():
    assert not is_degenerate(Gaussian([0.0, 0.0], np.diag([1e-40, 1e40])))
    assert difference_of_supports(Gaussian([0.0, 0.0], np.diag([1e-40, 1e40])), Gaussian([0.0, 0.0], np.eye(2))) == ""


@pytest.mark.parametrize("rank", [0, 1, 2, 3])
def test_null_directions_span_the_null_space(rank):
    rng = np.random.default_rng(rank)
    root = rng.normal(size=(3, rank)) * np.array([1e-6, 1.0, 1e6])[:, None]
    covariance = root @ root.T
    directions = null_directions(covariance)
    assert len(directions) == 3 - rank
    # Rounding of the products, on the scale that their terms have.
    deviation = np.sqrt(np.diagonal(covariance))
    for v in directions:
        assert abs(v @ root).max(initial=0.0) <= 1e-12 * (np.abs(v) @ deviation + 1e-300)


def test_the_pair_reduces_both_to_the_common_subspace():
    rng = np.random.default_rng(0)
    root = rng.normal(size=(4, 2))
    pair = GaussianPair(Gaussian(np.zeros(4), root @ root.T), Gaussian(root @ [1.0, 2.0], 4 * root @ root.T))
    assert pair.rank == 2
    first, second, shift = pair.reduced
    np.testing.assert_allclose(second, 4 * first, atol=1e-12)
    assert shift.shape == (2,)
