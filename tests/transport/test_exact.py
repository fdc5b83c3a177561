"""Dense exact transport: against linear programming, brute force and closed forms."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.stats import wasserstein_distance

import dualgap as dg
from dualgap.bracket import Guarantee
from dualgap.errors import InvalidInput
from dualgap.transport import exact


def linear_program(cost: np.ndarray, a: np.ndarray, b: np.ndarray) -> float:
    """min <cost, plan>, by HiGHS."""
    n, m = cost.shape
    rows = np.kron(np.eye(n), np.ones(m))
    columns = np.kron(np.ones(n), np.eye(m))
    marginals, masses = np.vstack([rows, columns]), np.concatenate([a, b])
    found = linprog(cost.ravel(), A_eq=marginals[:-1], b_eq=masses[:-1], method="highs")
    return float(found.fun)


def matrix(x: np.ndarray, y: np.ndarray, order: float, ground: str = "euclidean") -> np.ndarray:
    apart = np.abs(x[:, None] - y[None])
    return (apart.sum(-1) if ground == "cityblock" else np.sqrt((apart**2).sum(-1))) ** order


@st.composite
def clouds(draw):
    """Weighted points on a small grid: collinear, repeated and without mass as often as not."""
    n, d = draw(st.integers(1, 6)), draw(st.shared(st.integers(1, 3), key="d"))
    points = np.array(draw(st.lists(st.lists(st.integers(-4, 4), min_size=d, max_size=d), min_size=n, max_size=n)))
    counts = np.array(draw(st.lists(st.integers(0, 5), min_size=n, max_size=n).filter(any)), dtype=float)
    return points.reshape(n, d).astype(float), counts / counts.sum()


orders = st.sampled_from([1.0, 1.5, 2.0, 3.0])


@given(clouds(), clouds(), orders, st.sampled_from(["euclidean", "cityblock"]))
def test_the_bounds_hold_the_value_of_the_linear_program(p, q, order, ground):
    b = dg.wasserstein(dg.Points(*p), dg.Points(*q), order=order, ground=ground, method="exact")
    costs = matrix(p[0], q[0], order, ground)
    truth = linear_program(costs, p[1], q[1])
    # HiGHS solves to a feasibility of 1e-7, on costs up to 8 * 3 ** (order / 2) and so exact to about 1e-9 here.
    assert b.lower**order - 1e-8 <= truth <= b.upper**order + 1e-8
    # Of laws that are equal but for the rounding of their masses the distance may be 0 only to that rounding.
    assert b.guarantee is Guarantee.EXACT or b.upper**order <= 1e-15 * costs.max()
    b.certificate.check()


@given(clouds(), clouds(), clouds(), orders)
def test_it_is_a_metric(p, q, r, order):
    p, q, r = (dg.Points(*one) for one in (p, q, r))
    there, back = (dg.wasserstein(*pair, order=order, method="exact") for pair in ((p, q), (q, p)))
    assert there.lower <= back.upper
    assert back.lower <= there.upper
    assert dg.wasserstein(p, p, order=order, method="exact").lower == 0
    by_r = [dg.wasserstein(*pair, order=order, method="exact") for pair in ((p, r), (r, q))]
    assert there.lower <= by_r[0].upper + by_r[1].upper


@given(clouds(), clouds())
def test_it_is_monotone_in_the_order(p, q):
    found = [dg.wasserstein(dg.Points(*p), dg.Points(*q), order=order, method="exact") for order in (1, 1.3, 2, 4)]
    for smaller, larger in itertools.pairwise(found):
        assert smaller.lower <= larger.upper


@given(clouds(), clouds(), orders, st.integers(-60, 60), st.integers(-1000, 1000))
def test_it_is_translation_invariant_and_scales_with_the_coordinates(p, q, order, exponent, shift):
    plain = dg.wasserstein(dg.Points(*p), dg.Points(*q), order=order, method="exact")
    factor = 2.0**exponent  # a power of two rounds nothing
    moved = dg.wasserstein(
        dg.Points((p[0] + shift) * factor, p[1]), dg.Points((q[0] + shift) * factor, q[1]), order=order, method="exact"
    )
    assert plain.lower * factor <= moved.upper * (1 + 1e-15)  # the product rounds once
    assert moved.lower <= plain.upper * factor * (1 + 1e-15)


@pytest.mark.parametrize("n", [1, 2, 5, 7])
def test_equal_weights_are_a_best_assignment(n):
    rng = np.random.default_rng(n)
    x, y = rng.normal(size=(2, n, 2))
    cost = matrix(x, y, 1)
    best = min(sum(cost[i, j] for i, j in enumerate(one)) for one in itertools.permutations(range(n))) / n
    assert dg.wasserstein(x, y).contains(best) or abs(dg.wasserstein(x, y).value - best) < 1e-14  # the sum rounds


def test_two_clouds_of_500_points_are_solved_to_rounding():
    rng = np.random.default_rng(0)
    b = dg.wasserstein(rng.normal(size=(500, 3)), rng.normal(size=(500, 3)) + 0.5)
    assert b.gap <= 1e-9 * b.value
    assert b.lower <= b.value <= b.upper
    assert all(one.dtype == np.float64 and one.flags.writeable for one in b.potentials)
    b.certificate.check()


@pytest.mark.parametrize("order", [1, 1.7, 2, 5])
@pytest.mark.parametrize("shift", [1e-6, 3.0, 1e6])
def test_a_shift_costs_its_length_for_every_law_and_order(order, shift):
    x = np.random.default_rng(1).normal(size=(30, 4))
    direction = np.array([0.5, -0.5, 0.5, 0.5])
    b = dg.wasserstein(x, x + shift * direction, order=order)
    # x + v is rounded: a coordinate near 1e6 by 1e-10, one near 1 by 1e-16, against a shift of 1e6 or 1e-6.
    assert b.value == pytest.approx(shift, rel=1e-9)


@pytest.mark.parametrize("scale", [1e-150, 1e-30, 1e-14, 1e14, 1e150])
@pytest.mark.parametrize("order", [1, 2, 3])
def test_coordinates_of_any_size_are_solved_as_well_as_those_near_one(scale, order):
    x, y = np.random.default_rng(2).normal(size=(2, 40, 2))
    plain = dg.wasserstein(x, y, order=order)
    b = dg.wasserstein(x * scale, y * scale, order=order)
    assert b.guarantee is Guarantee.EXACT
    assert b.gap <= 1e-9 * b.value
    assert b.value == pytest.approx(plain.value * scale, rel=1e-12)  # coordinates round by 1e-16 each
    b.certificate.check()


def test_the_largest_and_smallest_numbers_do_not_overflow_or_vanish():
    top = np.finfo(float).max / 4
    assert dg.wasserstein([[top, 0.0]], [[-top, 0.0]], order=2).value == pytest.approx(2 * top, rel=1e-15)
    assert dg.wasserstein([[0.0, 1.0]], [[1e-200, 1.0]], order=2).value == pytest.approx(1e-200, rel=1e-15)
    mixed = dg.wasserstein([[0.0, 0.0], [1.0, 0.0]], [[1e-200, 0.0], [1.0, 0.0]])
    assert mixed.upper >= 5e-201 > mixed.lower


def test_a_translation_by_1e8_keeps_the_digits_that_the_coordinates_keep():
    x, y = np.random.default_rng(3).normal(size=(2, 60, 2))
    x, y = x + 1e8, y + 1e8
    b = dg.wasserstein(x, y, order=2)
    back = dg.wasserstein(x - 1e8, y - 1e8, order=2)  # exact: both are multiples of the spacing at 1e8
    assert b.value == pytest.approx(back.value, rel=1e-13)
    assert b.gap <= 1e-9 * b.value


def test_costs_of_1e_14_are_not_taken_for_zero():
    rng = np.random.default_rng(4)
    cost = rng.uniform(size=(30, 30))
    p = dg.Histogram(np.full(30, 1 / 30))
    assert dg.wasserstein(p, p, cost=cost * 1e-14).value == pytest.approx(
        1e-14 * dg.wasserstein(p, p, cost=cost).value, rel=1e-12
    )  # the products round


def test_atoms_without_mass_change_nothing():
    rng = np.random.default_rng(5)
    x, y = rng.normal(size=(10, 2)), rng.normal(size=(8, 2))
    a, b = np.full(10, 0.1), np.full(8, 1 / 8)
    plain = dg.wasserstein(dg.Points(x, a), dg.Points(y, b))
    more = dg.wasserstein(
        dg.Points(np.vstack([x, [[50.0, 0]]]), np.append(a, 0.0)),
        dg.Points(np.vstack([[[0.0, 90]], y]), np.append(0.0, b)),
    )
    assert more.value == pytest.approx(plain.value, rel=1e-13)
    more.certificate.check()
    for side, i in ((0, 10), (1, 0)):
        more.potentials[side][i] += 0.1
        with pytest.raises(dg.errors.CertificateError):
            more.certificate.check()
        more.potentials[side][i] -= 0.1


def test_one_point_receives_everything():
    x = np.random.default_rng(6).normal(size=(50, 3))
    b = dg.wasserstein(x, np.zeros((1, 3)), order=2)
    assert b.value == pytest.approx(np.sqrt((x**2).sum(1).mean()), rel=1e-14)
    assert b.gap <= 1e-9 * b.value


@given(clouds(), orders)
def test_the_distance_of_a_measure_to_itself_is_exactly_zero_or_rounding(p, order):
    b = dg.wasserstein(dg.Points(*p), dg.Points(*p), order=order, method="exact")
    assert b.lower == 0
    assert b.upper <= (1e-14 * 14**order) ** (1 / order)  # a mass off by rounding goes across the cloud, at most 14


def test_splitting_an_atom_changes_nothing():
    rng = np.random.default_rng(7)
    x, y = rng.normal(size=(2, 9, 2))
    twice = dg.Points(np.repeat(x, 2, axis=0))
    assert dg.wasserstein(twice, y).value == pytest.approx(dg.wasserstein(x, y).value, rel=1e-13)


def test_on_the_line_it_agrees_with_scipy():
    rng = np.random.default_rng(8)
    x, y, a, b = rng.normal(size=25), rng.normal(size=31), rng.dirichlet(np.ones(25)), rng.dirichlet(np.ones(31))
    found = dg.wasserstein(dg.Points(x, a), dg.Points(y, b), method="exact")
    assert found.value == pytest.approx(wasserstein_distance(x, y, a, b), rel=1e-13)


def test_a_cost_matrix_is_the_linear_program_of_its_masses():
    rng = np.random.default_rng(9)
    cost, a, b = rng.uniform(size=(7, 5)), rng.dirichlet(np.ones(7)), rng.dirichlet(np.ones(5))
    found = dg.wasserstein(dg.Histogram(a), dg.Histogram(b), cost=cost)
    assert found.value == pytest.approx(linear_program(cost, a, b), rel=1e-9)  # HiGHS's tolerance
    assert found.potentials[0].shape == (7,)
    assert found.plan.shape == (7, 5)
    squared = dg.wasserstein(dg.Points(rng.normal(size=7), a), dg.Points(rng.normal(size=5), b), cost=cost, order=2)
    assert squared.value == pytest.approx(np.sqrt(found.value), rel=1e-13)
    found.certificate.check()


def test_a_cost_of_zero_everywhere_is_free():
    p, q = dg.Histogram([0.3, 0.7]), dg.Histogram([0.6, 0.4])
    b = dg.wasserstein(p, q, cost=np.zeros((2, 2)))
    assert (b.value, b.lower, b.upper) == (0.0, 0.0, 0.0)


def test_float32_masses_do_not_trip_the_mass_check():
    rng = np.random.default_rng(10)
    weights = rng.dirichlet(np.ones(300)).astype(np.float32)
    weights /= weights.sum()
    x, y = rng.normal(size=(2, 300, 2)).astype(np.float32)
    b = dg.wasserstein(dg.Points(x, weights), dg.Points(y, weights[::-1]))
    assert b.gap <= 2.0**-23 * b.value  # the value is a float32


@settings(max_examples=15)
@given(st.integers(0, 10**6), st.sampled_from([1.0, 1.5, 2.0, 3.0]), st.sampled_from(["euclidean", "cityblock"]))
def test_the_gradient_is_that_of_the_envelope_theorem(seed, order, ground):
    generator = torch.Generator().manual_seed(seed)
    x, y = (torch.randn(n, 2, generator=generator, dtype=torch.float64, requires_grad=True) for n in (4, 5))
    s, t = (torch.randn(n, generator=generator, dtype=torch.float64, requires_grad=True) for n in (4, 5))

    def value(x, y, s, t):
        p, q = dg.Points(x, torch.softmax(s, 0)), dg.Points(y, torch.softmax(t, 0))
        return dg.wasserstein(p, q, order=order, ground=ground).value

    assert torch.autograd.gradcheck(value, (x, y, s, t))


def test_the_gradient_with_respect_to_a_cost_matrix_is_the_plan():
    rng = np.random.default_rng(11)
    cost = torch.tensor(rng.uniform(size=(6, 6)), requires_grad=True)
    p = dg.Histogram(np.full(6, 1 / 6))
    b = dg.wasserstein(p, p, cost=cost)
    b.value.backward()
    np.testing.assert_allclose(cost.grad.numpy(), b.plan.toarray())


def test_the_gradient_at_coincident_clouds_is_zero_not_nan():
    for order in (1, 2):
        x = torch.tensor([[0.0, 1.0], [2.0, 3.0]], requires_grad=True)
        dg.wasserstein(x, x.detach(), order=order).value.backward()
        assert x.grad.abs().max() == 0


def test_torch_in_torch_out_in_the_dtype_that_came():
    x = torch.zeros(3, 2)
    value = dg.wasserstein(x, x + 1).value
    assert value.dtype == torch.float32
    assert value.shape == ()
    assert isinstance(dg.wasserstein(x.numpy(), x.numpy() + 1).value, np.float32)
    assert isinstance(dg.wasserstein(x.double().numpy(), x.numpy() + 1).value, float)
    assert torch.is_tensor(dg.wasserstein(x.numpy(), x).value)


@pytest.mark.parametrize(
    ("p", "q", "options", "argument"),
    [
        ([[np.nan, 0.0]], [[0.0, 0.0]], {}, "p"),
        ([[0.0, 0.0]], [[np.inf, 0.0]], {}, "q"),
        ([[0.0, 0.0]], [[0.0, 0.0, 0.0]], {}, "q"),
        (np.zeros((0, 2)), [[0.0, 0.0]], {}, "p"),
        (np.zeros((2, 2, 2)), [[0.0, 0.0]], {}, "p"),
        ("p", [[0.0, 0.0]], {}, "p"),
        ([[0.0]], [[0.0]], {"order": 0.5}, "order"),
        ([[0.0]], [[0.0]], {"order": np.nan}, "order"),
        ([[0.0]], [[0.0]], {"order": "1"}, "order"),
        ([[0.0]], [[0.0]], {"order": True}, "order"),
        ([[0.0]], [[0.0]], {"ground": "taxi"}, "ground"),
        ([[0.0]], [[0.0]], {"method": "magic"}, "method"),
        ([[0.0]], [[0.0]], {"cost": [[1.0]]}, "p"),
        (dg.Histogram([1.0]), dg.Histogram([1.0]), {"cost": [[-1.0]]}, "cost"),
        (dg.Histogram([1.0]), dg.Histogram([1.0]), {"cost": [[np.nan]]}, "cost"),
        (dg.Histogram([1.0]), dg.Histogram([1.0]), {"cost": [[1.0, 2.0]]}, "cost"),
        (dg.Histogram([1.0]), dg.Histogram([1.0]), {"cost": "euclidean"}, "cost"),
        (dg.Histogram([[1.0]]), dg.Histogram([1.0]), {"cost": [[1.0]]}, "p"),
        (dg.Histogram([1.0]), dg.Histogram([1.0]), {}, "p"),
    ],
)
def test_bad_input_is_named(p, q, options, argument):
    with pytest.raises(InvalidInput, match=rf"^(p and )?{argument}\b") as caught:
        dg.wasserstein(p, q, **options)
    assert caught.value.argument == argument


def test_masses_that_differ_are_refused():
    with pytest.raises(InvalidInput, match=r"^weights must sum to 1, got 0\.9"):
        dg.wasserstein(dg.Points([0.0, 1.0], [0.5, 0.4]), [0.0])


def test_more_memory_than_there_is_is_refused_before_it_is_asked_for(monkeypatch):
    monkeypatch.setattr(exact, "_machine_memory", lambda: 1e6)
    with pytest.raises(InvalidInput, match="GiB"):
        dg.wasserstein(np.zeros((500, 2)), np.zeros((500, 2)))


def test_costs_beyond_the_reach_of_float64_are_bracketed_rather_than_believed():
    # Moving 1e-3 beside distances of 1e13: the potentials round at 1e-3 themselves.
    x = np.array([[0.0, 0.0], [1e13, 0.0], [0.0, 1e13]])
    b = dg.wasserstein(x, x + np.array([[0.0, 1e-3], [0.0, 2e-3], [3e-3, 0.0]]))
    truth = np.linalg.norm((x + np.array([[0.0, 1e-3], [0.0, 2e-3], [3e-3, 0.0]])) - x, axis=1).mean()
    assert b.contains(truth)
    assert b.guarantee is Guarantee.EXACT or b.gap > 1e-9 * b.value


def matching_of_equal_masses(x: np.ndarray, y: np.ndarray, order: float) -> float:
    """W_p between n and n equal masses, by all permutations, each in units of its longest way."""
    apart, n = np.linalg.norm(x[:, None] - y[None], axis=2), len(x)
    ways = apart[np.arange(n), np.array(list(itertools.permutations(range(n))))]
    longest = ways.max(axis=1)
    return float((longest * ((ways / longest[:, None]) ** order).mean(axis=1) ** (1 / order)).min())


@pytest.mark.parametrize("order", [5, 17, 30, 100, 1000, 1e6])
@pytest.mark.parametrize("seed", range(3))
def test_high_orders_are_the_cheapest_matching(order, seed):
    x, y = np.random.default_rng(seed).normal(size=(2, 7, 2))
    y[0] += 9  # the longest pairs cost 1e100 times the matching, where the order is high
    b = dg.wasserstein(x, y, order=order)
    truth = matching_of_equal_masses(x, y, order)
    assert b.lower * (1 - 1e-14) <= truth <= b.upper * (1 + 1e-14)  # the matching rounds too
    assert b.guarantee is Guarantee.EXACT
    assert b.value == pytest.approx(truth, rel=1e-9)
    b.certificate.check()


def test_the_distance_rises_with_the_order_to_that_of_the_longest_way():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(30, 3)), rng.normal(size=(40, 3)) + 1
    furthest = 2.6377323629371188  # the least longest way of any plan, by binary search with maximum flows
    found = [dg.wasserstein(x, y, order=order) for order in (1, 4, 10, 30, 50, 100, 1000)]
    for lower, higher in itertools.pairwise(found):
        assert lower.lower <= higher.upper
    for b in found:
        assert b.lower <= b.value <= b.upper <= furthest
        assert b.gap <= 1e-9 * b.value
    # All ways that are used take at least a mass of 1 / 120; here the longest takes just that.
    assert found[-1].lower >= furthest * 120 ** (-1 / 1000) * (1 - 1e-11)  # of rounding, see the gap


@settings(max_examples=20)
@given(st.integers(0, 10**6), st.sampled_from([1.0, 3.0, 4.0, 6.0, 20.0, 200.0]), st.booleans())
def test_exact_means_a_width_of_rounding_and_the_value_is_inside(seed, order, weighted):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(8, 2)), rng.normal(size=(5, 2))
    x[0] *= 10.0 ** rng.integers(0, 12)
    a = rng.dirichlet(np.full(8, 0.1)) if weighted else None
    b = dg.wasserstein(dg.Points(x, a), y, order=order)
    assert b.lower <= b.value <= b.upper
    assert (b.guarantee is Guarantee.EXACT) == (b.gap <= 1e-9 * b.upper)
    assert b.lower <= dg.wasserstein(dg.Points(x, a), y, order=2 * order).upper
    b.certificate.check()


@pytest.mark.parametrize("distance", [dg.wasserstein, dg.sliced_wasserstein, dg.max_sliced_wasserstein])
@pytest.mark.parametrize("options", [{"order": 1}, {"order": 2}, {"order": 50}])
def test_a_distance_beyond_float64_is_refused(distance, options):
    far = np.array([[1e308, 0.0, 0.0]])
    with pytest.raises(InvalidInput, match=r"^p and q .* divide the coordinates") as caught:
        distance(far, -far, **options)
    assert caught.value.argument == "p"
