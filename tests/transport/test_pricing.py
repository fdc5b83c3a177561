"""Pricing by a tree, by screens, on a device of torch: the cheapest and the violated among all pairs."""

from __future__ import annotations

import pickle
from concurrent.futures import Executor, Future

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dualgap.transport import pricing
from dualgap.transport.ground import point_cost
from dualgap.transport.pricing import accelerator, cheapest, shrunk, violated

kinds = st.sampled_from([(1, "euclidean"), (2, "euclidean"), (3, "euclidean"), (1, "cityblock"), (2, "cityblock")])


def problem(seed, d, kind, n=20, m=15):
    rng = np.random.default_rng(seed)
    x, y, g = rng.normal(size=(n, d)), rng.normal(size=(m, d)) + 3, rng.normal(size=m)
    cost = point_cost(x, y, order=kind[0], ground=kind[1])
    return cost, cost.dense(), g


@pytest.mark.parametrize("way", ["screen", "tree", "device"])
@given(st.integers(0, 10**6), kinds, st.integers(1, 3), st.integers(1, 5), st.sampled_from([15, 700]))
@settings(max_examples=25)
def test_the_transform_is_that_over_all_columns(way, seed, kind, d, k, m):
    with pytest.MonkeyPatch.context() as patch:
        if way == "tree":
            patch.setattr(pricing, "TREE_PAIRS", 0)
        cost, dense, g = problem(seed, d, kind, m=m)
        found = cheapest(cost, g, k, device="cpu" if way == "device" else None)
    truth, size = (dense - g).min(axis=1), dense.max() + np.abs(g).max()
    assert (found.transform <= truth).all()  # a lower bound must be one
    # Differences of float64 round at 1e-16 of the terms, some 100 times with the allowance for it.
    np.testing.assert_allclose(found.transform, truth, atol=1e-13 * size)
    # costs up to 10^order round
    pairs = found.pairs
    np.testing.assert_allclose(pairs.costs, dense[pairs.rows, pairs.columns], rtol=1e-12, atol=1e-12)
    best = np.argmin(dense - g, axis=1)
    assert set(zip(range(20), best, strict=True)) <= set(zip(pairs.rows, pairs.columns, strict=True))


@pytest.mark.parametrize("device", [None, "cpu"])
@given(st.integers(0, 10**6), kinds, st.integers(1, 6))
@settings(max_examples=25)
def test_every_violated_pair_is_found(device, seed, kind, d):
    cost, dense, g = problem(seed, d, kind)
    f = np.median(dense - g, axis=1)
    found = violated(cost, f, g, most=1000, device=device)
    assert found is not None
    wrong = set(zip(*np.nonzero(dense - f[:, None] - g <= 0), strict=True))
    given_back = set(zip(found.rows, found.columns, strict=True))
    assert wrong <= given_back
    # What is found beyond is as near to its potentials as the screen rounds.
    size = dense.max() + np.abs(f).max() + np.abs(g).max()
    assert (dense - f[:, None] - g)[found.rows, found.columns].max() <= 1e-4 * size


@given(st.integers(0, 10**6), kinds, st.integers(1, 4), st.integers(1, 5))
@settings(max_examples=10)
def test_strips_that_are_sent_give_what_the_whole_gives(seed, kind, d, k):
    """Each through pickle, as to another process; 300 rows are several blocks, so that the strips are several."""
    cost, dense, g = problem(seed, d, kind, n=300, m=700)
    f = np.median(dense - g, axis=1)
    with pytest.MonkeyPatch.context() as patch, Copying() as executor:
        patch.setattr(pricing, "SENT_PAIRS", 0)
        there, beyond = cheapest(cost, g, k, executor=executor), violated(cost, f, g, most=10**6, executor=executor)
        assert executor.strips == 2 * 5
    here, above = cheapest(cost, g, k), violated(cost, f, g, most=10**6)
    # Products of float32 may round otherwise in blocks of another height; what is found is computed from differences.
    np.testing.assert_allclose(there.transform, here.transform, rtol=0, atol=1e-13 * (dense.max() + np.abs(g).max()))
    least = {(i, j) for i, j in enumerate(np.argmin(dense - g, axis=1))}
    assert least <= set(zip(there.pairs.rows, there.pairs.columns, strict=True))
    wrong = set(zip(*np.nonzero(dense - f[:, None] - g <= 0), strict=True))
    assert beyond is not None
    assert above is not None
    assert wrong <= set(zip(beyond.rows, beyond.columns, strict=True))
    np.testing.assert_allclose(beyond.costs, dense[beyond.rows, beyond.columns], rtol=1e-12, atol=1e-12)


class Copying(Executor):
    """Does at once what it is asked for, on a copy such as another process would have."""

    strips = 0

    def submit(self, fn, /, *args, **kwargs):
        self.strips += 1
        done = Future()
        done.set_result(pickle.loads(pickle.dumps(fn))(*pickle.loads(pickle.dumps(args)), **kwargs))
        return done


def test_too_many_violated_pairs_are_not_listed():
    cost, dense, g = problem(0, 2, (2, "euclidean"))
    assert violated(cost, np.full(20, dense.max() + 10), g, most=10) is None


def test_repeated_points_and_points_without_spread_are_priced():
    same = np.ones((70, 2))
    cost = point_cost(same, same, order=2, ground="euclidean")
    found = cheapest(cost, np.arange(70.0), 1)
    np.testing.assert_allclose(found.transform, -69, rtol=1e-15)
    assert (found.transform <= -69).all()
    level = cheapest(cost, np.linspace(0, 1e-9, 70), 1)  # as near as float32 can tell, all of them
    np.testing.assert_allclose(level.transform, -1e-9, rtol=1e-6)  # float64 at the size of the median


def test_a_constant_of_the_potentials_costs_only_its_own_rounding():
    cost, dense, g = problem(4, 2, (2, "euclidean"), m=700)
    for constant in (1e3, -1e6):
        found = cheapest(cost, g + constant, 1)
        assert (found.transform <= (dense - (g + constant)).min(axis=1)).all()
        np.testing.assert_allclose(found.transform, (dense - g).min(axis=1) - constant, atol=1e-15 * abs(constant) * 4)


def test_costs_are_lowered_by_no_more_than_rounding():
    cost, dense, _ = problem(1, 3, (3, "euclidean"))
    rows, columns = np.divmod(np.arange(dense.size), dense.shape[1])
    lowered = shrunk(cost, rows, columns)
    assert (lowered <= dense.ravel()).all()
    np.testing.assert_allclose(lowered, dense.ravel(), rtol=1e-13)


def test_the_way_back_costs_the_same():
    cost, dense, _ = problem(2, 2, (1, "euclidean"))
    np.testing.assert_array_equal(cost.transposed().dense(), dense.T)


def test_small_problems_stay_on_the_cores():
    assert accelerator(problem(3, 2, (2, "euclidean"))[0]) is None
