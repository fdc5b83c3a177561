"""The plane of a portrait."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dualgap as dg
from dualgap.report.plane import plane_of


@pytest.mark.parametrize("name", dg.games.examples())
def test_coordinates_and_points_undo_each_other(name):
    game = dg.games.examples()[name].make()
    paths = np.random.default_rng(0).normal(size=(7, sum(game.sizes)))
    plane = plane_of(game, paths)
    wanted = np.random.default_rng(1).normal(size=(4, 5, 2))
    assert np.allclose(plane.coordinates(plane.points(wanted)), wanted, atol=1e-14)


def test_two_numbers_are_shown_as_they_are():
    plane = plane_of(dg.games.xy(), np.ones((3, 2)))
    assert plane.coordinates(np.array([0.3, -2.0])).tolist() == [0.3, -2.0]
    assert plane.labels == ("x", "y")


def test_two_moves_each_are_shown_as_the_weights_of_the_first():
    plane = plane_of(dg.games.matching_pennies(), np.ones((3, 4)))
    assert plane.coordinates(np.array([0.3, 0.7, 0.6, 0.4])) == pytest.approx([0.3, 0.6])
    assert plane.points(np.array([0.3, 0.6])) == pytest.approx([0.3, 0.7, 0.6, 0.4])


@given(st.integers(0, 1000))
def test_a_path_in_a_plane_loses_nothing(seed):
    game = dg.games.random_quadratic(3, 2, seed=0)
    rng = np.random.default_rng(seed)
    path = rng.normal(size=(9, 2)) @ rng.normal(size=(2, 5))
    plane = plane_of(game, path)
    assert np.allclose(plane.points(plane.coordinates(path)), path, atol=1e-12)


def test_a_path_that_stands_still_has_a_plane():
    game = dg.games.random_quadratic(2, 2, seed=0)
    plane = plane_of(game, np.zeros((3, 4)))
    assert plane.labels == ("direction 1, 0% of the path", "direction 2, 0% of the path")
