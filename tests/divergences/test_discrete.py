from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.testing.strategies import histogram_tuples, histograms

LN2 = math.log(2)
# Rounding of a handful of operations on numbers of size one.
ROUNDING = 1e-14
# Masses of 1/6 to 1e-6: where a sum of such terms is compared, its rounding is below this.
DIVERGENCES = [dg.kl, dg.js]
NAMES = ["kl", "js", "jeffreys", "total_variation", "hellinger", "chi_squared"]
SMOOTH = [getattr(dg, name) for name in NAMES if name != "total_variation"]
EVERY = [getattr(dg, name) for name in NAMES]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("exponent", range(14))
def test_relative_accuracy_is_1e14_for_perturbations_from_1_to_1e13(name, exponent, oracle):
    rng = np.random.default_rng(exponent)
    for n in (2, 30, 257):
        p = rng.dirichlet(np.full(n, 0.5))
        q = p * (1 + 10.0**-exponent * rng.uniform(-0.999, 0.999, n))
        q /= q.sum()
        truth = getattr(oracle, name)(p, q)
        bracket = getattr(dg, name)(p, q)
        assert abs(float(oracle.mp.mpf(float(bracket.value)) / truth - 1)) < 1e-14
        assert bracket.lower <= truth <= bracket.upper
        bracket.certificate.check()


@pytest.mark.parametrize("name", NAMES)
def test_masses_that_sum_to_one_only_to_rounding_stand_for_the_proportional_law(name, oracle):
    p = np.array([0.3, 0.3, 0.4])
    q = p * (1 + 5e-10) + np.array([0.0, 1e-12, -1e-12])
    truth = getattr(oracle, name)(p, q)
    # The common factor 5e-10 is 500 times the difference that counts, and its rounding that of the difference.
    assert float(getattr(dg, name)(p, q).value) == pytest.approx(float(truth), rel=1e-12)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("p", "q"),
    [
        ([0.5, 0.5, 0.0], [0.5, 0.25, 0.25]),
        ([1.0, 0.0], [1.0, 0.0]),
        ([1.0, 5e-324], [1.0, 1e-323]),
        ([0.5, 0.5], [5e-324, 1.0]),
        ([1e-310, 1.0], [1e-300, 1.0]),
        ([1e-300, 1.0], [2e-300, 1.0]),
        ([1.0], [1.0]),
    ],
)
def test_zeros_and_subnormal_masses_are_exact_and_quiet(name, p, q, oracle):
    with oracle.mp.workdps(700):  # differences of 1e-324 next to masses of one
        truth = float(getattr(oracle, name)(p, q))
    bracket = getattr(dg, name)(p, q)
    # Relative rounding, or a few of the smallest numbers there are.
    assert float(bracket.value) == pytest.approx(truth, rel=ROUNDING, abs=1e-322)
    assert bracket.lower <= truth <= bracket.upper
    bracket.certificate.check()


@given(histogram_tuples(2))
def test_kl_is_infinite_exactly_when_q_misses_mass_of_p(pair):
    p, q = pair
    bracket = dg.kl(p, q)
    misses = bool(((q == 0) & (p > 0)).any())
    assert (bracket.value == math.inf) == misses == (bracket.lower == bracket.upper == math.inf)
    assert ("no mass on atom" in bracket.reason) == misses
    bracket.certificate.check()


@given(histogram_tuples(2))
def test_bounds_hold_the_value_and_the_certificate_checks(pair):
    for divergence in EVERY:
        bracket = divergence(*pair)
        assert 0 <= bracket.lower <= float(bracket.value) <= bracket.upper
        assert bracket.guarantee is dg.Guarantee.EXACT
        bracket.certificate.check()


@given(histograms())
def test_the_divergence_of_a_law_from_itself_is_exactly_zero(p):
    assert dg.kl(p, p).value == dg.js(p, p).value == 0


