"""The residual layer is 1-Lipschitz for every matrix and every q."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from dualgap.networks import residual
from dualgap.networks.residual import residual_bound, residual_layer


def parts(rows, columns, seed, scale):
    rng = np.random.default_rng(seed)
    matrix, bias, q = rng.normal(size=(rows, columns)), rng.normal(size=columns), 3 * rng.normal(size=columns)
    return torch.as_tensor(matrix) * scale, torch.as_tensor(bias), torch.as_tensor(q)


@given(rows=st.integers(1, 6), columns=st.integers(1, 6), seed=st.integers(0, 500), exponent=st.integers(-300, 300))
def test_no_jacobian_is_longer_than_one(rows, columns, seed, exponent):
    matrix, bias, q = parts(rows, columns, seed, 10.0**exponent)
    points = torch.as_tensor(np.random.default_rng(seed + 1).normal(size=(8, rows)))
    for point in points:
        jacobian = torch.func.jacrev(lambda x: residual_layer(x[None], matrix, bias, q)[0])(point)
        assert float(torch.linalg.matrix_norm(jacobian, 2)) <= 1 + 1e-12
    assert 1 <= float(residual_bound(matrix, q)) <= 1 + 1e-12


def test_with_orthonormal_columns_it_is_a_reflection_where_all_units_are_on():
    matrix, _, _ = parts(4, 4, 0, 1.0)
    axes = torch.linalg.qr(matrix).Q
    bias, q = torch.full((4,), 100.0, dtype=torch.float64), torch.zeros(4, dtype=torch.float64)
    jacobian = torch.func.jacrev(lambda x: residual_layer(x[None], axes, bias, q)[0])(
        torch.zeros(4, dtype=torch.float64)
    )
    assert torch.allclose(jacobian, -torch.eye(4, dtype=torch.float64), atol=1e-13)


def test_the_bound_sees_a_step_that_is_too_long(monkeypatch):
    matrix, _, q = parts(4, 3, 0, 1.0)
    balanced = residual._balanced
    monkeypatch.setattr(
        residual, "_balanced", lambda w, logarithms: (balanced(w, logarithms)[0], 9 * balanced(w, logarithms)[1])
    )
    assert float(residual_bound(matrix, q)) > 1.5


def test_gradients_are_right():
    matrix, bias, q = (part.requires_grad_() for part in parts(4, 3, 3, 1.0))
    points = torch.as_tensor(np.random.default_rng(9).normal(size=(5, 4))).requires_grad_()
    assert torch.autograd.gradcheck(residual_layer, (points, matrix, bias, q))


@pytest.mark.parametrize("logarithm", [-1e9, 1e9])
def test_extreme_logarithms_are_bounded(logarithm):
    matrix, bias, _ = parts(3, 2, 0, 1.0)
    logarithms = torch.tensor([0.0, logarithm], dtype=torch.float64)
    made = residual_layer(torch.ones(1, 3, dtype=torch.float64), matrix, bias, logarithms)
    assert bool(made.isfinite().all())
