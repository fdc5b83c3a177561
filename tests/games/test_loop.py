"""The one loop, told about after every step, and gone on with from any moment."""

from __future__ import annotations

import numpy as np
import torch

import dualgap as dg
from dualgap.games.loop import Moment, norm, play_on
from dualgap.games.recording import Recorder, Schedule
from dualgap.progress import Silent

GAME = dg.games.dirac_gan()
METHOD = dg.methods.OptimisticGDA(step=0.1)


def advance(x, y, state):
    return METHOD.step(GAME, x, y, state, lambda: None)


def began():
    x, y = torch.ones(3, 1, dtype=torch.float64), torch.linspace(0, 1, 3, dtype=torch.float64)[:, None]
    return Moment.beginning(x, y, METHOD.init(GAME, x, y))


def played(steps, at=None, recorder=None, **options):
    recorder = recorder or Recorder(True, None, 100)
    ended = play_on(advance, at or began(), Schedule(2, steps), recorder, bar=Silent(), **options)
    return *ended, recorder


def test_it_is_the_simulation():
    ended, settled, recorder = played(7)
    run = dg.simulate(GAME, METHOD, start=(began().x, began().y), steps=7, record=2)
    assert not settled
    assert ended.time == 7
    assert torch.equal(recorder.players()[0], run.x)
    assert recorder.times().tolist() == run.steps.tolist() == [0, 2, 4, 6, 7]


def test_from_any_moment_it_goes_on_as_if_it_had_not_stopped():
    whole, _, kept = played(9)
    for stop in range(1, 9):
        first, _, recorder = played(stop)
        second, _, _ = played(9, at=first, recorder=recorder)
        assert torch.equal(second.x, whole.x)
        assert torch.equal(second.y, whole.y)
        assert {*kept.times()} <= {*recorder.times()}


def test_it_tells_of_every_step_and_ends_at_a_record_when_it_is_told_to():
    seen = []

    def after(moment, recorded):
        seen.append((moment.time, recorded))
        return moment.time >= 3

    ended, settled, recorder = played(9, after=after)
    assert seen == [(1, False), (2, True), (3, False), (4, True)]
    assert settled
    assert ended.time == 4
    assert recorder.times().tolist() == [0, 2, 4]


def test_a_copy_that_is_lost_stays_where_it_was_and_the_others_go_on():
    def wild(x, y, state):
        new_x, new_y, state = advance(x, y, state)
        return torch.where(torch.tensor([[False], [True], [False]]), torch.nan, new_x), new_y, state

    recorder = Recorder(True, None, 100)
    ended, _ = play_on(wild, began(), Schedule(1, 3), recorder, bar=Silent())
    assert ended.diverged_at.tolist() == [-1, 1, -1]
    assert torch.equal(ended.x[1], began().x[1])
    assert torch.isfinite(ended.x).all()
    assert ended.time == 3


def test_the_norm_is_that_of_the_pair():
    x, y = torch.tensor([[3.0], [0.0]]), torch.tensor([[4.0], [2.0]])
    assert np.allclose(norm(x, y), [5.0, 2.0])
