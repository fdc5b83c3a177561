"""Results in the kind that came: whatever the precision, a value lies inside its own bounds."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import dualgap as dg
from dualgap.validation import detached

DISTANCES = {
    "exact": lambda x, y: dg.wasserstein(x, y, order=2),
    "order 1": lambda x, y: dg.wasserstein(x, y),
    "high order": lambda x, y: dg.wasserstein(x, y, order=40),
    "sparse": lambda x, y: dg.wasserstein(x, y, order=2, method="sparse"),
    "line": lambda x, y: dg.wasserstein(x[:, 0], y[:, 0], order=2),
    "weighted line": lambda x, y: dg.wasserstein(x[:-1, 0], y[:, 0], order=3),
    "entropic": lambda x, y: dg.wasserstein(x, y, method="sinkhorn", gap=0.3),
    "sliced": lambda x, y: dg.sliced_wasserstein(x, y, projections=8),
    "max-sliced": lambda x, y: dg.max_sliced_wasserstein(x, y, starts=1, steps=5),
    "divergence": lambda x, y: dg.sinkhorn_divergence(x, y, regularisation=2.0),
    "gaussian": lambda x, y: dg.wasserstein(gaussian(x), gaussian(y), order=2),
    "gaussian bounds": lambda x, y: dg.wasserstein(gaussian(x), gaussian(y), order=3),
}


def gaussian(x):
    return dg.Gaussian(x[0], x[:3].T @ x[:3])


@settings(max_examples=6)
@pytest.mark.parametrize("name", DISTANCES)
@given(st.integers(0, 10**6), st.sampled_from(["float32", "float64"]), st.sampled_from(["numpy", "torch", "grad"]))
def test_a_value_has_the_kind_that_came_and_lies_inside_its_bounds(name, seed, dtype, kind):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(6, 2)).astype(dtype), (rng.normal(size=(6, 2)) + 1).astype(dtype)
    if kind != "numpy":
        x, y = torch.tensor(x, requires_grad=kind == "grad"), torch.tensor(y)
    b = DISTANCES[name](x, y)
    assert b.contains(float(detached(b.value)))
    b.certificate.check()
    if kind == "numpy":
        assert isinstance(b.value, np.float32 if dtype == "float32" else float)
    else:
        assert b.value.dtype == getattr(torch, dtype)
        assert b.value.requires_grad == (kind == "grad")


@given(st.integers(0, 10**6), st.sampled_from(["float32", "float64"]), st.booleans())
def test_every_value_of_a_batch_lies_inside_its_bounds(seed, dtype, tensors):
    x, y = np.random.default_rng(seed).normal(size=(2, 4, 5)).astype(dtype)
    if tensors:
        x, y = torch.tensor(x), torch.tensor(y)
    b = dg.wasserstein_1d(x, y, order=2)
    assert str(b.value.dtype).endswith(dtype)
    assert bool((b.lower <= b.value).all())
    assert bool((b.value <= b.upper).all())
    b.certificate.check()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_points_against_a_law_with_a_quantile_function_give_back_their_kind(dtype):
    x = np.random.default_rng(0).uniform(size=20).astype(dtype)
    b = dg.wasserstein(x, stats.uniform())
    assert isinstance(b.value, np.float32 if dtype == "float32" else float)
    assert b.contains(float(b.value))
    of_torch = dg.wasserstein(torch.tensor(x), stats.uniform())
    assert of_torch.value.dtype == getattr(torch, dtype)
    assert of_torch.contains(float(of_torch.value))
