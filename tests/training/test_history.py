"""Statistics over seeds, and what is written of a run."""

from __future__ import annotations

import json
import sys

import numpy as np
import pytest

import dualgap as dg
from dualgap.errors import InvalidInput, MissingExtra
from dualgap.games import Status, Trajectory
from dualgap.training import share_of_seeds, summary, write_json_lines, write_tensorboard


def run(values=((1.0, 2.0, 9.0), (3.0, 5.0, 7.0)), lost=(-1, -1, -1)):
    values = np.array(values)
    return Trajectory(
        x=np.zeros((2, 3, 1)),
        y=np.zeros((2, 3, 1)),
        steps=np.array([0, 10]),
        metrics={"m": values},
        metric_steps=np.array([0, 10]),
        status=Status.BUDGET,
        diverged_at=np.array(lost),
        tolerance=None,
        state={},
        equilibrium=None,
        gradient_calls=1,
    )


def test_medians_and_quantiles_are_over_the_seeds():
    rows = summary(run())
    assert [row["step"] for row in rows] == [0, 10]
    assert rows[0]["m"] == {"median": 2.0, "low": 1.5, "high": 5.5}
    assert rows[1]["diverged"] == 0


def test_a_seed_counts_until_it_diverges():
    rows = summary(run(lost=(-1, 4, -1)))
    assert (rows[0]["diverged"], rows[1]["diverged"]) == (0, 1)
    assert rows[1]["m"]["median"] == 5.0
    assert np.isnan(summary(run(lost=(1, 1, 1)))[1]["m"]["median"])


def test_the_share_has_the_exact_interval():
    found = share_of_seeds([True] * 7 + [False])
    assert found["share"] == 7 / 8
    assert (found["lower"], found["upper"]) == pytest.approx(
        (0.4735, 0.9968), abs=1e-4
    )  # Clopper and Pearson, by tables


@pytest.mark.parametrize("succeeded", [[], [1, 0], 3, [[True]]])
def test_what_is_no_share_is_named(succeeded):
    with pytest.raises(InvalidInput, match=r"^succeeded must"):
        share_of_seeds(succeeded)


@pytest.mark.parametrize("options", [{"low": -0.1}, {"high": 1.1}, {"low": 0.6, "high": 0.4}])
def test_quantiles_are_shares_in_order(options):
    with pytest.raises(InvalidInput, match=r"^(low|high) must"):
        summary(run(), **options)


def test_json_lines_hold_every_number_of_every_seed(tmp_path):
    path = write_json_lines(run(((1.0, 2.0, np.nan), (3.0, 5.0, np.inf))), tmp_path / "run.jsonl")
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert lines == [{"step": 0, "m": [1.0, 2.0, None]}, {"step": 10, "m": [3.0, 5.0, None]}]


def test_without_tensorboard_it_says_so(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorboard", None)
    with pytest.raises(MissingExtra, match="tensorboard is needed"):
        write_tensorboard(run(), tmp_path / "logs")
    with pytest.raises(InvalidInput, match=r"^folder must"):
        write_tensorboard(run(), 3)


def test_with_tensorboard_every_number_is_written(tmp_path, monkeypatch):
    written = []

    class Writer:
        def __init__(self, folder):
            self.folder = folder

        def __enter__(self):
            return self

        def __exit__(self, *_):
            return None

        def add_scalar(self, name, value, step):
            written.append((self.folder[-1], name, value, step))

    fake = type(sys)("torch.utils.tensorboard")
    fake.SummaryWriter = Writer
    monkeypatch.setitem(sys.modules, "tensorboard", type(sys)("tensorboard"))
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", fake)
    write_tensorboard(run(), tmp_path)
    assert ("2", "m", 7.0, 10) in written
    assert len(written) == 6


def test_a_runs_own_metrics_are_summed_up():
    rows = summary(dg.training.recipes.ring(steps=2).train(seeds=[0, 1], observe=dg.training.Evaluation(points=20)))
    assert {"dual", "modes", "high_quality", "reverse_kl"} <= set(rows[0])


def test_tensorboard_reads_what_was_written(tmp_path):
    pytest.importorskip("tensorboard", reason="tensorboard is not installed")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    folder = write_tensorboard(run(), tmp_path / "logs")
    read = EventAccumulator(str(max(folder.iterdir()))).Reload()
    tags = read.Tags()["scalars"]
    assert tags
    values = {event.value for tag in tags for event in read.Scalars(tag)}
    assert 7.0 in values  # the third seed at the second record
