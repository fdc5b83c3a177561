"""Column generation ends at the optimum of the dense problem, and stops with what it has proved."""

from __future__ import annotations

import dataclasses
import importlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

import dualgap as dg
from dualgap.bracket import Guarantee
from dualgap.errors import CertificateError, InvalidInput
from dualgap.progress import Progress
from dualgap.transport import assignment, columns, exact, sparse


@pytest.fixture(autouse=True)
def coarse_levels(monkeypatch):
    """Small problems too go through all levels."""
    monkeypatch.setattr(sparse, "COARSEST", 8)


class Recorded(Progress):
    """Keeps the gaps that it is told, and may be interrupted."""

    def __init__(self, interrupt_after: int | None = None) -> None:
        self.gaps: list[float] = []
        self.stopped = False
        self.interrupt_after = interrupt_after

    def start(self, total, label):
        self.label = label

    def advance(self, units=1, **shown):
        self.gaps.append(shown["gap"])
        if self.interrupt_after is not None and len(self.gaps) >= self.interrupt_after:
            raise KeyboardInterrupt

    def stop(self):
        self.stopped = True


def clouds(seed: int, d: int, n: int, m: int, weighted: bool) -> tuple[dg.Points, dg.Points]:
    rng = np.random.default_rng(seed)
    x, y = np.round(rng.normal(size=(n, d)), 1), np.round(rng.normal(size=(m, d)) + 0.5, 1)  # with repeated points
    masses = [None, None]
    if weighted:
        masses = [np.append(rng.dirichlet(np.ones(k - 1)), 0.0) for k in (n, m)]
    return dg.Points(x, masses[0]), dg.Points(y, masses[1])


@settings(max_examples=20)
@given(
    st.integers(0, 10**6),
    st.integers(1, 6),
    st.sampled_from([1, 1.5, 2, 3]),
    st.booleans(),
    st.sampled_from(["euclidean", "cityblock"]),
)
def test_it_agrees_with_the_dense_solver(seed, d, order, weighted, ground):
    p, q = clouds(seed, d, 60, 45, weighted)
    b = dg.wasserstein(p, q, order=order, ground=ground, method="sparse")
    dense = dg.wasserstein(p, q, order=order, ground=ground, method="exact")
    assert b.lower <= dense.upper
    assert dense.lower <= b.upper
    assert b.guarantee is Guarantee.EXACT
    assert b.gap <= 1e-8 * b.value
    b.certificate.check()


def linear_program(cost: np.ndarray, a: np.ndarray, b: np.ndarray) -> float:
    """min <cost, plan>, by HiGHS."""
    n, m = cost.shape
    marginals = np.vstack([np.kron(np.eye(n), np.ones(m)), np.kron(np.ones(n), np.eye(m))])
    found = linprog(cost.ravel(), A_eq=marginals[:-1], b_eq=np.concatenate([a, b])[:-1], method="highs")
    return float(found.fun)


@st.composite
def difficult(draw, d: int):
    """Points on a small grid, on a line or repeated, one alone or many, with and without mass."""
    n = draw(st.sampled_from([1, 2, 5, 12]))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    points = rng.integers(-4, 5, size=(n, d)).astype(float)
    if draw(st.booleans()):
        points[:, 1:] = points[:, :1]
    counts = rng.integers(0, 4, size=n).astype(float)
    counts[0] += counts.sum() == 0
    return points, counts / counts.sum()


@settings(max_examples=60)
@given(
    st.integers(1, 3).flatmap(lambda d: st.tuples(difficult(d), difficult(d))),
    st.sampled_from([1.0, 1.5, 2.0, 3.0]),
    st.sampled_from(["euclidean", "cityblock"]),
    st.sampled_from([1e-150, 1e-14, 1.0, 1e150]),
    st.sampled_from([0.0, 1e8]),
    st.sampled_from(["sparse", "exact"]),
)
def test_the_bracket_holds_the_value_of_the_linear_program(pair, order, ground, scale, shift, method):
    (x, a), (y, b) = pair
    apart = np.abs(x[:, None] - y[None])
    far = apart.sum(-1) if ground == "cityblock" else np.sqrt((apart**2).sum(-1))
    truth = linear_program(far**order, a, b) ** (1 / order)
    # Whole numbers are moved exactly; scaling rounds a coordinate by 1e-16, of 1e8 where it was moved so far.
    found = dg.wasserstein(
        dg.Points((x + shift) * scale, a), dg.Points((y + shift) * scale, b), order=order, ground=ground, method=method
    )
    slack = (1e-8 + (0.0 if scale == 1 else shift * 1e-15)) * scale + (
        1e-8 ** (1 / order) if truth < 1e-6 else 0
    ) * scale
    assert found.lower <= truth * scale + slack
    assert found.upper >= truth * scale - slack
    assert found.lower <= found.value <= found.upper
    found.certificate.check()


