"""The run from coarse to fine: sizes, and how a run ends."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from dualgap.games.trajectory import Status
from dualgap.progress import Silent
from dualgap.training.style import LBFGS, RandomConvolutions, SlicedLoss
from dualgap.training.style.features import pyramid_sizes
from dualgap.training.style.objective import Images, Weights
from dualgap.training.style.run import Problem, coarse_to_fine

FEATURES = RandomConvolutions(levels=2, sizes=(3,), channels=4, outline_sizes=(3,), outline_channels=2)


def problem(steps=2, tolerance=0.0):
    return Problem(features=FEATURES, loss=SlicedLoss(projections=4), optimiser=LBFGS(tolerance=tolerance), steps=steps)


def images(side=33):
    generator = torch.Generator().manual_seed(0)
    content, style = torch.rand(2, 3, side, side, generator=generator, dtype=torch.float64)
    return Images(content=content, style=style, start=content)


def weights():
    one = torch.ones(1, dtype=torch.float64)
    return Weights(content=0.1 * one, style=one, smoothness=0.0)


@pytest.mark.parametrize("scales", [1, 2, 3])
def test_the_smallest_side_is_just_enough_at_every_number_of_sizes(scales):
    side = problem().smallest_side(scales)
    assert pyramid_sizes(side, side, scales)[-1][0] == FEATURES.smallest_side
    assert pyramid_sizes(side - 1, side - 1, scales)[-1][0] < FEATURES.smallest_side


def test_each_size_begins_where_the_one_before_ended():
    found, history, status = coarse_to_fine(problem(), images(), weights(), 2, Silent(), "test")
    assert found.shape == (1, 3, 33, 33)
    assert history["scale"].tolist() == [1] * 3 + [0] * 3
    assert status is Status.BUDGET
    assert np.isfinite(history["objective"]).all()
    assert set(history) == {"content", "style", "objective", "scale", *FEATURES.content_layers, *FEATURES.style_layers}


def test_a_run_whose_steps_gain_too_little_has_converged():
    _, history, status = coarse_to_fine(problem(steps=50, tolerance=0.9), images(), weights(), 1, Silent(), "test")
    assert status is Status.CONVERGED
    assert len(history["objective"]) < 51
