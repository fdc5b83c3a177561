"""Screens never estimate a reduced cost above the truth, and are close to it."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualgap.transport.ground import MatrixCost, point_cost
from dualgap.transport.screening import Differences, Products, Roots, screen


def truth(x, y, f, g, order, ground, unit=1.0):
    """c_ij - f_i - g_j in 60 digits."""
    with mpmath.workdps(60):
        found = np.empty((len(x), len(y)), dtype=object)
        for i in range(len(x)):
            for j in range(len(y)):
                apart = [mpmath.mpf(float(s)) - mpmath.mpf(float(t)) for s, t in zip(x[i], y[j], strict=True)]
                far = sum(map(abs, apart)) if ground == "cityblock" else mpmath.sqrt(sum(one**2 for one in apart))
                found[i, j] = (
                    (far / mpmath.mpf(unit)) ** mpmath.mpf(order) - mpmath.mpf(float(f[i])) - mpmath.mpf(float(g[j]))
                )
        return found


@given(
    st.integers(0, 10**6),
    st.integers(1, 5),
    st.sampled_from([(1.0, "euclidean"), (2.0, "euclidean"), (1.0, "cityblock"), (3.0, "euclidean")]),
    st.sampled_from([1e-40, 1e-8, 1.0, 1e12, 1e60]),
    st.sampled_from([0.0, 1.0, 1e8]),
    st.sampled_from([None, "cpu"]),
)
def test_an_estimate_is_at_most_the_truth_and_close(seed, d, kind, scale, shift, device):
    order, ground = kind
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(4, d)), rng.normal(size=(5, d))
    x[0] = y[0]
    x, y = (x + shift) * scale, (y + shift) * scale
    cost = point_cost(x, y, order=order, ground=ground)
    dense = cost.dense()
    g = rng.normal(size=5) * dense.mean()
    f = (dense - g).min(axis=1)  # tight pairs: the case that matters
    screened = screen(cost, f, g, device)
    found = np.asarray(screened.block(slice(0, 4), slice(0, 5)), dtype=float)
    exact = truth(x, y, f, g, order, ground, cost.unit)
    size = float(dense.max() + np.abs(f).max() + np.abs(g).max())
    for i in range(4):
        for j in range(5):
            estimate = mpmath.mpf(float(found[i, j])) * mpmath.mpf(screened.unit)
            assert estimate <= exact[i, j]
            # float32 carries 6e-8, squares of it and of the shift between means a few times that; roots of what float64
            # rounds, 1e-15, are 1e-7 where points coincide.
            assert exact[i, j] - estimate <= 1e-4 * size


@pytest.mark.parametrize("shift", [0.0, 1e3, 1e6])
def test_a_shift_between_the_clouds_costs_no_digits_of_float32(shift):
    x = np.arange(4.0)[:, None]
    cost = point_cost(x, x + shift, order=2, ground="euclidean")
    # |x - (y + v)|^2 - |x - y|^2 = v^2 - 2 v x + 2 v y, the potentials of the shift: what is left is at most 9.
    f, g = shift**2 - 2 * shift * x[:, 0], 2 * shift * x[:, 0]
    screened = screen(cost, f, g)
    exact = truth(cost.x, cost.y, f, g, 2, "euclidean").astype(float)
    found = np.asarray(screened.block(slice(0, 4), slice(0, 4)), dtype=float) * screened.unit
    assert exact.max() == 9
    assert (found <= exact).all()
    # float64 holds the shift's square to 1e-16 of it, some 1000 times; float32 what is left to 1e-6.
    np.testing.assert_allclose(found, exact, atol=1e-4 + 1e-12 * shift**2)


def test_each_cost_has_its_screen():
    x = np.zeros((2, 2)) + [[0.0], [1.0]]
    zero = np.zeros(2)
    kinds = {
        Products: point_cost(x, x, order=2, ground="euclidean"),
        Roots: point_cost(x, x, order=1, ground="euclidean"),
        Differences: point_cost(x, x, order=1, ground="cityblock"),
    }
    for kind, cost in kinds.items():
        assert type(screen(cost, zero, zero)) is kind
    huge = point_cost(x * 1e200, x, order=2, ground="euclidean")
    assert type(screen(huge, zero, zero)) is Differences
    matrix = MatrixCost(matrix=np.array([[1.0, 2.0], [3.0, 4.0]]), order=1.0)
    np.testing.assert_allclose(screen(matrix, zero, zero).block(slice(0, 2), slice(1, 2)), [[2.0], [4.0]])


@pytest.mark.parametrize("order", [1, 2])
def test_columns_apart_from_each_other_are_brought_together(order):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(3, 2)), rng.normal(size=(10, 2))
    cost = point_cost(x, y, order=order, ground="euclidean")
    for device in (None, "cpu"):
        screened = screen(cost, np.zeros(3), np.zeros(10), device)
        whole, part = (screened.block(slice(0, 3), one) for one in (slice(0, 10), slice(1, 10, 3)))
        np.testing.assert_allclose(part, whole[:, 1::3], atol=1e-6)  # float32, in another order