@pytest.mark.parametrize("method", ["sparse", "exact"])
def test_a_solver_that_stops_too_early_is_not_believed(method, monkeypatch):
    # POT's flow at an iteration limit misses mass, and its cost is no bound of either kind.
    monkeypatch.setattr(exact, "NO_LIMIT", 20)
    monkeypatch.setattr(columns, "NO_LIMIT", 20)
    monkeypatch.setattr(assignment, "is_available", lambda: False)
    x, y = np.random.default_rng(0).normal(size=(2, 60, 2))
    with pytest.raises(CertificateError, match="marginals"):
        dg.wasserstein(x, y, method=method)


@pytest.mark.parametrize("method", ["sparse", "exact"])
@pytest.mark.parametrize("order", [1, 2])
def test_an_offset_of_1e8_costs_no_digits_that_the_coordinates_have(method, order):
    x, y = np.round(np.random.default_rng(0).normal(size=(2, 60, 2)) * 2**20) / 2**20  # exact at 1e8 too
    plain, moved = (dg.wasserstein(x + shift, y + shift, order=order, method=method) for shift in (0.0, 1e8))
    assert moved.value == pytest.approx(plain.value, rel=1e-9)
    assert moved.guarantee is Guarantee.EXACT


@pytest.mark.parametrize("method", ["sparse", "exact"])
@pytest.mark.parametrize("scale", [1e-14, 1e-7, 1e14])
def test_costs_of_any_size_are_not_taken_for_zero(method, scale):
    x, y = np.random.default_rng(1).normal(size=(2, 60, 2))
    plain, scaled = (dg.wasserstein(x * s, y * s, method=method) for s in (1.0, scale))
    assert scaled.value == pytest.approx(plain.value * scale, rel=1e-9)
    assert scaled.guarantee is Guarantee.EXACT


@pytest.mark.parametrize("method", ["sparse", "exact"])
def test_nothing_that_is_no_number_or_no_mass_is_taken(method):
    for bad in (np.nan, np.inf):
        with pytest.raises(InvalidInput):
            dg.wasserstein([[bad, 0.0]], [[0.0, 0.0]], method=method)
    with pytest.raises(InvalidInput, match="negative"):
        dg.wasserstein(dg.Points(np.zeros((2, 2)), [1.5, -0.5]), np.zeros((2, 2)), method=method)
    with pytest.raises(InvalidInput, match="finite"):
        dg.wasserstein(dg.Histogram([1.0]), dg.Histogram([1.0]), cost=[[np.nan]])


def test_potentials_are_feasible_for_all_pairs():
    x, y = np.random.default_rng(2).normal(size=(2, 200, 2))  # POT's own exceed costs by up to 5e-10
    for method in ("sparse", "exact"):
        b = dg.wasserstein(x, y, order=2, method=method)
        f, g = b.potentials
        assert (f[:, None] + g - ((x[:, None] - y[None]) ** 2).sum(-1)).max() <= 1e-14


def test_a_device_of_torch_prices_as_the_cores_do(monkeypatch):
    x, y = np.random.default_rng(3).normal(size=(2, 200, 3))
    plain = dg.wasserstein(x, y, order=2, method="sparse")
    monkeypatch.setattr(sparse, "accelerator", lambda cost: "cpu")
    assert dg.wasserstein(x, y, order=2, method="sparse").value == pytest.approx(plain.value, rel=1e-9)


def test_a_gap_or_a_deadline_or_a_bar_asks_for_the_method_that_has_them():
    x, y = np.random.default_rng(4).normal(size=(2, 20, 2))
    for options in ({"gap": 0.01}, {"deadline": 60.0}, {"progress": Recorded()}):
        assert dg.wasserstein(x, y, **options).method == "sparse"
    with pytest.raises(InvalidInput, match="deadline must be an option of the method 'exact'"):
        dg.wasserstein(x, y, method="exact", deadline=1.0)


