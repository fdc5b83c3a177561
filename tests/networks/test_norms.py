"""Norms that are divided by are never too small, and those that are certified are not either."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from dualgap.networks.norms import SQUARINGS, certified_norm, scaled, schatten_norm

shapes = st.tuples(st.integers(1, 9), st.integers(1, 9))


def random_matrix(shape, seed, scale=1.0):
    return torch.as_tensor(scale * np.random.default_rng(seed).normal(size=shape))


@given(shape=shapes, seed=st.integers(0, 1000), squarings=st.integers(0, SQUARINGS))
def test_a_schatten_norm_is_between_the_spectral_norm_and_its_multiple_by_a_root_of_the_rank(shape, seed, squarings):
    matrix = random_matrix(shape, seed)
    exact = float(np.linalg.norm(matrix.numpy(), 2))
    bound = float(schatten_norm(matrix, squarings=squarings))
    assert exact * (1 - 1e-12) <= bound <= exact * min(shape) ** (1 / (4 * 2**squarings)) * (1 + 1e-12)
    values = np.linalg.svd(matrix.numpy(), compute_uv=False) / exact
    power = 4.0 * 2**squarings
    assert bound == pytest.approx(exact * (values**power).sum() ** (1 / power), rel=1e-12)


@given(shape=shapes, seed=st.integers(0, 1000), exponent=st.integers(-280, 280))
def test_a_certified_norm_is_not_below_the_norm_at_any_scale(shape, seed, exponent):
    matrix = random_matrix(shape, seed, 10.0**exponent)
    exact = np.linalg.norm(matrix.numpy() / 10.0**exponent, 2)  # another order of operations
    certified = float(certified_norm(matrix)) / 10.0**exponent
    assert exact * (1 - 1e-14) <= certified <= exact * (1 + 1e-12)


def test_the_certified_norm_is_not_misled_by_a_start_that_the_largest_singular_vector_is_orthogonal_to():
    vector = torch.tensor([1.0, -1.0, 0.0], dtype=torch.float64) / math.sqrt(2)
    matrix = 5 * torch.outer(vector, vector) + 0.1 * torch.eye(3, dtype=torch.float64)
    start = torch.ones(3, dtype=torch.float64)
    for _ in range(5):
        start = matrix @ start
        start = start / start.norm()
    assert float((matrix @ start).norm()) < 0.2  # where power iteration is after five steps
    assert float(certified_norm(matrix)) >= 5.1 * (1 - 1e-15)
    assert float(schatten_norm(matrix)) >= 5.1 * (1 - 1e-13)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_matrix_that_is_not_finite_has_an_infinite_bound_beside_finite_ones(bad):
    matrices = torch.stack([torch.eye(2), torch.full((2, 2), bad)])
    assert certified_norm(matrices).tolist() == [pytest.approx(1, abs=1e-13), math.inf]


def test_scaling_keeps_zero_and_makes_the_largest_entry_one():
    assert scaled(torch.zeros(2, 3)).tolist() == torch.zeros(2, 3).tolist()
    assert float(scaled(torch.tensor([[1e-300, -4e-300]], dtype=torch.float64)).abs().max()) == 1
    assert float(scaled(torch.tensor([[1e30, -4e30]])).abs().max()) == 1


def test_norms_can_be_differentiated():
    matrix = random_matrix((2, 4, 3), 0).requires_grad_()
    assert torch.autograd.gradcheck(lambda m: schatten_norm(scaled(m)), matrix)
