from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.testing.strategies import gaussians


def test_numbers_mean_one_dimension_and_a_variance():
    law = dg.Gaussian(1.0, 4.0)
    assert (law.dimension, law.mean.tolist(), law.covariance.tolist()) == (1, [1.0], [[4.0]])


@given(gaussians(3))
def test_what_the_strategy_draws_is_a_gaussian(law):
    assert law.dimension == 3


@pytest.mark.parametrize(
    ("mean", "covariance", "words"),
    [
        (math.nan, 1.0, "mean must be finite"),
        ([], 1.0, "mean must not be empty"),
        ("a", 1.0, "mean must be"),
        ([[0.0]], 1.0, r"mean must have shape \(d,\)"),
        (0.0, math.inf, "covariance must be finite"),
        (0.0, "a", "covariance must"),
        ([0.0, 0.0], 1.0, r"covariance must have shape \(2, 2\)"),
        (0.0, -1.0, "positive semi-definite"),
        ([0.0, 0.0], [[1.0, 2.0], [2.0, 1.0]], "semi-definite, got the eigenvalue -1"),
        ([0.0, 0.0], [[1.0, 0.5], [0.0, 1.0]], "covariance must be symmetric"),
        (True, 1.0, "mean must be"),
    ],
)
def test_bad_parameters_are_refused_by_name(mean, covariance, words):
    with pytest.raises(InvalidInput, match=words):
        dg.Gaussian(mean, covariance)


def test_singular_covariances_are_laws():
    assert dg.Gaussian([0.0, 0.0], np.zeros((2, 2))).dimension == 2
    root = np.random.default_rng(0).normal(size=(5, 2))
    assert dg.Gaussian(np.zeros(5), root @ root.T).dimension == 5


def test_arrays_and_tensors_do_not_mix():
    with pytest.raises(InvalidInput, match="same array kind as mean"):
        dg.Gaussian(torch.zeros(1), np.ones((1, 1)))
    mean = torch.zeros(2, requires_grad=True)
    assert dg.Gaussian(mean, torch.eye(2)).mean is mean