def test_an_executor_is_one_and_prices_points_only():
    x, y = np.random.default_rng(4).normal(size=(2, 20, 2))
    with ThreadPoolExecutor(1) as executor:
        assert dg.wasserstein(x, y, executor=executor).method == "sparse"
        p, q = dg.Points(x), dg.Points(y)
        with pytest.raises(InvalidInput, match="executor must be left out where cost is given"):
            dg.wasserstein(p, q, cost=np.ones((20, 20)), method="sparse", executor=executor)
    for bad in (2, map, "dask"):
        with pytest.raises(InvalidInput, match=r"executor must be a concurrent\.futures\.Executor"):
            dg.wasserstein(x, y, executor=bad)


@pytest.mark.parametrize("moment", ["levels", "solve", "feasible"])
def test_an_interruption_of_what_cannot_be_left_out_still_gives_a_bracket(moment, monkeypatch):
    x, y = np.random.default_rng(5).normal(size=(2, 100, 2))
    truth = dg.wasserstein(x, y, order=2, method="exact").value
    work, calls = getattr(sparse, moment), []

    def interrupted(*arguments):
        calls.append(moment)
        if len(calls) == 1:
            raise KeyboardInterrupt
        return work(*arguments)

    monkeypatch.setattr(sparse, moment, interrupted)
    b = dg.wasserstein(x, y, order=2, method="sparse")
    assert b.contains(truth)
    b.certificate.check()


def test_thousands_of_points_are_solved_to_rounding(monkeypatch):
    monkeypatch.setattr(sparse, "COARSEST", 300)
    x, y = np.random.default_rng(0).normal(size=(2, 1500, 2))
    b = dg.wasserstein(x, y + 0.5, order=2, method="sparse")
    assert b.gap <= 1e-8 * b.value
    assert b.plan.nnz < 3000  # a vertex of the transport polytope, n + m - 1 entries at most
    dense = dg.wasserstein(x, y + 0.5, order=2, method="exact")
    assert b.value == pytest.approx(dense.value, rel=1e-10)


@pytest.mark.parametrize("scale", [1e-150, 1e-14, 1e150])
def test_coordinates_of_any_size_are_solved(scale):
    x, y = np.random.default_rng(1).normal(size=(2, 40, 3)) * scale
    b = dg.wasserstein(x, y, order=2, method="sparse")
    assert b.value == pytest.approx(dg.wasserstein(x, y, order=2, method="exact").value, rel=1e-10)
    assert b.gap <= 1e-8 * b.value


def test_equal_clouds_are_at_distance_zero():
    x = np.random.default_rng(2).normal(size=(50, 2))
    b = dg.wasserstein(x, x, order=2, method="sparse")
    assert (b.value, b.lower) == (0, 0)
    assert b.upper < 1e-6  # mass off by rounding, 1e-16, crosses the cloud


def test_a_wide_gap_stops_early_and_an_interruption_keeps_what_is_proved():
    x, y = np.random.default_rng(3).normal(size=(2, 300, 2))
    truth = dg.wasserstein(x, y, order=2, method="exact").value
    full = Recorded()
    dg.wasserstein(x, y, order=2, method="sparse", progress=full)
    assert full.stopped
    assert full.gaps[-1] < 1e-8
    wide = Recorded()
    b = dg.wasserstein(x, y, order=2, method="sparse", gap=0.1, progress=wide)
    assert len(wide.gaps) < len(full.gaps)
    assert b.contains(truth)
    assert b.gap <= 0.1 * b.upper
    for rounds in (1, len(full.gaps) - 1):
        stopped = Recorded(interrupt_after=rounds)
        b = dg.wasserstein(x, y, order=2, method="sparse", progress=stopped)
        assert stopped.stopped
        assert b.lower <= truth <= b.upper
        b.certificate.check()


def test_a_deadline_returns_a_wider_bracket_not_nothing():
    x, y = np.random.default_rng(4).normal(size=(2, 300, 2))
    b = dg.wasserstein(x, y, order=2, method="sparse", deadline=1e-9)
    assert b.guarantee is Guarantee.CERTIFIED
    assert b.contains(dg.wasserstein(x, y, order=2, method="exact").value)
    assert "deadline" in b.explain()
    b.certificate.check()


def test_large_problems_are_given_to_it(monkeypatch):
    x, y = np.random.default_rng(5).normal(size=(2, 30, 2))
    assert dg.wasserstein(x, y).method == "exact"
    monkeypatch.setattr(importlib.import_module("dualgap.transport.wasserstein"), "DENSE_PAIRS", 100)
    assert dg.wasserstein(x, y).method == "sparse"
    assert dg.wasserstein(x, y, method="exact").method == "exact"
    assert dg.wasserstein(x[:, 0], y[:, 0]).method == "one_dimensional"


