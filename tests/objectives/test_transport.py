"""The duals of optimal transport."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import dualgap as dg
from dualgap.errors import InvalidInput

SEEDS = st.integers(0, 1000)


@given(SEEDS, st.sampled_from([1.0, 1.5, 2.0, 3.0]))
def test_a_batch_value_of_the_semi_dual_is_below_the_distance_of_the_batches(seed, order):
    rng = np.random.default_rng(seed)
    x, y, f = rng.normal(size=(6, 2)), rng.normal(size=(5, 2)), rng.normal(size=5)
    objective = dg.duals.SemiDual(order=order)
    value = objective.on_batch(lambda points: torch.as_tensor(f), torch.as_tensor(x), torch.as_tensor(y))
    truth = dg.wasserstein(x, y, order=order)
    assert float(objective.divergence(value)) <= truth.upper * (1 + 1e-9)


def test_the_optimal_potential_attains_it():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(30, 2)), rng.normal(size=(20, 2)) + 1
    exact = dg.wasserstein(x, y, order=2)
    potential = torch.as_tensor(exact.potentials[1])
    value = dg.duals.SemiDual().on_batch(lambda points: potential, torch.as_tensor(x), torch.as_tensor(y))
    assert float(value) ** 0.5 == pytest.approx(float(exact), rel=1e-9)


def test_a_minibatch_overestimates_the_value_of_a_critic():
    rng = np.random.default_rng(1)
    x, y = torch.as_tensor(rng.normal(size=(400, 2))), torch.as_tensor(rng.normal(size=(400, 2)))
    objective = dg.duals.SemiDual()

    def critic(points):
        return points[..., 0]

    whole = objective.on_batch(critic, x, y)
    parts = [objective.on_batch(critic, x[k : k + 20], y[k : k + 20]) for k in range(0, 400, 20)]
    assert torch.stack(parts).mean() > whole + 0.1


def test_costs_of_ones_own_are_checked():
    objective = dg.duals.SemiDual(cost=lambda x, y: torch.zeros(3))
    with pytest.raises(InvalidInput, match=r"^cost must give shape"):
        objective.costs(torch.zeros(2, 1), torch.zeros(2, 1))
    with pytest.raises(InvalidInput, match=r"^cost must be callable"):
        dg.duals.SemiDual(cost=3)
    with pytest.raises(InvalidInput, match=r"^order must be left out"):
        dg.duals.SemiDual(order=3, cost=lambda x, y: x)
    with pytest.raises(InvalidInput, match=r"^order must be at least 1"):
        dg.duals.SemiDual(order=0.5)


def test_the_wasserstein_objective_is_linear_and_its_two_generator_losses_are_one():
    objective = dg.duals.KantorovichRubinstein()
    scores = torch.tensor([1.0, -3.0])
    assert float(objective.value(scores, 2 * scores)) == -1.0 + 2.0
    assert float(objective.saturating(scores)) == float(objective.non_saturating(scores)) == 1.0
    assert float(objective.divergence(torch.tensor(0.7))) == float(torch.tensor(0.7))


def test_both_losses_of_a_generator_lower_the_distance():
    scores = torch.tensor([1.0, 2.0, 4.0])
    objective = dg.duals.SemiDual(2)
    assert float(objective.non_saturating(scores)) == float(objective.saturating(scores)) == float(scores.mean())
