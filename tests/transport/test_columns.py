"""Column generation between two levels: optimal without a violated pair left, and feasible whenever it stops."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dualgap.progress import Silent
from dualgap.transport import columns
from dualgap.transport.coarse import Level, levels
from dualgap.transport.columns import Plan, Run, Solution, feasible, generate
from dualgap.transport.exact import solve
from dualgap.transport.ground import point_cost


def run(**changes) -> Run:
    return Run(**{"gap": 0.0, "limit": math.inf, "progress": Silent(), **changes})


def problem(seed: int, d: int, order: float, n: int = 40, m: int = 30):
    """Two clouds below one cell each."""
    rng = np.random.default_rng(seed)
    x, y = (
        levels(rng.normal(size=(k, d)) + shift, rng.dirichlet(np.ones(k)), [0])[1] for k, shift in ((n, 0), (m, 0.5))
    )
    cost = point_cost(x.points, y.points, order=order, ground="euclidean")
    return cost, x, y, Plan(np.zeros(1, dtype=int), np.zeros(1, dtype=int), np.ones(1))


def assert_feasible(cost, x: Level, y: Level, found: Solution) -> None:
    dense = cost.dense()
    assert (found.f[:, None] + found.g <= dense + 1e-13 * dense.max()).all()  # sums of two round
    for atoms, masses in ((found.plan.rows, x.masses), (found.plan.columns, y.masses)):
        # POT leaves out flows below 1e-15.
        np.testing.assert_allclose(np.bincount(atoms, found.plan.mass, len(masses)), masses, atol=1e-13)


@settings(max_examples=20)
@given(st.integers(0, 10**6), st.integers(1, 4), st.sampled_from([1, 2, 3]), st.sampled_from([0, 1000]))
def test_the_optimum_is_that_of_the_dense_problem(seed, d, order, most):
    cost, x, y, above = problem(seed, d, order)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(columns, "MOST_VIOLATED", most)  # with 0, pricing looks for the worst of each atom
        patch.setattr(columns, "families", lambda *parts: (np.zeros(0, dtype=int), np.zeros(0, dtype=int)))
        found = generate(cost, x, y, above, np.zeros(30), run(), finest=True)
    assert_feasible(cost, x, y, found)
    paid, proved = found.plan.paid(cost), x.masses @ found.f + y.masses @ found.g
    truth = solve(cost, x.masses, y.masses).upper ** order
    # The simplex stops where reduced costs are within 1e-15 of the largest cost.
    assert paid == pytest.approx(truth, rel=1e-9)
    assert proved == pytest.approx(truth, rel=1e-9)


@pytest.mark.parametrize("finest", [True, False])
def test_without_time_left_there_is_a_plan_and_a_bound(finest):
    cost, x, y, above = problem(0, 2, 2)
    found = generate(cost, x, y, above, np.zeros(30), run(limit=-math.inf), finest=finest)
    assert_feasible(cost, x, y, found)


@pytest.mark.parametrize("rounds", [0, 1, 2, 3])
def test_an_interruption_anywhere_leaves_a_plan_and_a_bound(rounds, monkeypatch):
    cost, x, y, above = problem(1, 2, 2)
    calls = {"left": rounds}
    price = columns.cheapest

    def interrupted(*arguments, **options):
        calls["left"] -= 1
        if calls["left"] == -1:
            raise KeyboardInterrupt
        return price(*arguments, **options)

    monkeypatch.setattr(columns, "cheapest", interrupted)
    monkeypatch.setattr(columns, "MOST_VIOLATED", 0)
    stopped = run()
    found = generate(cost, x, y, above, np.zeros(30), stopped, finest=True)
    assert stopped.over()
    assert_feasible(cost, x, y, found)


def test_a_rough_gap_ends_the_levels_of_cells():
    cost, x, y, above = problem(2, 2, 2)
    found = generate(cost, x, y, above, np.zeros(30), run(), finest=False)
    assert_feasible(cost, x, y, found)


def test_any_column_potential_has_a_feasible_partner():
    cost, _, _, _ = problem(3, 3, 1)
    g = np.random.default_rng(0).normal(size=30) * 100
    f = feasible(cost, g, run())
    assert (f <= (cost.dense() - g).min(axis=1)).all()
    np.testing.assert_allclose(f, (cost.dense() - g).min(axis=1), rtol=1e-12)


def test_time_is_over_when_it_is_and_when_the_user_says_so():
    assert not run().over()
    assert run(limit=-1.0).over()
    one = run()
    one.stop()
    assert one.over()
