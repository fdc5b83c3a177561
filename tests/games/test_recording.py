"""What is recorded, and that it fits into memory."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.games.recording import MOST_BYTES, Recorder, Schedule, require_room


@given(st.integers(1, 500), st.data())
def test_a_schedule_has_the_start_the_end_and_what_was_asked_for_in_between(steps, data):
    every = data.draw(st.integers(1, 600))
    listed = data.draw(st.lists(st.integers(0, steps), min_size=1, max_size=9))
    for record, expected in (
        (every, {*range(0, steps, every), steps}),
        (listed, {0, *listed, steps}),
        (np.array(listed), {0, *listed, steps}),
        (torch.tensor(listed), {0, *listed, steps}),
    ):
        schedule = Schedule(record, steps)
        times = schedule.between(0, len(schedule))
        assert times.tolist() == sorted(expected)
        assert len(schedule) == len(expected)
        earlier = data.draw(st.integers(1, steps))
        ended = schedule.until(earlier)
        assert ended.between(0, len(ended)).tolist() == sorted({t for t in expected if t < earlier} | {earlier})


@given(st.integers(1, 10**12))
def test_a_logarithmic_schedule_is_dense_at_first_and_has_twenty_records_in_a_tenfold(steps):
    schedule = Schedule("logarithmic", steps)
    times = schedule.between(0, len(schedule))
    assert times[0] == 0
    assert times[-1] == steps
    assert (np.diff(times) > 0).all()
    assert len(times) <= 2 + 20 * np.log10(10 * steps)
    # a ratio of 10^(1/20) = 1.122, and the rounding of both to whole steps
    assert (times[2:] <= 1.1221 * times[1:-1] + 1.1).all()


@pytest.mark.parametrize("record", [0, -1, 1.5, True, "all", [], [-1], [11], [0.5], [[1]], None])
def test_what_is_no_schedule_is_named(record):
    with pytest.raises(InvalidInput, match=r"^record must"):
        Schedule(record, 10)


def test_a_path_that_does_not_fit_is_refused_before_it_is_begun_with_the_remedy():
    player = torch.zeros(1, dtype=torch.float64)
    require_room(MOST_BYTES // 8, player)
    with pytest.raises(InvalidInput, match=r"^record must keep a path of at most 4.3 GB.*path=False"):
        require_room(MOST_BYTES // 8 + 1, player)
    start = torch.zeros(1000, 1).expand(1000, 1)
    game, method = dg.games.bilinear([[1.0]]), dg.methods.ExtraGradient(step=0.1)
    with pytest.raises(InvalidInput, match=r"^record must keep"):
        dg.simulate(game, method, start=(start, start), steps=10**7)
    run = dg.simulate(game, method, start=(start.double(), start.double()), steps=10**7, record="logarithmic")
    assert len(run.steps) < 150


@pytest.mark.parametrize("path", [True, False])
def test_records_come_one_by_one_or_many_at_once(path):
    x = torch.arange(200, dtype=torch.float64).reshape(100, 2, 1)
    one, many = (Recorder(path, lambda x, y: {"sum": (x + y).sum(-1)}, 100) for _ in range(2))
    for t in range(100):
        one.add(t, x[t], -2 * x[t])
    for first, last in ((0, 1), (1, 30), (30, 100)):
        many.extend(np.arange(first, last), x[first:last], -2 * x[first:last])
    for recorder in (one, many):
        assert recorder.times().tolist() == list(range(100))
        kept = x if path else x[[0, 99]]
        assert torch.equal(recorder.players()[0], kept)
        assert torch.equal(recorder.players()[1], -2 * kept)
        assert torch.equal(recorder.stacked()["sum"], -x[..., 0])
        assert recorder.last() == {"sum": -(198 + 199) / 2}


def test_what_is_observed_has_the_same_names_every_time():
    recorder = Recorder(True, lambda x, y: {f"at {float(x):g}": x}, 5)
    zero = torch.zeros(1)
    recorder.add(0, zero, zero)
    with pytest.raises(InvalidInput, match=r"^observe must return the same names every time"):
        recorder.add(1, zero + 1, zero)
    with pytest.raises(InvalidInput, match=r"^observe must return a dict of tensors, got int"):
        Recorder(True, lambda x, y: 3, 5).add(0, zero, zero)  # type: ignore[arg-type,return-value]


@given(st.integers(1, 60), st.data())
def test_the_record_that_follows_a_step_is_the_next_of_the_schedule(steps, data):
    record = data.draw(st.one_of(st.integers(1, 70), st.lists(st.integers(0, steps), min_size=1)))
    schedule = Schedule(record, steps)
    times = schedule.between(0, len(schedule)).tolist()
    for step in range(steps):
        assert schedule.following(step) == next(time for time in times if time > step)


@pytest.mark.parametrize("path", [True, False])
def test_a_restored_recorder_goes_on_as_the_one_that_was_kept(path):
    def filled(recorder, times):
        for time in times:
            recorder.add(time, torch.full((2, 1), float(time)), torch.full((2, 3), float(-time)))
        return recorder

    def made():
        return Recorder(path, lambda x, y: {"x": x[..., 0], "time": y[..., 0]}, 6)

    assert not made().begun
    whole, restored = filled(made(), range(6)), made()
    restored.restore(filled(made(), range(3)).state())
    filled(restored, range(3, 6))
    for one, other in zip(restored.players(), whole.players(), strict=True):
        assert torch.equal(one, other)
    assert restored.times().tolist() == whole.times().tolist()
    assert all(torch.equal(restored.stacked()[name], whole.stacked()[name]) for name in ("x", "time"))
