"""Every matrix becomes a contraction, and those that can be orthonormal are."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from dualgap.games import Streams
from dualgap.networks.orthogonal import CONTRACTIONS, aol, bjorck, cayley, random_orthonormal

shapes = st.tuples(st.integers(1, 8), st.integers(1, 8))
kinds = pytest.mark.parametrize("name", CONTRACTIONS)


def random_matrix(shape, seed, scale=1.0):
    return torch.as_tensor(scale * np.random.default_rng(seed).normal(size=shape))


def departure(matrix):
    """From orthonormal columns (rows, where the matrix is wide)."""
    gram = matrix.mT @ matrix if matrix.shape[-2] >= matrix.shape[-1] else matrix @ matrix.mT
    return float((gram - torch.eye(gram.shape[-1], dtype=gram.dtype)).abs().max())


@kinds
@given(shape=shapes, seed=st.integers(0, 1000), exponent=st.integers(-300, 300))
def test_every_matrix_of_every_scale_becomes_a_contraction(name, shape, seed, exponent):
    made = CONTRACTIONS[name](random_matrix(shape, seed, 10.0**exponent)).numpy()
    assert np.linalg.norm(made, 2) <= 1 + 1e-13  # a few dozen roundings


@kinds
@given(shape=shapes, rank=st.integers(0, 2), seed=st.integers(0, 100))
def test_matrices_of_low_rank_become_contractions(name, shape, rank, seed):
    matrix = random_matrix((shape[0], rank), seed) @ random_matrix((rank, shape[1]), seed + 1)
    assert np.linalg.norm(CONTRACTIONS[name](matrix).numpy(), 2) <= 1 + 1e-13


@kinds
@given(seed=st.integers(0, 100), small=st.floats(-40, -5))
def test_columns_of_very_different_lengths_do_no_harm(name, seed, small):
    matrix = random_matrix((5, 3), seed) * torch.tensor([1.0, 10.0**small, 0.0], dtype=torch.float64)
    assert np.linalg.norm(CONTRACTIONS[name](matrix).numpy(), 2) <= 1 + 1e-13


@given(shape=shapes, seed=st.integers(0, 1000), exponent=st.integers(-300, 300))
def test_cayley_is_orthonormal_to_rounding(shape, seed, exponent):
    # The solve's condition number is below 200: the gram matrix of the argument is bounded.
    assert departure(cayley(random_matrix(shape, seed, 10.0**exponent))) <= 1e-12


def test_cayley_of_a_skew_matrix_is_the_textbook_transform():
    matrix = random_matrix((4, 4), 0) / 4
    skew = matrix - matrix.T
    identity = torch.eye(4, dtype=torch.float64)
    assert torch.allclose(cayley(matrix), torch.linalg.inv(identity + skew) @ (identity - skew), atol=1e-14)


@given(shape=shapes, seed=st.integers(0, 1000))
def test_bjorck_converges_to_the_polar_factor(shape, seed):
    matrix = random_matrix(shape, seed)
    left, values, right = np.linalg.svd(matrix.numpy(), full_matrices=False)
    if values[-1] / values[0] > 0.1:  # 1.5^30 reaches across the ratio
        assert np.allclose(bjorck(matrix, steps=30).numpy(), left @ right, atol=1e-12)


@given(shape=shapes, seed=st.integers(0, 1000))
def test_bjorck_keeps_singular_vectors_and_the_order_of_singular_values(shape, seed):
    left, values, right = np.linalg.svd(random_matrix(shape, seed).numpy(), full_matrices=False)
    made = left.T @ bjorck(torch.as_tensor(left @ np.diag(values) @ right)).numpy() @ right.T
    assert np.allclose(made, np.diag(np.diag(made)), atol=1e-13)
    assert (np.diff(np.diag(made)) <= 1e-13).all()
    assert (np.diag(made) >= -1e-13).all()


@given(seed=st.integers(0, 100), shape=st.sampled_from([(3, 64), (64, 64), (64, 1), (128, 128)]))
def test_orthonormal_matrices_stay_orthonormal(seed, shape):
    matrix = random_orthonormal(Streams(seed), *shape)
    assert departure(matrix) <= 1e-13
    assert departure(bjorck(matrix)) <= 2e-6  # six steps from 64^(-1/8) and 128^(-1/8)
    assert departure(aol(matrix)) <= 1e-12


@kinds
def test_gradients_are_right_and_finite_at_zero(name):
    matrix = random_matrix((2, 4, 3), 0).requires_grad_()
    assert torch.autograd.gradcheck(CONTRACTIONS[name], matrix)
    zero = torch.zeros(4, 3, dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad(CONTRACTIONS[name](zero).sum(), zero)
    assert bool(gradient.isfinite().all())


@kinds
def test_a_stack_is_so_many_matrices(name):
    stack = random_matrix((3, 5, 2), 1)
    together = CONTRACTIONS[name](stack)
    for one, made in zip(stack, together, strict=True):
        assert torch.allclose(CONTRACTIONS[name](one), made, rtol=1e-13, atol=1e-14)


def test_random_orthonormal_matrices_are_uniform():
    # The first entry of a uniform direction in R^3 is uniform on [-1, 1]: mean 0, second moment 1/3.
    entries = torch.stack([random_orthonormal(Streams(seed), 3, 3)[0, 0] for seed in range(2000)])
    assert abs(float(entries.mean())) < 5 / math.sqrt(3 * 2000)
    assert abs(float((entries**2).mean()) - 1 / 3) < 5 * math.sqrt(4 / 45 / 2000)
