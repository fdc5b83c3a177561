from __future__ import annotations

import pytest
import torch
from scipy import stats

import dualgap as dg
from dualgap.errors import InvalidInput

NORMAL = dg.Gaussian(0.0, 1.0)


def test_a_mixture_keeps_its_parts():
    mixture = dg.Mixture([0.25, 0.75], [NORMAL, dg.Mixture([1.0], [NORMAL])])
    assert mixture.dimension == 1
    assert mixture.components[0] is NORMAL


def test_laws_of_scipy_and_torch_are_taken_as_they_are():
    mixture = dg.Mixture([0.25, 0.75], [stats.norm(1.0, 2.0), torch.distributions.Laplace(0.0, 1.0)])
    assert float(mixture.components[0].covariance[0, 0]) == 4.0
    assert isinstance(mixture.components[1], dg.Density)


@pytest.mark.parametrize(
    ("weights", "components", "words"),
    [
        ([0.5, 0.4], [NORMAL, NORMAL], "weights must sum to 1"),
        ([[1.0]], [NORMAL], r"weights must have shape \(k,\)"),
        ([0.5, 0.5], [NORMAL], "weights and components must have the same length, got 2 and 1"),
        ([1.0], [3.0], "components must be measures on R\\^d, got float"),
        ([1.0], "a", "components must be measures"),
        ([1.0], [dg.Histogram([1.0])], "components must be measures on R\\^d, got Histogram"),
        ("a", [NORMAL], "weights must"),
        ([0.5, 0.5], [NORMAL, dg.Points([[0.0, 0.0]])], r"^components must have the same dimension, got \[1, 2\]"),
        ([1.0], 5, "components must be"),
        ([1.0], [[0.0, 1.0]], "components must be measures on R\\^d, got list; write dg.Points"),
        ([1.0], [stats.multivariate_hypergeom([3, 4], 2)], "components is scipy's multivariate_hypergeom_frozen"),
    ],
)
def test_bad_parts_are_refused_by_name(weights, components, words):
    with pytest.raises(InvalidInput, match=words):
        dg.Mixture(weights, components)
