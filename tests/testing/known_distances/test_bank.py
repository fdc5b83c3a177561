"""Every problem proves its own value: optimal pairs, feasible potentials, and exact plans of another library."""

from __future__ import annotations

import math

import numpy as np
import ot
import pytest
import torch

from dualgap.errors import InvalidInput
from dualgap.testing import known_distances

PROBLEMS = [problem for order in (1, 1.5, 2) for problem in known_distances.problems(order=order)]
every = pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: f"W{problem.order:g} {problem.name}")


def cost(x, y, order):
    return np.linalg.norm(x[:, None] - y[None], axis=-1) ** order


@every
def test_the_potentials_touch_the_cost_on_optimal_pairs_and_nowhere_exceed_it(problem):
    x, y = problem.pairs(200, seed=1)
    apart = np.linalg.norm(x - y, axis=1) ** problem.order
    rounding = 1e-13 * max(1.0, np.abs(x).max() ** 2 * problem.dimension)
    assert np.abs(problem.potential(x) + problem.partner(y) - apart).max() <= rounding
    others, targets = problem.sample(200, seed=2)
    sums = problem.potential(others)[:, None] + problem.partner(targets)
    assert (sums - cost(others, targets, problem.order)).max() <= rounding


@every
def test_the_value_is_the_mean_over_optimal_pairs(problem):
    n = 20_000
    x, y = problem.pairs(n, seed=3)
    apart = np.linalg.norm(x - y, axis=1) ** problem.order
    slack = problem.order * problem.value ** (problem.order - 1) * problem.standard_error
    assert abs(apart.mean() - problem.value**problem.order) <= 5 * math.hypot(apart.std() / math.sqrt(n), slack) + 1e-12


@every
def test_an_exact_plan_of_optimal_pairs_is_the_pairing(problem):
    x, y = problem.pairs(100, seed=4)
    uniform = np.full(100, 0.01)
    exact = ot.emd2(uniform, uniform, cost(x, y, problem.order))
    assert exact == pytest.approx(
        (np.linalg.norm(x - y, axis=1) ** problem.order).mean(), rel=1e-9
    )  # POT's own precision


@every
def test_samples_have_the_laws_of_the_pairs_and_are_independent(problem):
    n = 4000
    (x, y), (a, b) = problem.sample(n, seed=5), problem.pairs(n, seed=6)
    for one, other in ((x, a), (y, b)):
        spread = np.maximum(one.std(0) + other.std(0), 1e-12)
        assert (abs(one.mean(0) - other.mean(0)) / spread).max() < 6 / math.sqrt(n)
    assert abs(np.corrcoef(problem.potential(x), problem.partner(y))[0, 1]) < 6 / math.sqrt(n)


@every
def test_potentials_of_tensors_are_those_of_arrays_and_their_gradients_are_the_way(problem):
    x, y = problem.pairs(50, seed=7)
    points, targets = torch.as_tensor(x).requires_grad_(), torch.as_tensor(y)
    values = problem.potential(points)
    assert np.allclose(values.detach().numpy(), problem.potential(x), rtol=1e-12, atol=1e-12)
    assert np.allclose(problem.partner(targets).numpy(), problem.partner(y), rtol=1e-12, atol=1e-12)
    (slopes,) = torch.autograd.grad(values.sum(), points)
    # first order in x of f(x) + g(y) = |x - y|^p; |x - y| = 0 has no direction
    way, length = x - y, np.linalg.norm(x - y, axis=1, keepdims=True)
    far = length[:, 0] > 1e-6
    expected = problem.order * length ** (problem.order - 2) * way
    assert np.allclose(slopes.numpy()[far], expected[far], rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("problem", known_distances.problems(), ids=lambda problem: problem.name)
def test_potentials_of_order_one_have_slope_at_most_one(problem):
    x, y = problem.sample(200, seed=8)
    both = np.concatenate([x, y])
    values = problem.potential(both)
    assert (abs(values[:, None] - values) <= cost(both, both, 1) + 1e-12).all()


def test_a_wrong_map_would_be_noticed():
    problem = known_distances.scale(2, factor=0.5)
    x, y = problem.pairs(100, seed=0)
    turned = y @ np.array([[0.0, 1.0], [-1.0, 0.0]])
    uniform = np.full(100, 0.01)
    assert ot.emd2(uniform, uniform, cost(x, turned, 1)) < 0.7 * np.linalg.norm(x - turned, axis=1).mean()
    gap = np.linalg.norm(x - turned, axis=1) - problem.potential(x) - problem.partner(turned)
    assert gap.max() > 0.1


def test_there_are_enough_of_all_kinds():
    for order in (1, 2):
        problems = known_distances.problems(order=order)
        assert len(problems) >= 12
        assert {1, 2, 8, 32} <= {problem.dimension for problem in problems}
        assert len({problem.name for problem in problems}) == len(problems)


@pytest.mark.parametrize("order", [0.5, 3, np.nan, "1", True])
def test_the_order_is_between_one_and_two(order):
    with pytest.raises(InvalidInput, match=r"^order must"):
        known_distances.problems(order=order)
