"""Dual objectives: lower bounds for every critic, attained at the known optimum."""

from __future__ import annotations

import math

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

import dualgap as dg

JS = dg.duals.JensenShannon()
COUNTS = st.lists(st.integers(1, 1000), min_size=4, max_size=4)
SCORES = st.lists(st.floats(-20, 20), min_size=4, max_size=4)


def weighted(objective, p, q, scores):
    scores = torch.as_tensor(scores, dtype=torch.float64)
    return float(
        (torch.as_tensor(p) * objective.real(scores)).sum() + (torch.as_tensor(q) * objective.fake(scores)).sum()
    )


@given(COUNTS, COUNTS, SCORES)
def test_no_critic_exceeds_the_divergence_and_the_log_ratio_attains_it(p, q, scores):
    p, q = (np.array(counts) / sum(counts) for counts in (p, q))
    truth = float(dg.js(p, q).value)
    value = weighted(JS, p, q, scores)
    assert float(JS.divergence(torch.tensor(value, dtype=torch.float64))) <= truth + 1e-14
    best = weighted(JS, p, q, np.log(p / q))
    assert abs(best - (2 * truth - 2 * math.log(2))) < 1e-14  # sums of eight logarithms near 1


@given(st.floats(-30, 30))
def test_the_saturating_gradient_vanishes_where_the_critic_is_sure_and_the_heuristics_does_not(logit):
    score = torch.tensor([logit], dtype=torch.float64, requires_grad=True)
    (saturating,) = torch.autograd.grad(JS.saturating(score), score)
    (heuristic,) = torch.autograd.grad(JS.non_saturating(score), score)
    sigmoid = 1 / (1 + math.exp(-logit))
    assert abs(saturating.item() + sigmoid) <= 1e-15 + 1e-12 * sigmoid
    assert abs(heuristic.item() + (1 - sigmoid)) <= 1e-12


def test_at_a_logit_of_minus_twenty_the_gradients_are_two_billionths_and_one():
    score = torch.tensor([-20.0], dtype=torch.float64, requires_grad=True)
    assert abs(torch.autograd.grad(JS.saturating(score), score)[0].item() + 2.0611536e-9) < 1e-15
    assert abs(torch.autograd.grad(JS.non_saturating(score), score)[0].item() + 1) < 1e-8


def test_extreme_scores_stay_finite():
    scores = torch.tensor([-1e30, 1e30], dtype=torch.float64)
    assert torch.isfinite(JS.real(scores)).all()
    assert torch.isfinite(JS.fake(scores)).all()


def test_the_wasserstein_objective_is_linear_and_its_two_generator_losses_are_one():
    objective = dg.duals.KantorovichRubinstein()
    scores = torch.tensor([1.0, -3.0])
    assert float(objective.value(scores, 2 * scores)) == -1.0 + 2.0
    assert float(objective.saturating(scores)) == float(objective.non_saturating(scores)) == 1.0
    assert float(objective.divergence(torch.tensor(0.7))) == float(torch.tensor(0.7))
