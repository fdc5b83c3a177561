"""The numbers of both losses say what the caption says."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit


@pytest.fixture(scope="module")
def data(numbers):
    return numbers("saturation")


def test_the_derivatives_are_those_of_the_logistic_function(data):
    a = data["logits"]
    assert data["saturating_logit"] == pytest.approx(expit(a), rel=1e-9)
    assert data["non_saturating_logit"] == pytest.approx(expit(-a), rel=1e-9)
    assert a[0] == -20
    assert data["saturating_logit"][0] == pytest.approx(2.06e-9, rel=0.01)
    assert data["non_saturating_logit"][0] == pytest.approx(1.0, abs=1e-8)


def test_as_the_critic_sharpens_one_gradient_vanishes_and_the_other_grows(data):
    assert (np.diff(data["deviations"]) < 0).all()
    assert (np.diff(data["non_saturating_mean"]) > 0).all()
    assert data["non_saturating_mean"][-1] > 30
    assert data["saturating_mean"][-1] < 1e-3 * data["saturating_mean"].max()
    # where the critic is sure of every point its slope is 3 / s^2
    s = data["deviations"][-1]
    assert data["non_saturating_mean"][-1] == pytest.approx(3 / s**2, rel=1e-3)
