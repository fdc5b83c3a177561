"""How a run ended, in words."""

from __future__ import annotations

import numpy as np
import pytest

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.report.ending import ending, measured_rate

XY = dg.games.bilinear([[1.0]])


def play(start, step, steps=30):
    return dg.simulate(XY, dg.methods.SimultaneousGDA(step=step), start=(start, start), steps=steps)


def test_a_run_of_one_step_is_one_of_one():
    assert ending(play(1.0, 0.1, steps=1)) == "after 1 step"


def test_copies_that_diverged_are_counted_from_the_first():
    run = play(np.array([[0.0], [1.0], [2.0]]), 1e9)
    assert ending(run) == "2 of 3 diverged at step 2 or later"


def test_a_path_that_diverged_too_soon_has_no_rate():
    assert measured_rate(play(1.0, 1e9)) is None
    # sqrt(1 + step^2), exact up to rounding for a linear method
    assert measured_rate(play(1.0, 0.5)) == pytest.approx(np.sqrt(1.25), rel=1e-9)


def test_what_else_hinders_a_rate_is_an_error():
    with pytest.raises(InvalidInput):
        measured_rate(play(1.0, 0.5, steps=3))