@given(histogram_tuples(3))
def test_the_root_of_js_is_a_metric(laws):
    p, q, r = laws
    root = [math.sqrt(dg.js(a, b).value) for a, b in ((p, q), (q, r), (p, r))]
    assert root[2] <= root[0] + root[1] + ROUNDING
    assert dg.js(p, q).value == pytest.approx(dg.js(q, p).value, rel=ROUNDING)
    assert 0 <= dg.js(p, q).value <= LN2 * (1 + ROUNDING)


@given(histogram_tuples(2), st.data())
def test_merging_atoms_never_increases_a_divergence(pair, data):
    p, q = pair
    labels = np.array(data.draw(st.lists(st.integers(0, 2), min_size=len(p), max_size=len(p))))
    merged = [np.bincount(labels, law, minlength=3) for law in (p, q)]
    for divergence in EVERY:
        assert divergence(*merged).value <= divergence(p, q).value * (1 + ROUNDING) + ROUNDING


@given(histogram_tuples(2))
def test_pinsker_bretagnolle_huber_lin_and_topsoe(pair):
    p, q = pair
    variation, kl, js = float(np.abs(p - q).sum() / 2), float(dg.kl(p, q).value), float(dg.js(p, q).value)
    hellinger = float(((np.sqrt(p) - np.sqrt(q)) ** 2).sum() / 2)
    shared = p + q > 0
    triangle = float(((p - q)[shared] ** 2 / (p + q)[shared]).sum())
    phi = (1 + variation) * math.log1p(variation) + (1 - variation) * math.log(max(1 - variation, 5e-324))
    assert variation**2 <= kl / 2 + ROUNDING  # row 4
    assert variation <= math.sqrt(-math.expm1(-kl)) + 1e-7  # row 5; the root of a rounding near equality
    assert phi / 2 - ROUNDING <= js <= variation * LN2 + ROUNDING  # row 8
    assert triangle / 4 - ROUNDING <= js <= LN2 / 2 * triangle + ROUNDING  # row 9
    assert LN2 * hellinger - ROUNDING <= js <= hellinger + ROUNDING  # row 10


@given(histogram_tuples(2, positive=True), histogram_tuples(2, positive=True))
def test_kl_adds_over_products(first, second):
    product = [np.outer(a, b).ravel() for a, b in zip(first, second, strict=True)]
    product = [law / law.sum() for law in product]
    added = dg.kl(*first).value + dg.kl(*second).value
    assert dg.kl(*product).value == pytest.approx(
        added, rel=1e-9, abs=1e-9
    )  # the products are rounded and renormalised


@given(histogram_tuples(4), st.floats(0, 1))
def test_divergences_are_jointly_convex(laws, share):
    p, q, r, s = laws
    for divergence in EVERY:
        mixed = divergence(share * p + (1 - share) * r, share * q + (1 - share) * s).value
        ends = divergence(p, q).value, divergence(r, s).value
        bound = sum(weight * end for weight, end in zip((share, 1 - share), ends, strict=True) if weight > 0)
        assert mixed <= bound * (1 + ROUNDING) + ROUNDING


def test_the_bounds_are_rounding_only():
    rng = np.random.default_rng(0)
    p, q = rng.dirichlet(np.ones(10_000), size=2)
    for divergence in EVERY:
        bracket = divergence(p, q)
        assert 0 < bracket.gap < 1e-12 * float(bracket.value)


def test_leading_axes_are_independent_pairs_and_broadcast():
    rng = np.random.default_rng(0)
    p, q = rng.dirichlet(np.ones(5), size=(4, 1)), rng.dirichlet(np.ones(5), size=3)
    bracket = dg.js(p, q)
    assert bracket.value.shape == bracket.lower.shape == bracket.gap.shape == (4, 3)
    assert bracket.value[2, 1] == pytest.approx(dg.js(p[2, 0], q[1]).value, rel=ROUNDING)
    bracket.certificate.check()


def test_one_infinite_pair_of_a_batch_leaves_the_others():
    bracket = dg.kl([[0.5, 0.5], [0.5, 0.5]], [[0.5, 0.5], [1.0, 0.0]])
    assert bracket.value.tolist() == [0.0, math.inf]
    assert "in pair (1,), the first of 1" in bracket.reason
    assert bracket.gap.tolist()[1] == 0
    bracket.certificate.check()


