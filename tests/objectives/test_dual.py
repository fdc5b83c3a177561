"""What every objective promises: no critic exceeds its divergence, and the known optimum attains it."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import dualgap as dg
from dualgap import divergences as d
from dualgap.divergences.variational import dual_terms

GENERATORS = [
    d.KullbackLeibler(),
    d.ReverseKullbackLeibler(),
    d.ChiSquared(),
    d.SquaredHellinger(),
    d.TotalVariation(),
    d.JensenShannon(),
    d.Jeffreys(),
    d.Power(0.5),
    d.TriangularDiscrimination(),
]
OBJECTIVES = [
    dg.duals.JensenShannon(),
    dg.duals.DonskerVaradhan(),
    dg.duals.Hinge(),
    dg.duals.LeastSquares(),
    *(dg.duals.FDual(generator) for generator in GENERATORS),
]
COUNTS = st.lists(st.integers(1, 1000), min_size=4, max_size=4)
SCORES = st.lists(st.floats(-6, 6), min_size=4, max_size=4)


def repeated(p, q, scores):
    """Scores at the atoms, each as often as its count, so that means are expectations."""
    scores = torch.as_tensor(scores, dtype=torch.float64)
    return [scores.repeat_interleave(torch.as_tensor(counts)) for counts in (p, q)]


@pytest.mark.parametrize("objective", OBJECTIVES, ids=repr)
@given(p=COUNTS, q=COUNTS, scores=SCORES)
def test_no_critic_exceeds_the_divergence(objective, p, q, scores):
    value = objective.divergence(objective.value(*repeated(p, q, scores)))
    truth = float(dg.f_divergence(np.array(p) / sum(p), np.array(q) / sum(q), objective.generator))
    assert float(value) <= truth + 1e-9 * (1 + truth)  # sums of exponentials of up to 12


@pytest.mark.parametrize("objective", OBJECTIVES, ids=repr)
@given(p=COUNTS, q=COUNTS)
def test_the_known_optimum_attains_it(objective, p, q):
    a, b = np.array(p) / sum(p), np.array(q) / sum(q)
    ratio = np.log(a / b)
    if isinstance(objective.generator, d.TotalVariation):  # a step, which tanh(s/2) reaches to e^-30
        best = np.sign(ratio) * (1 if isinstance(objective, dg.duals.Hinge) else 60)
    else:
        best = np.tanh(ratio / 2) if isinstance(objective, dg.duals.LeastSquares) else ratio
    value = objective.divergence(objective.value(*repeated(p, q, best)))
    truth = float(dg.f_divergence(a, b, objective.generator))
    assert math.isclose(float(value), truth, rel_tol=1e-9, abs_tol=1e-12)


@pytest.mark.parametrize("objective", OBJECTIVES, ids=repr)
@given(scores=SCORES)
def test_the_log_ratio_of_a_score_says_no_less_than_the_score(objective, scores):
    scores = torch.as_tensor(scores, dtype=torch.float64) * (
        0.16 if isinstance(objective, dg.duals.LeastSquares) else 1
    )
    ratio = objective.log_ratio(scores).numpy()
    real, fake = dual_terms(objective.generator, ratio)
    if isinstance(objective.generator, d.TotalVariation) or isinstance(objective, dg.duals.DonskerVaradhan):
        return
    # the divergence is affine in the supremum: one slope, and offsets that add up
    zero, one = (float(objective.divergence(torch.tensor(float(k), dtype=torch.float64))) for k in (0, 1))
    sums = (one - zero) * (objective.real(scores) + objective.fake(scores)).numpy() + zero
    assert np.allclose(real + fake, sums, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("objective", OBJECTIVES, ids=repr)
def test_a_generator_that_follows_either_loss_raises_the_scores_of_its_points(objective):
    scores = torch.tensor([-0.5], dtype=torch.float64, requires_grad=True)
    for loss in (objective.saturating(scores), objective.non_saturating(scores)):
        (slope,) = torch.autograd.grad(loss, scores)
        assert slope.item() < 0
