"""Transport on the line: against scipy, linear programming and the dense solver."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from unittest import mock

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import wasserstein_distance

import dualgap as dg
from dualgap.bracket import Guarantee
from dualgap.errors import CertificateError, InvalidInput
from dualgap.transport import one_dimensional
from dualgap.transport.one_dimensional import monotone_coupling

orders = st.sampled_from([1, 1.5, 2, 3, 10])


@st.composite
def laws(draw):
    """Atoms on the line, with equal masses or with integers over their sum."""
    n = draw(st.integers(1, 8))
    points = np.array(draw(st.lists(st.integers(-20, 20), min_size=n, max_size=n)), dtype=float) / 4
    if not draw(st.booleans()):
        return points, None
    counts = np.array(draw(st.lists(st.integers(0, 5), min_size=n, max_size=n).filter(any)), dtype=float)
    return points, counts / counts.sum()


def power_by_fractions(p, q, order: int) -> Fraction:
    """int |F^-1 - G^-1|^order, in exact arithmetic, by walking both quantile functions."""
    queues = []
    for points, weights in (p, q):
        masses = (
            [Fraction(1, len(points))] * len(points)
            if weights is None
            else [Fraction(w).limit_denominator(100) for w in weights]
        )
        queues.append(sorted(zip(map(Fraction, points), masses, strict=True)))
    total, (left, right) = Fraction(0), queues
    while left and right:
        (x, a), (y, b) = left[0], right[0]
        moved = min(a, b)
        total += moved * abs(x - y) ** order
        left[0], right[0] = (x, a - moved), (y, b - moved)
        left, right = ([one for one in queue[:1] if one[1] > 0] + queue[1:] for queue in (left, right))
    return total


@given(laws(), laws(), st.sampled_from([1, 2, 3]))
def test_it_is_the_quantile_integral_in_exact_arithmetic(p, q, order):
    b = dg.wasserstein(dg.Points(*p), dg.Points(*q), order=order)
    truth = float(power_by_fractions(p, q, order)) ** (1 / order)
    assert b.lower * (1 - 1e-15) <= truth <= b.upper * (1 + 1e-15)  # the root rounds once
    assert b.method == "one_dimensional"
    assert b.guarantee is Guarantee.EXACT
    b.certificate.check()


@given(laws(), laws(), orders)
def test_it_agrees_with_the_solver_for_all_dimensions(p, q, order):
    line = dg.wasserstein(dg.Points(*p), dg.Points(*q), order=order)
    dense = dg.wasserstein(dg.Points(*p), dg.Points(*q), order=order, method="exact")
    assert line.lower <= dense.upper
    assert dense.lower <= line.upper


@given(laws(), laws())
def test_it_agrees_with_scipy_for_order_1(p, q):
    truth = wasserstein_distance(p[0], q[0], p[1], q[1])
    # Values up to 10 round.
    assert dg.wasserstein(dg.Points(*p), dg.Points(*q)).value == pytest.approx(truth, abs=1e-13)


@given(laws(), laws(), orders)
def test_the_plan_and_the_potentials_prove_the_value(p, q, order):
    first, second = dg.Points(*p), dg.Points(*q)
    b = dg.wasserstein(first, second, order=order)
    plan, (f, g) = b.plan.toarray(), b.potentials
    cost = np.abs(first.points - second.points.T) ** order
    size = max(1.0, cost.max())  # rounding is relative to the costs
    np.testing.assert_allclose(plan.sum(axis=1), first.weights, atol=1e-14)
    np.testing.assert_allclose(plan.sum(axis=0), second.weights, atol=1e-14)
    assert (cost - f[:, None] - g).min() >= -1e-13 * size
    assert (plan * cost).sum() == pytest.approx(first.weights @ f + second.weights @ g, abs=1e-13 * size)
    assert (plan * cost).sum() == pytest.approx(b.value**order, abs=1e-13 * size)


@given(laws(), orders, st.integers(-300, 300))
def test_a_law_is_at_distance_zero_from_itself_at_any_scale(p, order, exponent):
    points = dg.Points(p[0] * 2.0**exponent, p[1])
    b = dg.wasserstein(points, dg.Points(points.points[::-1], points.weights[::-1]), order=order)
    assert (b.value, b.lower, b.upper) == (0, 0, 0)


@given(laws(), laws(), laws(), orders)
def test_the_triangle_inequality_holds(p, q, r, order):
    p, q, r = (dg.Points(*one) for one in (p, q, r))
    pq, pr, rq = (dg.wasserstein(*pair, order=order) for pair in ((p, q), (p, r), (r, q)))
    assert pq.lower <= pr.upper + rq.upper


@given(laws(), laws(), orders, st.integers(-900, 900))
def test_scaling_by_a_power_of_two_scales_the_bounds(p, q, order, exponent):
    plain = dg.wasserstein(dg.Points(*p), dg.Points(*q), order=order)
    scaled = dg.wasserstein(dg.Points(p[0] * 2.0**exponent, p[1]), dg.Points(q[0] * 2.0**exponent, q[1]), order=order)
    assert scaled.value == pytest.approx(plain.value * 2.0**exponent, rel=1e-14)


@pytest.mark.parametrize("order", [1, 2, 7])
def test_a_shift_costs_its_length(order):
    x = np.random.default_rng(0).normal(size=1000)
    assert dg.wasserstein(x, x + 0.25, order=order).value == pytest.approx(0.25, rel=1e-14)  # x + 0.25 rounds


def test_unequal_sizes_and_weights_agree_with_repeated_points():
    x, y = np.random.default_rng(1).normal(size=(2, 6))
    weighted = dg.Points(x, np.array([1, 2, 3, 1, 2, 3]) / 12)
    repeated = np.repeat(x, [1, 2, 3, 1, 2, 3])
    for order in (1, 2):
        assert dg.wasserstein(weighted, y, order=order).value == pytest.approx(
            dg.wasserstein(repeated, y, order=order).value, rel=1e-13
        )


def test_large_weighted_measures_stay_inside_honest_bounds():
    rng = np.random.default_rng(2)
    x, y, a = rng.normal(size=20_000), rng.normal(size=14_000), rng.dirichlet(np.ones(20_000))
    b = dg.wasserstein(dg.Points(x, a), y)
    assert b.contains(wasserstein_distance(x, y, a))
    assert b.gap < 1e-9 * b.value
    b.certificate.check()


def test_the_largest_numbers_do_not_overflow():
    top = np.finfo(float).max / 4
    assert dg.wasserstein([top, 0.0], [-top, 0.0], order=2).value == pytest.approx(top, rel=1e-15)
    assert dg.wasserstein([top] * 3, [-top] * 2, order=1).value == pytest.approx(2 * top, rel=1e-15)
    assert dg.wasserstein([0.0], [5e-324], order=3).value == 5e-324


@pytest.mark.parametrize(
    "change",
    [
        lambda c: c.points[0].__setitem__(0, 7.0),
        lambda c: c.masses[0].__setitem__(0, 0.7),
    ],
)
def test_a_certificate_notices_other_measures(change):
    b = dg.wasserstein(dg.Points([0.0, 1.0, 2.0], [0.2, 0.3, 0.5]), [1.0, 5.0])
    change(b.certificate)
    with pytest.raises(CertificateError):
        b.certificate.check()


def test_a_certificate_refuses_claims_that_are_too_tight():
    b = dg.wasserstein([0.0, 1.0], [3.0, 5.0, 6.0])
    with pytest.raises(CertificateError, match="lower"):
        dataclasses.replace(b.certificate, lower=b.lower + 1e-6).check()
    with pytest.raises(CertificateError, match="upper"):
        dataclasses.replace(b.certificate, upper=b.upper - 1e-6).check()


@settings(max_examples=15)
@given(st.integers(0, 10**6), st.sampled_from([1.0, 2.0, 3.0]), st.sampled_from([(5, 5), (4, 7)]))
def test_the_gradient_in_points_and_masses_is_right(seed, order, sizes):
    generator = torch.Generator().manual_seed(seed)
    tensors = [torch.randn(n, generator=generator, dtype=torch.float64, requires_grad=True) for n in (*sizes, *sizes)]

    def value(x, y, s, t):
        p, q = dg.Points(x, torch.softmax(s, 0)), dg.Points(y, torch.softmax(t, 0))
        return dg.wasserstein(p, q, order=order).value

    assert torch.autograd.gradcheck(value, tensors)
    assert torch.autograd.gradcheck(lambda x, y: dg.wasserstein(x, y, order=order).value, tensors[:2])


def test_the_gradient_where_the_distance_is_zero_is_zero_not_nan():
    for order in (1, 2):
        x = torch.tensor([1.0, 0.0, 2.0], requires_grad=True)
        dg.wasserstein(x, x.detach().flip(0), order=order).value.backward()
        assert x.grad.abs().max() == 0


def test_torch_in_torch_out():
    x = torch.arange(4, dtype=torch.float32)
    value = dg.wasserstein(x, x + 1).value
    assert (value.dtype, float(value)) == (torch.float32, 1.0)
    assert not value.requires_grad


def test_a_quadratic_cost_matrix_is_not_taken_for_the_line():
    p = dg.Points([0.0, 1.0])
    assert dg.wasserstein(p, p, cost=[[1.0, 0.0], [0.0, 1.0]]).value == 0
    with pytest.raises(InvalidInput, match=r"^method"):
        dg.wasserstein(p, p, cost=[[1.0, 0.0], [0.0, 1.0]], method="one_dimensional")


def test_the_coupling_of_equal_masses_is_computed_in_integers():
    i, j, mass, error = monotone_coupling(np.arange(3.0), np.arange(2.0), None, None)
    assert error == 0
    np.testing.assert_array_equal(mass * 6, [2, 1, 1, 2])
    np.testing.assert_array_equal((i, j), [[0, 1, 1, 2], [0, 0, 1, 1]])


@pytest.mark.parametrize("order", [1, 2, 5])
@pytest.mark.parametrize(
    ("x", "y"),
    [
        ([1e300, 0.0], [1e300, 1e-300]),
        ([1e308, 0.0], [1e308, 1e-308]),
        ([1e308, 0.0, 3e-320], [1e308, 5e-324, 1e-310]),
        ([0.0, 5e-324], [0.0, 1e-323]),
    ],
)
def test_what_underflows_is_charged_to_the_bounds(x, y, order):
    b = dg.wasserstein(x, y, order=order)
    ways = [abs(Fraction(one) - Fraction(other)) for one, other in zip(sorted(x), sorted(y), strict=True)]
    power = sum(way**order for way in ways) / len(ways)
    # In fractions nothing underflows.
    assert Fraction(b.lower) ** order <= power <= Fraction(b.upper) ** order
    assert b.lower <= b.value <= b.upper
    assert b.guarantee is Guarantee.EXACT or b.gap > 1e-9 * b.upper
    b.certificate.check()


def test_tiny_masses_far_away_are_not_lost():
    for order, truth in ((1, 1.0), (2, 1e150)):
        b = dg.wasserstein(dg.Points([0.0, 1e300], [1.0, 1e-300]), dg.Points([0.0, 1e300], [1.0, 2e-300]), order=order)
        assert b.contains(truth)


def test_a_distance_beyond_float64_is_refused():
    with pytest.raises(InvalidInput, match=r"^p and q .* overflows float64"):
        dg.wasserstein([1e308], [-1e308])
    with pytest.raises(InvalidInput, match=r"^p and q .* overflows float64"):
        dg.wasserstein_1d([[1e308], [0.0]], [[-1e308], [0.0]])


@given(st.integers(0, 10_000), st.integers(3, 12), st.integers(3, 12))
def test_merged_in_two_halves_the_coupling_is_the_same(seed, n, m):
    rng = np.random.default_rng(seed)
    x, y = rng.integers(0, 5, n) / 2, rng.integers(0, 5, m) / 2
    a, b = (rng.integers(0, 3, size) + np.eye(size)[0] for size in (n, m))  # zero masses and knots that coincide
    masses = [None if seed % 3 == 0 else a / a.sum(), None if seed % 2 == 0 else b / b.sum()]
    whole = monotone_coupling(x, y, *masses)
    with mock.patch.object(one_dimensional, "WORTH_A_THREAD", 1):
        halves = monotone_coupling(x, y, *masses)
    assert all(np.array_equal(one, other) for one, other in zip(whole, halves, strict=True))