@pytest.mark.parametrize("divergence", DIVERGENCES)
def test_float32_in_float32_out_computed_in_float64(divergence):
    p, q = np.array([0.25, 0.75], np.float32), np.array([0.5, 0.5], np.float32)
    bracket = divergence(p, q)
    wide = divergence(p.astype(np.float64), q.astype(np.float64))
    assert bracket.value.dtype == np.float32
    assert bracket.value == np.float32(wide.value)
    assert bracket.lower <= wide.lower <= wide.upper <= bracket.upper
    tensor = divergence(torch.tensor(p), torch.tensor(q))
    assert tensor.value.dtype == torch.float32
    assert isinstance(tensor.lower, float)


def test_a_batch_of_tensors_has_tensor_bounds_in_float64():
    p = torch.tensor([[0.5, 0.5], [0.25, 0.75]])
    bracket = dg.kl(p, p.flip(-1))
    assert bracket.lower.dtype == bracket.upper.dtype == torch.float64
    assert bracket.contains(bracket.value).all()


def test_a_tensor_and_an_array_meet_as_tensors():
    bracket = dg.kl(torch.tensor([0.5, 0.5]), [0.25, 0.75])
    assert bracket.value.dtype == torch.float64
    assert float(bracket.value) == pytest.approx(float(dg.kl([0.5, 0.5], [0.25, 0.75]).value), rel=ROUNDING)


@pytest.mark.parametrize("divergence", SMOOTH)
@pytest.mark.parametrize("shift", [0.0, 1e-9, 0.05, 1.0])
def test_the_gradient_is_right_at_equality_too(divergence, shift):
    logits = torch.tensor([0.1, -0.4, 0.7, 0.0], dtype=torch.float64)
    other = logits + shift * torch.tensor([1.0, -1.0, 0.5, 0.2], dtype=torch.float64)

    def value(a, b):
        return divergence(a.softmax(-1), b.softmax(-1)).value

    inputs = logits.requires_grad_(), other.detach().requires_grad_()
    # The values are of size 1e-13 here, so the step of 1e-6 is too long only if the curvature were large.
    assert torch.autograd.gradcheck(value, inputs, atol=1e-6)
    assert torch.autograd.gradgradcheck(value, inputs, atol=1e-5)


