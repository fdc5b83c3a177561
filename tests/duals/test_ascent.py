"""The training keeps the best that it saw, stops in time, and survives its own divergence."""

from __future__ import annotations

import math
import time

import numpy as np
import torch

import dualgap as dg
from dualgap.duals import EstimationGame, Training
from dualgap.duals.ascent import RECORDS, climb
from dualgap.duals.candidates import Candidate
from dualgap.games import Status, Streams
from dualgap.progress import Silent

KR = dg.duals.KantorovichRubinstein()
LINE = dg.networks.MLP((1, 1))
GAME = EstimationGame(KR, LINE, dg.duals.WeightClipping(1.0), dg.duals.Dataset([1.0]), dg.duals.Dataset([0.0]), 4)


def slope(y):
    return {"train": y[:, 0], "validation": y[:, 0]}


def climbed(start, *, game=GAME, method=None, observe=slope, finish=math.inf, **options):
    candidate = Candidate(network=LINE, regulariser=None, method=method or dg.methods.SimultaneousGDA(step=0.05))
    return climb(
        game,
        torch.as_tensor(start, dtype=torch.float32),
        candidate=candidate,
        training=Training(batch_size=4, **options),
        streams=Streams(range(len(start)), dtype=torch.float32),
        observe=observe,
        finish=finish,
        bar=Silent(),
    )


def test_the_best_restart_is_kept():
    found = climbed([[-1.0, 0.0], [0.5, 0.0]], steps=5)
    assert found.history.metrics["validation"].shape == (6, 2)
    assert found.value == float(found.history.metrics["validation"].max()) > 0.5
    assert float(found.weights[0]) == np.float32(found.value)


def test_weights_outside_of_the_critics_set_are_never_the_best():
    assert climbed([[5.0, 0.0]], steps=5).weights.tolist() == [1.0, 0.0]  # clipped before the first record


def test_the_best_moment_is_kept_and_training_stops_when_nothing_gets_better():
    def overfit(y):
        return {"train": y[:, 0], "validation": -(y[:, 0] - 0.3).abs()}  # best on the way

    found = climbed([[0.0, 0.0]], observe=overfit, steps=200, patience=3)
    assert abs(float(found.weights[0]) - 0.3) < 0.2
    assert found.history.metric_steps[-1] < 200
    assert len(found.history.metric_steps) <= RECORDS


def test_a_deadline_ends_it_and_leaves_a_record():
    found = climbed([[0.0, 0.0]], steps=10**6, finish=time.monotonic())
    assert found.history.metric_steps[-1] == 1
    assert found.history.status is Status.BUDGET


def test_a_restart_that_runs_away_leaves_its_last_good_weights():
    free = EstimationGame(KR, LINE, None, dg.duals.Dataset([1.0]), dg.duals.Dataset([0.0]), 4)
    found = climbed([[0.5, 0.0]], game=free, method=dg.methods.SimultaneousGDA(step=1e20), steps=10)
    assert found.history.status is Status.DIVERGED
    assert found.history.diverged_at.tolist() == [1]
    assert found.weights.tolist() == [0.5, 0.0]


def test_values_that_are_no_numbers_are_never_the_best():
    calls = []

    def sometimes(y):
        calls.append(0)
        value = y[:, 0] if len(calls) < 3 else torch.full_like(y[:, 0], math.nan)
        return {"validation": value}

    found = climbed([[0.1, 0.0]], observe=sometimes, steps=40)
    assert math.isfinite(found.value)
    assert torch.isfinite(found.weights).all()
