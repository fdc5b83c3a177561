"""The losses of classification as duals."""

from __future__ import annotations

import torch

import dualgap as dg

HINGE, SQUARES = dg.duals.Hinge(), dg.duals.LeastSquares()


def test_a_hinge_score_beyond_its_label_has_no_gradient_and_the_heuristic_keeps_one():
    scores = torch.tensor([-3.0, 3.0], requires_grad=True)
    (slope,) = torch.autograd.grad(HINGE.saturating(scores), scores)
    assert slope.tolist() == [0.0, -0.5]
    (slope,) = torch.autograd.grad(HINGE.non_saturating(scores), scores)
    assert slope.tolist() == [-0.5, -0.5]


def test_the_saturating_least_squares_loss_has_no_minimum_and_the_heuristic_one_has():
    assert float(SQUARES.saturating(torch.tensor([100.0]))) < float(SQUARES.saturating(torch.tensor([1.0]))) < 0
    assert float(SQUARES.non_saturating(torch.tensor([1.0]))) == 0.0


def test_their_suprema_mean_named_divergences():
    assert (HINGE.quantity, SQUARES.quantity) == ("total_variation", "triangular_discrimination")
    for objective in (HINGE, SQUARES):
        nothing_learned = objective.divergence(objective.value(torch.zeros(3), torch.zeros(3)))
        assert float(nothing_learned) == 0.0
