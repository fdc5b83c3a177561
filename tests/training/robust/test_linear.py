"""The exact worst case of a linear model, against all corners, against optimisation, and against the wrong formula."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.functional import softplus

from dualgap.errors import InvalidInput
from dualgap.training.robust import dual_order, fgsm, worst_case_inputs, worst_case_loss

ORDERS_NEAR_THE_ENDS = [1 + 1e-12, 1.0001, 1.01, 50.0, 1e6]
QUARTERS = st.integers(-12, 12).map(lambda k: k / 4)


@st.composite
def problems(draw):
    d, n = draw(st.integers(1, 5)), draw(st.integers(1, 3))
    numbers = lambda size: np.array(draw(st.lists(QUARTERS, min_size=size, max_size=size)))  # noqa: E731
    labels = np.array(draw(st.lists(st.sampled_from([-1, 1]), min_size=n, max_size=n)))
    return numbers(d), draw(QUARTERS), numbers(n * d).reshape(n, d), labels, draw(st.integers(0, 8)) / 8


def zeta(t):
    return np.logaddexp(t, 0.0)


@given(problems())
def test_the_formula_is_the_largest_loss_over_all_corners(problem):
    w, b, x, y, radius = problem
    corners = [x + radius * np.array(signs) for signs in itertools.product((-1, 1), repeat=len(w))]
    by_force = np.max([zeta(-y * (z @ w + b)) for z in corners], axis=0)  # a convex function on a cube
    # multiples of 1/32 below 200 add exactly; softplus rounds once
    np.testing.assert_allclose(worst_case_loss(w, b, x, y, radius=radius, order=math.inf), by_force, rtol=1e-14)


@given(problems())
def test_fgsm_attains_the_worst_case_of_a_linear_model(problem):
    w, b, x, y, radius = problem
    weights, labels = torch.tensor(w), torch.tensor(y)
    moved = fgsm(
        lambda z: z @ weights + b,
        torch.tensor(x),
        labels,
        radius=radius,
        loss=lambda scores, signs: softplus(-signs * scores, threshold=1000),
    ).numpy()
    expected = worst_case_loss(w, b, x, y, radius=radius, order=math.inf)
    # a logistic slope of at least e^-60 > 0 keeps the sign of the gradient
    np.testing.assert_allclose(zeta(-y * (moved @ w + b)), expected, rtol=1e-14)
    np.testing.assert_allclose(zeta(-y * (worst_case_inputs(w, x, y, radius=radius, order=math.inf) @ w + b)), expected)


@given(problems(), st.sampled_from([1, 1.0, 1.25, 1.5, 2, 3, 10, math.inf]))
def test_the_worst_inputs_are_in_the_ball_and_attain_the_formula(problem, order):
    w, b, x, y, radius = problem
    moved = worst_case_inputs(w, x, y, radius=radius, order=order)
    # powers and roots of numbers below 12: a few ulps
    assert np.linalg.norm(moved - x, ord=order, axis=1).max() <= radius + 1e-13
    expected = worst_case_loss(w, b, x, y, radius=radius, order=order)
    np.testing.assert_allclose(zeta(-y * (moved @ w + b)), expected, rtol=1e-11)


@given(problems(), st.sampled_from([1, 1.5, 2, 4, math.inf]), st.integers(0, 2**31))
def test_no_point_of_the_ball_is_worse(problem, order, seed):
    w, b, x, y, radius = problem
    directions = np.random.default_rng(seed).normal(size=(50, *x.shape))
    directions /= np.linalg.norm(directions, ord=order, axis=-1, keepdims=True)
    found = zeta(-y * ((x + radius * directions) @ w + b))
    bound = worst_case_loss(w, b, x, y, radius=radius, order=order)
    assert (found <= bound * (1 + 1e-12)).all()  # rounding of the directions' norms


@given(problems(), st.sampled_from([1, 1.5, 2, 4, math.inf]), st.integers(0, 2**31))
def test_in_a_box_the_worst_inputs_are_in_it_and_no_point_there_is_worse(problem, order, seed):
    w, b, x, y, radius = problem
    box = (-3.0, 3.25)
    moved = worst_case_inputs(w, x, y, radius=radius, order=order, box=box)
    assert box[0] <= moved.min() <= moved.max() <= box[1]
    assert np.linalg.norm(moved - x, ord=order, axis=1).max() <= radius * (1 + 1e-12)
    bound = worst_case_loss(w, b, x, y, radius=radius, order=order, box=box)
    np.testing.assert_allclose(zeta(-y * (moved @ w + b)), bound, rtol=1e-11)  # scores below 200
    free = worst_case_loss(w, b, x, y, radius=radius, order=order)
    assert (bound <= free * (1 + 1e-12)).all()
    directions = np.random.default_rng(seed).normal(size=(50, *x.shape))
    directions /= np.linalg.norm(directions, ord=order, axis=-1, keepdims=True)
    points = np.clip(x + radius * directions, *box)  # clipping moves towards x, which is in the box
    assert (zeta(-y * (points @ w + b)) <= bound * (1 + 1e-12)).all()


@given(problems())
def test_in_a_box_the_l_infinity_worst_case_is_the_worst_corner(problem):
    w, b, x, y, radius = problem
    signs = np.array(list(itertools.product((-1, 1), repeat=len(w))))
    corners = np.clip(x[:, None] + radius * signs, -3, 3)
    by_force = zeta(-y[:, None] * (corners @ w + b)).max(1)
    found = worst_case_loss(w, b, x, y, radius=radius, order=math.inf, box=(-3, 3))
    np.testing.assert_allclose(found, by_force, rtol=1e-13)


def test_inputs_outside_of_the_box_are_refused():
    with pytest.raises(InvalidInput, match=r"^inputs must be in the box"):
        worst_case_loss([1.0], 0.0, [[2.0]], [1], radius=0.1, order=2, box=(0, 1))


def test_the_often_quoted_formula_is_wrong_for_the_label_minus_one():
    w, b, x, radius = np.array([5.0, -3.0, 2.99]), 0.0, np.array([[0.0, 0.0, 0.627 / 2.99]]), 0.1
    quoted = zeta(-1 * (radius * np.abs(w).sum() - x @ w - b))
    exact = worst_case_loss(w, b, x, [-1], radius=radius, order=math.inf)
    corners = [x + radius * np.array(signs) for signs in itertools.product((-1, 1), repeat=3)]
    by_force = max(float(zeta(z @ w + b)[0]) for z in corners)
    assert float(exact[0]) == pytest.approx(by_force, rel=1e-14)
    assert round(float(quoted[0]), 3) == 0.485
    assert round(float(exact[0]), 3) == 1.890


def test_torch_gives_torch_in_its_own_dtype():
    x = torch.tensor([[0.5, 1.0]], dtype=torch.float32)
    found = worst_case_loss([1.0, 2.0], 0.0, x, [1], radius=0.1, order=2)
    assert found.dtype == torch.float32
    # float32 rounding
    assert float(found) == pytest.approx(float(zeta(-2.5 + 0.1 * math.sqrt(5))), rel=1e-6)


@pytest.mark.parametrize(("order", "dual"), [(1, math.inf), (2, 2.0), (4, 4 / 3), (math.inf, 1.0)])
def test_orders_are_dual_to_each_other(order, dual):
    assert dual_order(order) == pytest.approx(dual, rel=1e-15)
    assert dual_order(dual_order(order)) == pytest.approx(order, rel=1e-14)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"radius": -0.1}, "radius must be at least 0"),
        ({"radius": math.inf}, "radius must be finite"),
        ({"order": 0.5}, "order must be at least 1"),
        ({"order": "inf"}, "order must be a number"),
        ({"labels": [0, 1]}, "labels must be -1 or 1, got 0"),
        ({"labels": [1]}, "labels must be of shape"),
        ({"inputs": [[1.0], [2.0]]}, "inputs must be of shape"),
        ({"inputs": [[1.0, math.nan], [0.0, 0.0]]}, "inputs must be finite"),
        ({"weights": [[1.0, 2.0]]}, "weights must be of shape"),
        ({"weights": torch.ones(2)}, "inputs must be a torch tensor"),
    ],
)
def test_what_makes_no_sense_is_refused(changed, words):
    given_ = {
        "weights": [1.0, 2.0],
        "inputs": [[0.0, 1.0], [1.0, 1.0]],
        "labels": [1, -1],
        "radius": 0.1,
        "order": 2,
        **changed,
    }
    with pytest.raises(InvalidInput, match=f"^{words}"):
        worst_case_loss(
            given_["weights"], 0.0, given_["inputs"], given_["labels"], radius=given_["radius"], order=given_["order"]
        )
    with pytest.raises(InvalidInput, match=f"^{words}"):
        worst_case_inputs(
            given_["weights"], given_["inputs"], given_["labels"], radius=given_["radius"], order=given_["order"]
        )


@pytest.mark.parametrize("order", ORDERS_NEAR_THE_ENDS)
@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e9])
def test_orders_near_one_and_near_infinity_stay_in_the_range_of_floats(order, scale):
    """Powers of order q = p / (p - 1) of the weights themselves overflow; the norm lies between those of its neighbours."""
    weights, inputs = scale * np.array([3.0, -4.0]), np.zeros((1, 2))
    radius = 0.5 / scale
    found = worst_case_loss(weights, 0.0, inputs, [1], radius=radius, order=order)
    least, most = (worst_case_loss(weights, 0.0, inputs, [1], radius=radius, order=p) for p in (1.0, math.inf))
    assert least <= found * (1 + 1e-12)
    assert found <= most * (1 + 1e-12)
    point = worst_case_inputs(weights, inputs, [1], radius=radius, order=order)
    np.testing.assert_allclose(zeta(-(point @ weights)), found, rtol=1e-9)  # powers 1e-6 and 1e4 of rounded numbers


def test_weights_of_zero_gain_nothing():
    found = worst_case_loss([0.0, 0.0], 0.0, [[1.0, 2.0]], [1], radius=0.5, order=2)
    np.testing.assert_allclose(found, np.log(2), rtol=1e-15)
