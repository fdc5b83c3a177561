from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import dualgap as dg
from dualgap.errors import InvalidInput


def _renyi(p, q, **options):
    return dg.renyi(p, q, order=2.0, **options)


def _f_divergence(p, q, **options):
    return dg.f_divergence(p, q, dg.divergences.JensenShannon(), **options)


DIVERGENCES = [
    dg.kl,
    dg.js,
    dg.jeffreys,
    dg.total_variation,
    dg.hellinger,
    dg.chi_squared,
    _renyi,
    _f_divergence,
]
GOOD = [0.25, 0.75]
BAD = [
    ([0.5, math.nan], "finite"),
    ([math.inf, 0.5], "finite"),
    ([-0.25, 1.25], "not be negative"),
    ([0.5, 0.4], "sum to 1, got 0.9"),
    ([0.0, 0.0], "sum to 1, got 0"),
    ([], "not be empty"),
    ([[0.5, 0.5], [0.5]], "array"),
    (np.zeros((0, 2)), "not be empty"),
    (np.zeros((2, 0)), "not be empty"),
    (0.5, "shape"),
    ("text", "text"),
    (["a", "b"], "array of real numbers"),
    ([True, False], "real numbers"),
    ([0.5 + 1j, 0.5], "real numbers"),
    (None, "array"),
    ({"a": 1.0}, "array"),
    (torch.tensor([0.5, math.nan]), "finite"),
    (torch.tensor([0.5, 0.4]), "sum to 1"),
    (torch.tensor([True, False]), "tensor"),
]


@pytest.mark.parametrize("divergence", DIVERGENCES)
@pytest.mark.parametrize(("bad", "words"), BAD)
def test_what_is_no_distribution_is_refused_by_name(divergence, bad, words):
    for arguments, name in (((bad, GOOD), "p"), ((GOOD, bad), "q")):
        with pytest.raises(InvalidInput, match=words) as caught:
            divergence(*arguments)
        assert str(caught.value).startswith(name)
        assert caught.value.argument == name


@pytest.mark.parametrize("divergence", DIVERGENCES)
@settings(max_examples=20)
@given(weights=st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=4))
def test_any_list_of_numbers_is_a_law_or_refused(divergence, weights):
    usable = len(weights) == 2 and all(math.isfinite(w) and w >= 0 for w in weights) and abs(sum(weights) - 1) < 1e-10
    if usable:
        assert divergence(weights, GOOD).value >= 0
    else:
        with pytest.raises(InvalidInput):
            divergence(weights, [0.25, 0.75])


@pytest.mark.parametrize("divergence", DIVERGENCES)
@pytest.mark.parametrize("method", ["best", "", None, 3])
def test_an_unknown_method_is_refused_by_name(divergence, method):
    with pytest.raises(InvalidInput, match="method must be one of 'auto', 'discrete'"):
        divergence(GOOD, GOOD, method=method)


@pytest.mark.parametrize("divergence", DIVERGENCES)
def test_distributions_of_other_libraries_are_taken_as_they_are(divergence):
    ours = divergence(dg.Gaussian(0.0, 1.0), dg.Gaussian(1.0, 4.0))
    theirs = divergence(stats.norm(0, 1), torch.distributions.Normal(torch.tensor(1.0), torch.tensor(2.0)))
    assert float(theirs.value) == pytest.approx(float(ours.value), rel=1e-6)  # the tensor is float32
    coin = divergence(torch.distributions.Bernoulli(torch.tensor(0.75, dtype=torch.float64)), [0.5, 0.5])
    assert float(coin.value) == pytest.approx(float(divergence([0.25, 0.75], [0.5, 0.5]).value), rel=1e-14)


def test_torch_agrees_on_kl_of_gaussians():
    rng = np.random.default_rng(0)
    laws = []
    for _ in range(2):
        root = rng.normal(size=(3, 3))
        covariance = root @ root.T + np.eye(3)
        laws.append(torch.distributions.MultivariateNormal(torch.tensor(rng.normal(size=3)), torch.tensor(covariance)))
    assert float(dg.kl(*laws).value) == pytest.approx(float(torch.distributions.kl_divergence(*laws)), rel=1e-10)