@settings(max_examples=60)
@given(st.data(), st.integers(1, 24), st.integers(1, 24), st.sampled_from([1.0, 2.0]))
def test_any_cost_matrix_is_solved_as_the_linear_program_solves_it(data, n, m, order):
    # whole numbers: many ties, and masses of zero
    cost = np.array(data.draw(st.lists(st.lists(st.integers(0, 9), min_size=m, max_size=m), min_size=n, max_size=n)))
    a, b = (
        np.array(data.draw(st.lists(st.integers(0, 5), min_size=k, max_size=k).filter(any)), dtype=float)
        for k in (n, m)
    )
    a, b = a / a.sum(), b / b.sum()
    found = dg.wasserstein(dg.Histogram(a), dg.Histogram(b), cost=cost, order=order, method="sparse")
    truth = linear_program(cost, a, b) ** (1 / order)
    assert found.lower - 1e-7 <= truth <= found.upper + 1e-7  # HiGHS stops at 1e-7
    found.certificate.check()


def test_a_cost_matrix_too_can_be_stopped_at_a_deadline_or_by_the_user():
    cost = np.random.default_rng(6).random((300, 200))
    p, q = dg.Histogram(np.full(300, 1 / 300)), dg.Histogram(np.full(200, 1 / 200))
    truth = dg.wasserstein(p, q, cost=cost)
    assert truth.method == "exact"
    stopped = dg.wasserstein(p, q, cost=cost, deadline=1e-9)
    interrupted = dg.wasserstein(p, q, cost=cost, progress=Recorded(interrupt_after=1))
    for b in (stopped, interrupted):
        assert (b.method, b.guarantee) == ("sparse", Guarantee.CERTIFIED)
        assert b.contains(truth.value)
        b.certificate.check()
    assert dg.wasserstein(p, q, cost=cost, gap=0.0).gap < 1e-10  # rounding


def test_the_gradient_in_a_cost_matrix_is_the_plan():
    cost = torch.rand(30, 20, dtype=torch.float64, generator=torch.Generator().manual_seed(0), requires_grad=True)
    p, q = dg.Histogram(np.full(30, 1 / 30)), dg.Histogram(np.full(20, 1 / 20))
    b = dg.wasserstein(p, q, cost=cost, method="sparse")
    b.value.backward()
    np.testing.assert_allclose(cost.grad.numpy(), b.plan.toarray(), atol=1e-12)


def test_the_error_for_want_of_memory_says_which_method_would_do(monkeypatch):
    monkeypatch.setattr(exact, "_machine_memory", lambda: 1e3)
    with pytest.raises(InvalidInput, match="method='sparse' holds little beside the matrix"):
        dg.wasserstein(
            dg.Histogram(np.ones(50) / 50), dg.Histogram(np.ones(50) / 50), cost=np.ones((50, 50)), method="exact"
        )
    with pytest.raises(InvalidInput, match="method='sparse'"):
        dg.wasserstein(np.zeros((50, 2)), np.ones((50, 2)), method="exact")


def test_the_gradient_is_that_of_the_dense_solver():
    x, y = (torch.randn(30, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(k)) for k in (0, 1))
    slopes = []
    for method in ("sparse", "exact"):
        moved = x.clone().requires_grad_()
        dg.wasserstein(moved, y, order=2, method=method).value.backward()
        slopes.append(moved.grad.numpy())
    np.testing.assert_allclose(*slopes, atol=1e-10)


def test_a_raised_potential_is_refused():
    b = dg.wasserstein(*clouds(6, 2, 40, 40, False), method="sparse")
    for side in (0, 1):
        changed = list(b.potentials)
        changed[side] = changed[side] + 0.1
        with pytest.raises(CertificateError):
            dataclasses.replace(b.certificate, potentials=tuple(changed)).check()


@pytest.mark.parametrize(
    "options", [{"gap": -1}, {"gap": "none"}, {"gap": np.nan}, {"deadline": 0}, {"deadline": "soon"}]
)
def test_bad_options_are_named(options):
    with pytest.raises(InvalidInput, match=rf"^{next(iter(options))}"):
        dg.wasserstein(np.zeros((2, 2)), np.ones((2, 2)), method="sparse", **options)
