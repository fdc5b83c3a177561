"""An estimator is a game with an idle player."""

from __future__ import annotations

import numpy as np
import torch

import dualgap as dg
from dualgap.games import Streams

P, Q = dg.duals.Dataset([[0.0], [1.0]]), dg.duals.Dataset([[3.0], [4.0]])
CRITIC = dg.networks.MLP((1, 8, 1))


def game(regulariser=None):
    return dg.duals.EstimationGame(dg.duals.KantorovichRubinstein(), CRITIC, regulariser, P, Q, 16)


def test_the_idle_player_is_empty_and_never_moves():
    made = game()
    assert made.sizes == (0, CRITIC.size)
    start = torch.zeros(0, dtype=torch.float64), CRITIC.initial(Streams(0))
    run = dg.simulate(made, dg.methods.SimultaneousGDA(step=1e-3), start=start, steps=3)
    assert run.x.shape == (4, 0)
    assert not torch.equal(run.y[0], run.y[-1])


def test_ascent_raises_the_value_of_the_dual():
    made = game(dg.duals.WeightClipping(0.3))
    start = torch.zeros(0, dtype=torch.float64), CRITIC.initial(Streams(0))

    def value(x, y):
        scores = [CRITIC(y, torch.as_tensor(law.points))[..., 0] for law in (P, Q)]
        return {"value": made.objective.value(*scores)}

    run = dg.simulate(made, dg.methods.SimultaneousGDA(step=0.05), start=start, steps=60, observe=value)
    assert float(run.metrics["value"][-1]) > float(run.metrics["value"][1]) + 0.1
    assert np.abs(run.y[1:].numpy()).max() <= 0.3
