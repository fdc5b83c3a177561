"""Sinkhorn's iteration, and the coupling that any scalings become by rounding."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import dualgap as dg
from dualgap.transport.ground import point_cost
from dualgap.transport.sinkhorn import Annealing, RoundedPlan, soft_transform


def clouds(seed: int, d: int = 2, n: int = 30, m: int = 25) -> tuple[dg.Points, dg.Points]:
    rng = np.random.default_rng(seed)
    return (
        dg.Points(rng.normal(size=(n, d)), rng.dirichlet(np.ones(n))),
        dg.Points(rng.normal(size=(m, d)) + 0.5, rng.dirichlet(np.ones(m))),
    )


@given(st.integers(0, 10**6), st.floats(0.01, 10))
def test_rounding_gives_a_coupling_from_any_scalings(seed, regularisation):
    rng = np.random.default_rng(seed)
    p, q = clouds(seed, n=6, m=5)
    plan = RoundedPlan(
        cost=point_cost(p.points, q.points, order=2, ground="euclidean"),
        masses=(p.weights, q.weights),
        scalings=(10 * rng.normal(size=6), 10 * rng.normal(size=5)),
        regularisation=regularisation,
    )
    matrix = plan.matrix().toarray()
    assert (matrix >= 0).all()
    np.testing.assert_allclose(matrix.sum(axis=1), p.weights, atol=1e-14)
    np.testing.assert_allclose(matrix.sum(axis=0), q.weights, atol=1e-14)
    assert plan.paid() >= dg.wasserstein(p, q, order=2).lower ** 2


def test_a_soft_transform_tends_to_the_c_transform():
    rng = np.random.default_rng(3)
    cost, g = rng.uniform(size=(5, 4)), rng.normal(size=4)
    soft = soft_transform(cost, g, np.full(4, 0.25), 1e-6)
    np.testing.assert_allclose(soft, (cost - g).min(axis=1), atol=1e-5)  # off by at most eps log 4


def test_stages_end_with_the_marginals_that_were_asked_for():
    p, q = clouds(4)
    run = Annealing(point_cost(p.points, q.points, order=2, ground="euclidean").dense(), p.weights, q.weights)
    for regularisation in (1.0, 0.3, 0.1):
        run.stage(regularisation, steps=5000, tolerance=1e-9)
    plan = p.weights[:, None] * q.weights * np.exp((run.f[:, None] + run.g - run.cost) / 0.1)
    assert np.abs(plan.sum(axis=1) - p.weights).sum() < 2e-9  # 1e-9 at the stop, then the scalings are absorbed
    assert np.abs(plan.sum(axis=0) - q.weights).sum() < 1e-8  # the columns follow within a step
