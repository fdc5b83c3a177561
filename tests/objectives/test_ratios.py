"""The GAN's dual and its relatives: gradients where the critic is sure, shifts, and terms that stay finite."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import dualgap as dg
from dualgap.errors import InvalidInput

JS, DV = dg.duals.JensenShannon(), dg.duals.DonskerVaradhan()


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
    assert torch.isfinite(DV.value(scores, scores))


@given(st.lists(st.floats(-5, 5), min_size=2, max_size=9), st.floats(-100, 100))
def test_a_constant_changes_nothing_for_donsker_and_varadhan_and_the_linear_form_is_below(scores, constant):
    scores = torch.as_tensor(scores, dtype=torch.float64)
    value = float(DV.value(scores, scores.flip(0) / 2))
    assert float(DV.value(scores + constant, scores.flip(0) / 2 + constant)) == pytest.approx(value, abs=1e-11)
    linear = float(DV.real(scores).mean() + DV.fake(scores.flip(0) / 2).mean())
    assert linear <= value + 1e-12


def test_a_sample_value_of_donsker_and_varadhan_is_biased_upward():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2000, 50)) + 3, rng.normal(size=(2000, 50))  # KL = 9/2, ln p/q = 3 x - 9/2
    values = DV.value(torch.as_tensor(3 * x - 4.5), torch.as_tensor(3 * y - 4.5))
    assert float(values.mean()) > 4.5 + 0.5


@pytest.mark.parametrize("generator", [None, "kl", dg.divergences.Generator(
    formula=lambda t: (t - 1) ** 2, at_zero=1.0, at_infinity=math.inf, slope=0.0)])  # fmt: skip
def test_a_generator_without_a_known_derivative_is_refused(generator):
    with pytest.raises(InvalidInput, match=r"^generator must be an FDivergence whose derivative is known"):
        dg.duals.FDual(generator)


def test_each_is_called_by_the_name_of_its_quantity():
    assert dg.duals.FDual(dg.divergences.ReverseKullbackLeibler()).quantity == "reverse_kl"
    assert (JS.quantity, DV.quantity) == ("js", "kl")
