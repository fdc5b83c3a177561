"""Batches of problems on the line: the same as one after the other."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import dualgap as dg
from dualgap.errors import CertificateError, InvalidInput


@given(st.integers(0, 10**6), st.sampled_from([1, 2, 3.5]), st.sampled_from([(4, 4), (3, 5)]), st.booleans())
def test_a_batch_is_its_rows_one_by_one(seed, order, sizes, weighted):
    rng = np.random.default_rng(seed)
    x, y = (rng.normal(size=(2, 3, n)) for n in sizes)
    a, b = (rng.dirichlet(np.ones(n)) if weighted else None for n in sizes)
    batch = dg.wasserstein_1d(x, y, order=order, x_weights=a, y_weights=b)
    assert batch.value.shape == batch.lower.shape == (2, 3)
    for place in np.ndindex(2, 3):
        one = dg.wasserstein(dg.Points(x[place], a), dg.Points(y[place], b), order=order)
        assert batch.value[place] == pytest.approx(one.value, rel=1e-13)  # summed in another order
        assert batch.lower[place] <= one.upper
        assert one.lower <= batch.upper[place]
    batch.certificate.check()


def test_without_leading_axes_it_is_a_number():
    b = dg.wasserstein_1d([0.0, 1.0], [1.0, 2.0, 3.0])
    assert isinstance(b.value, float)
    assert b.value == pytest.approx(1.5, rel=1e-15)
    assert b.plan.shape == (2, 3)


def test_torch_batches_are_differentiable_and_keep_their_dtype():
    x, y = (
        torch.randn(3, n, dtype=torch.float64, generator=torch.Generator().manual_seed(n), requires_grad=True)
        for n in (4, 5)
    )
    assert torch.autograd.gradcheck(lambda x, y: dg.wasserstein_1d(x, y, order=2).value, (x, y))
    b = dg.wasserstein_1d(x.detach().float(), y.detach().float())
    assert (b.value.dtype, b.lower.dtype) == (torch.float32, torch.float64)
    assert dg.wasserstein_1d(np.zeros((2, 3), np.float32), np.ones((2, 3), np.float32)).value.dtype == np.float32


def test_a_certificate_of_a_batch_notices_one_moved_atom():
    b = dg.wasserstein_1d(np.zeros((3, 4)), np.ones((3, 2)))
    b.certificate.points[0][1, 2] = 5.0
    with pytest.raises(CertificateError):
        b.certificate.check()
    with pytest.raises(InvalidInput, match=r"^plan"):
        _ = b.plan


@pytest.mark.parametrize(
    ("x", "y", "options", "argument"),
    [
        (0.0, [0.0], {}, "x"),
        ([[0.0]], [0.0], {}, "y"),
        ([np.nan], [0.0], {}, "x"),
        ([], [0.0], {}, "x"),
        ("x", [0.0], {}, "x"),
        ([0.0], [0.0], {"order": 0}, "order"),
        ([0.0], [0.0], {"x_weights": [0.5]}, "x_weights"),
        ([0.0], [0.0], {"y_weights": [0.5, 0.5]}, "y_weights"),
        ([0.0], [0.0], {"x_weights": torch.ones(1, requires_grad=True)}, "x_weights"),
    ],
)
def test_bad_input_is_named(x, y, options, argument):
    with pytest.raises(InvalidInput, match=rf"\b{argument}\b") as caught:
        dg.wasserstein_1d(x, y, **options)
    assert caught.value.argument == argument