@pytest.mark.parametrize("divergence", DIVERGENCES)
def test_the_gradient_with_empty_atoms_is_that_along_the_others(divergence):
    def padded(x, places):
        full = torch.zeros(5, dtype=torch.float64)
        return full.index_put((torch.tensor(places),), x.softmax(-1))

    def value(a, b):
        return divergence(padded(a, [0, 2]), padded(b, [0, 2, 3])).value

    a = torch.tensor([0.3, -0.2], dtype=torch.float64, requires_grad=True)
    b = torch.tensor([0.1, 0.5, -1.0], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(value, (a, b))


def test_the_gradient_at_equality_is_zero_and_not_nan():
    p = torch.tensor([0.5, 0.5, 0.0], dtype=torch.float64, requires_grad=True)
    for divergence in EVERY:
        (slope,) = torch.autograd.grad(divergence(p, p.detach()).value, p)
        assert slope.tolist() == [0.0, 0.0, 0.0]


def test_points_are_matched_by_their_coordinates_and_merged():
    p = dg.Points([[0.0, 1.0], [2.0, 3.0], [-0.0, 1.0]], [0.25, 0.5, 0.25])
    q = dg.Points([[2.0, 3.0], [0.0, 1.0]], [0.25, 0.75])
    bracket = dg.kl(p, q)
    assert float(bracket.value) == pytest.approx(float(dg.kl([0.5, 0.5], [0.75, 0.25]).value), rel=ROUNDING)
    bracket.certificate.check()
    apart = dg.js(dg.Points([0.0, 1.0]), dg.Points([2.0]))
    assert float(apart.value) == pytest.approx(LN2, rel=ROUNDING)
    assert "the point (0.0,)" in dg.kl(dg.Points([0.0, 1.0]), dg.Points([1.0])).reason


@given(st.lists(st.integers(0, 3), min_size=1, max_size=12), st.lists(st.integers(0, 3), min_size=1, max_size=12))
def test_points_with_repeats_agree_with_their_histograms(first, second):
    counts = [np.bincount(x, minlength=4) / len(x) for x in (first, second)]
    for divergence in EVERY:
        bracket = divergence(dg.Points(np.array(first)), dg.Points(np.array(second)))
        assert float(bracket.value) == pytest.approx(float(divergence(*counts).value), rel=1e-12, abs=1e-15)
        bracket.certificate.check()


def test_the_weights_of_points_have_a_gradient():
    logits = torch.tensor([0.2, 0.1, -0.3], dtype=torch.float64, requires_grad=True)
    x, y = torch.tensor([0.0, 1.0, 0.0], dtype=torch.float64), dg.Points([0.0, 1.0], [0.5, 0.5])
    assert torch.autograd.gradcheck(lambda z: dg.js(dg.Points(x, z.softmax(-1)), y).value, (logits,))


def test_histograms_of_different_lengths_or_batches_are_refused():
    with pytest.raises(InvalidInput, match="p and q must have the same number of atoms, got 2 and 3"):
        dg.kl([0.5, 0.5], [0.5, 0.25, 0.25])
    with pytest.raises(InvalidInput, match="leading axes that broadcast"):
        dg.kl(np.full((2, 2), 0.5), np.full((3, 2), 0.5))
    with pytest.raises(InvalidInput, match="same dimension"):
        dg.kl(dg.Points([[0.0, 0.0]]), dg.Points([0.0]))


def test_a_million_atoms_lose_nothing():
    rng = np.random.default_rng(0)
    p = rng.random(10**6)
    p /= p.sum()
    u = 1e-6 * rng.uniform(-1, 1, 10**6)
    q = p * (1 + u)
    q /= q.sum()
    bracket = dg.kl(p, q)
    bracket.certificate.check()  # exactly rounded sums, by another formula
    truth = bracket.certificate.bounds()[0]
    assert abs(bracket.value / truth - 1) < 1e-14


@pytest.mark.parametrize("order", [0.1, 0.5, 0.999, 1.001, 2.0, 7.5, 40.0])
@pytest.mark.parametrize("exponent", [0, 1, 2, 4, 8, 13])
def test_renyi_keeps_relative_accuracy_for_every_order(order, exponent, oracle):
    rng = np.random.default_rng(exponent)
    p = rng.dirichlet(np.full(30, 0.5))
    q = p * (1 + 10.0**-exponent * rng.uniform(-0.999, 0.999, 30))
    q /= q.sum()
    truth = oracle.renyi(p, q, order)
    bracket = dg.renyi(p, q, order=order)
    # Logarithms up to 7 times an order up to 40 are exponentiated.
    assert float(bracket.value) == pytest.approx(float(truth), rel=2e-13)
    assert bracket.lower <= truth <= bracket.upper
    bracket.certificate.check()


@given(histogram_tuples(2), st.sampled_from([0.25, 0.5, 2.0, 5.0]))
def test_renyi_agrees_with_its_definition_zeros_included(pair, order):
    p, q = pair
    bracket = dg.renyi(p, q, order=order)
    shared = (p > 0) & (q > 0)
    total = float((p[shared] ** order * q[shared] ** (1 - order)).sum())
    infinite = total == 0 or (order > 1 and bool((p[q == 0] > 0).any()))
    truth = math.inf if infinite else math.log(total) / (order - 1)
    assert float(bracket.value) == pytest.approx(truth, rel=1e-12, abs=1e-14)
    assert (bracket.reason != "") == infinite
    bracket.certificate.check()


@given(histogram_tuples(2))
def test_renyi_is_monotone_and_meets_hellinger_kl_and_chi_squared(pair):
    p, q = pair
    orders = [0.25, 0.5, 0.9, 1.0, 1.5, 2.0, 10.0]
    values = [float(dg.renyi(p, q, order=order).value) for order in orders]
    assert all(a <= b * (1 + 1e-12) + 1e-12 for a, b in pairwise(values))  # row 15
    hellinger, chi = float(dg.hellinger(p, q).value), float(dg.chi_squared(p, q).value)
    if hellinger < 1:
        assert values[1] == pytest.approx(-2 * math.log1p(-hellinger), rel=1e-12, abs=1e-15)
    assert values[3] == dg.kl(p, q).value
    assert values[5] == pytest.approx(math.log1p(chi), rel=1e-12, abs=1e-15)


@given(histogram_tuples(2))
def test_the_inequalities_between_divergences(pair):
    p, q = pair
    value = {name: float(getattr(dg, name)(p, q).value) for name in NAMES}
    h2, v = value["hellinger"], value["total_variation"]
    assert h2 - ROUNDING <= v <= math.sqrt(max(1 - (1 - h2) ** 2, 0)) + ROUNDING  # row 12
    assert -2 * math.log(max(1 - h2, 1e-300)) <= value["kl"] + ROUNDING or h2 > 1 - ROUNDING  # row 13
    assert value["kl"] <= math.log1p(value["chi_squared"]) + ROUNDING  # row 13
    assert value["js"] <= value["jeffreys"] / 8 + ROUNDING  # row 11
    assert value["js"] <= math.log(2 / (1 + math.exp(-value["jeffreys"] / 2))) + ROUNDING  # row 11
    if (q > 0).all():
        assert value["kl"] <= math.log1p(2 * v**2 / float(q.min())) + ROUNDING  # row 14


def test_total_variation_has_the_slope_of_the_larger_mass():
    p = torch.tensor([0.5, 0.3, 0.2], dtype=torch.float64, requires_grad=True)
    logits = torch.tensor([0.1, 0.5, -0.2], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda z: dg.total_variation(p.detach(), z.softmax(-1)).value, (logits,))
    (slope,) = torch.autograd.grad(dg.total_variation(p, p.detach()).value, p)
    assert slope.tolist() == [0.0, 0.0, 0.0]


def test_renyi_can_be_differentiated():
    a = torch.tensor([0.3, -0.2, 0.9], dtype=torch.float64, requires_grad=True)
    b = torch.tensor([0.1, 0.5, -1.0], dtype=torch.float64, requires_grad=True)
    for order in (0.5, 3.0):
        for other in (b, a):
            assert torch.autograd.gradcheck(
                lambda x, y, order=order: dg.renyi(x.softmax(-1), y.softmax(-1), order=order).value,
                (a, other),
                atol=1e-6,
            )


def test_a_divergence_beyond_every_double_has_the_largest_as_lower_bound():
    bracket = dg.chi_squared([0.5, 0.5], [1e-320, 1.0])
    assert bracket.value == bracket.upper == math.inf
    assert bracket.lower > 0.99 * np.finfo(np.float64).max
    bracket.certificate.check()


@pytest.mark.parametrize("divergence", SMOOTH)
def test_gradients_are_finite_where_masses_are_tiny(divergence):
    tiny = [1e-300, 1e-310, 2e-160]
    p = torch.tensor([*tiny, 0.5, 0.5], dtype=torch.float64, requires_grad=True)
    q = torch.tensor([tiny[1], tiny[0], tiny[2] / 2, 0.25, 0.75], dtype=torch.float64, requires_grad=True)
    for slope in torch.autograd.grad(divergence(p, q).value, (p, q)):
        assert torch.isfinite(slope[3:]).all()
        # Squares of a quotient of 1e10, and the reciprocals of masses that are subnormal.
        assert not torch.isnan(slope).any()


def test_read_only_and_reversed_arrays_meet_tensors():
    tensor, array = torch.tensor([0.3, 0.7], dtype=torch.float64), np.array([0.6, 0.4])
    array.flags.writeable = False
    assert dg.kl(tensor, array).contains(float(dg.kl([0.3, 0.7], [0.6, 0.4])))
    assert dg.kl(tensor, array[::-1]).contains(float(dg.kl([0.3, 0.7], [0.4, 0.6])))
