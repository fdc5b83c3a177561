"""How a run ended, in words."""

from __future__ import annotations

import numpy as np

import dualgap as dg
from dualgap.report.ending import ending

XY = dg.games.bilinear([[1.0]])


def play(start, step, steps=30):
    return dg.simulate(XY, dg.methods.SimultaneousGDA(step=step), start=(start, start), steps=steps)


def test_a_run_of_one_step_is_one_of_one():
    assert ending(play(1.0, 0.1, steps=1)) == "after 1 step"


def test_copies_that_diverged_are_counted_from_the_first():
    run = play(np.array([[0.0], [1.0], [2.0]]), 1e9)
    assert ending(run) == "2 of 3 diverged at step 2 or later"
