"""What every pair of potentials keeps, whatever it is clipped to."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualgap.transport.dual_pair import DualPair
from dualgap.transport.extension import Extension
from dualgap.transport.quadratic_envelope import QuadraticEnvelope


@given(st.integers(0, 10**6), st.floats(-3, 3), st.floats(0, 4))
def test_clipped_to_one_interval_a_pair_stays_feasible(seed, low, length):
    """Any pair of the discrete problem of order 1, 2 or 3: not only those of a class of this library."""
    rng = np.random.default_rng(seed)
    x, y, r = rng.normal(size=(7, 2)), rng.normal(size=(6, 2)), int(rng.integers(1, 4))
    costs = np.linalg.norm(x[:, None] - y, axis=2) ** r
    h = rng.normal(size=6) * 3
    f = (costs + h).min(axis=1)
    assert (f[:, None] - h <= costs + 1e-12).all()
    clipped = np.clip(f, low, low + length)[:, None] - np.clip(h, low, low + length)
    assert (clipped <= costs + 1e-12).all()


@pytest.mark.parametrize(
    "pair",
    [
        Extension(np.array([[0.0], [10.0]]), np.array([0.0, -2.0]), "euclidean"),
        QuadraticEnvelope(np.array([[0.0]]), np.array([[3.0]]), np.array([0.0]), np.eye(1), np.eye(1)),
    ],
)
def test_a_pair_is_two_functions_of_its_order_and_their_recomputed_values(pair):
    points = np.linspace(-2, 12, 15)[:, None]
    assert isinstance(pair, DualPair)
    differences = pair(points)[:, None] - pair.partner(points)
    assert (differences <= np.abs(points - points.T) ** pair.order + 1e-12).all()
    assert np.allclose(pair.recomputed(points), pair(points), atol=1e-12)
    assert np.allclose(pair.recomputed_partner(points), pair.partner(points), atol=1e-12)


def test_of_a_lipschitz_critic_both_functions_are_the_critic():
    critic = Extension(np.array([[0.0]]), np.array([0.0]), "euclidean")
    points = np.array([[3.0], [-1.0]])
    assert critic.order == 1
    assert critic.partner(points).tolist() == critic(points).tolist() == [3.0, 1.0]
