"""Critics of one number: 1-Lipschitz, optimal on the line, and checked by other code."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from dualgap.errors import CertificateError
from dualgap.transport.profile import Profile, best_profile

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(80, 3)), RNG.normal(size=(60, 3)) * 1.5 + 0.3
RADIAL = best_profile(X, Y, "euclidean", centre=np.zeros(3))


@given(st.integers(0, 500), st.integers(2, 30), st.integers(2, 30))
def test_on_the_line_it_attains_the_distance(seed, n, m):
    rng = np.random.default_rng(seed)
    x, y = rng.integers(-5, 6, size=(n, 1)) * 1.0, rng.integers(-5, 6, size=(m, 1)) * 1.0
    critic = best_profile(x, y, "euclidean", axes=np.ones((1, 1)))
    assert critic(x).mean() - critic(y).mean() == pytest.approx(stats.wasserstein_distance(x[:, 0], y[:, 0]), abs=1e-12)


@pytest.mark.parametrize(
    "change",
    [
        {"values": RADIAL.values * 1.01},
        {"knots": RADIAL.knots[::-1].copy()},
        {"axes": np.eye(3) * 1.1},
        {"centre": None},
        {"ground": "chess"},
        {"values": np.zeros(3)},
    ],
)
def test_what_is_not_1_lipschitz_by_construction_proves_nothing(change):
    with pytest.raises(CertificateError):
        dataclasses.replace(RADIAL, **change).recomputed(X)


def test_a_single_knot_is_a_constant():
    critic = Profile(np.zeros(1), np.ones(1), "euclidean", None, np.zeros(3))
    assert (critic(X) == 1).all()
    assert (critic.recomputed(X) == 1).all()
