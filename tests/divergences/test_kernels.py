from __future__ import annotations

import numpy as np
import pytest
import torch

from dualgap.divergences.kernels import SERIES, Atoms, js_terms, kl_terms

# A few units in the last place: the terms have about ten roundings each, and conditioning up to 6.
ULPS = 5e-15


def _pairs(t):
    """Masses with a given relative difference, one pair an entry, on a scale that the sums do not disturb."""
    p = 0.5 * (1 + t)
    return p, 1.0 - p


@pytest.mark.parametrize(
    "t",
    [
        1e-13,
        1e-8,
        1e-3,
        0.1,
        SERIES * (1 - 1e-9),
        SERIES * (1 + 1e-9),
        0.5,
        0.999,
        -1e-8,
        -0.19,
        -0.21,
        -0.7,
        -0.9999999,
    ],
)
def test_terms_have_full_relative_accuracy_on_both_sides_of_the_switch(t, oracle):
    p = np.array(_pairs(t))
    q = p[::-1].copy()  # the same masses exchanged: P = Q to the last bit
    assert float(kl_terms(Atoms(p, q)).sum() / p.sum()) == pytest.approx(float(oracle.kl(p, q)), rel=ULPS)
    assert float(js_terms(Atoms(p, q)).sum() / p.sum()) == pytest.approx(float(oracle.js(p, q)), rel=ULPS)


@pytest.mark.parametrize("terms", [kl_terms, js_terms])
def test_terms_are_never_negative(terms):
    rng = np.random.default_rng(0)
    p = rng.dirichlet(np.full(50, 0.1), size=200)
    for size in 10.0 ** -np.arange(17.0):
        q = p * (1 + size * rng.uniform(-1, 1, p.shape))
        assert (terms(Atoms(p, q)) >= 0).all()


@pytest.mark.parametrize("terms", [kl_terms, js_terms])
def test_terms_do_not_depend_on_the_array_library(terms):
    rng = np.random.default_rng(1)
    p, q = rng.dirichlet(np.ones(40), size=(2, 3))
    theirs = terms(Atoms(torch.tensor(p), torch.tensor(q))).numpy()
    # The two add P and Q in another order, which moves a term by eps times its slope: absolute, not relative.
    np.testing.assert_allclose(terms(Atoms(p, q)), theirs, rtol=ULPS, atol=1e-17)


def test_the_log_ratio_keeps_its_digits_where_the_quotient_would_be_subnormal(oracle):
    p, q = np.array([0.25, 0.75]), np.array([1e-320, 1.0])
    # The logarithm is about 735, so that an error of one unit of it is 1e-13 of a term of size 184.
    assert float(kl_terms(Atoms(p, q)).sum()) == pytest.approx(float(oracle.kl(p, q)), rel=ULPS)
