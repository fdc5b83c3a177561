"""What a solver claims of its potentials without a look at all pairs, the check finds by a look at all pairs."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from dualgap.errors import CertificateError
from dualgap.transport.claiming import claimed
from dualgap.transport.duality import tight_potentials
from dualgap.transport.ground import MatrixCost, point_cost


@given(st.integers(0, 10**6), st.sampled_from([1.0, 2.0, 3.0]), st.sampled_from([1e-100, 1.0, 1e100]))
def test_a_claim_is_no_more_than_the_check_proves(seed, order, scale):
    rng = np.random.default_rng(seed)
    cost = point_cost(rng.normal(size=(6, 2)) * scale, rng.normal(size=(4, 2)) * scale, order=order, ground="euclidean")
    masses = np.full(6, 1 / 6), np.full(4, 1 / 4)
    lowered = MatrixCost(matrix=cost.dense() * (1 - 2 * cost.relative_error), order=order)
    potentials = tight_potentials(lowered, rng.normal(size=6) * cost.dense().mean())
    found = claimed(cost, masses, sparse.csr_array(np.outer(*masses)), potentials)
    found.check()
    lower, upper = found.bounds()
    assert found.lower <= lower * (1 + 1e-12)
    assert found.upper == upper


def test_a_claim_of_infeasible_potentials_is_refused_by_the_check():
    cost = MatrixCost(matrix=np.array([[1.0, 2.0], [2.0, 1.0]]), order=1.0)
    masses = np.full(2, 0.5), np.full(2, 0.5)
    found = claimed(cost, masses, sparse.csr_array(np.eye(2) / 2), (np.array([1.0, 1.0]), np.array([0.5, 0.0])))
    with pytest.raises(CertificateError, match="infeasible"):
        found.check()
    right = claimed(cost, masses, sparse.csr_array(np.eye(2) / 2), (np.array([1.0, 1.0]), np.zeros(2)))
    right.check()
    with pytest.raises(CertificateError):
        dataclasses.replace(right, lower=1.1).check()
