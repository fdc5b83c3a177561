"""Projections onto balls and boxes against their optimality conditions, and furthest points against linear programmes."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp
from scipy.optimize import linprog, minimize

from dualgap.errors import InvalidInput
from dualgap.training.robust import furthest, project
from dualgap.training.robust.balls import attack_order, distances, draw_in, norm_order, valid_box

ORDERS = [1.0, 2.0, math.inf]
SIXTEENTHS = st.integers(-32, 32).map(lambda k: k / 16)


@st.composite
def problems(draw, most=4):
    """Centres in [-1, 1], any points, a radius, and that box or none; ties and zeros are frequent."""
    n, d = draw(st.integers(1, 3)), draw(st.integers(1, most))
    numbers = st.lists(SIXTEENTHS, min_size=n * d, max_size=n * d)
    centre = np.clip(np.array(draw(numbers)) / 2, -1, 1).reshape(n, d)
    box = draw(st.sampled_from([None, (-1.0, 1.0), (-1.0, 1.25)]))
    return np.array(draw(numbers)).reshape(n, d), centre, draw(st.integers(0, 24)) / 8, box


def tensors(*arrays):
    return [torch.tensor(array) for array in arrays]


def furthest_by_programme(direction, centre, radius, order, box):
    """The largest value of direction'z, by a linear programme in (z, the size of the steps), for order 1 and infinity."""
    d = len(centre)
    eye, zero = np.eye(d), np.zeros((d, d))
    above = [np.hstack([eye, -eye]), np.hstack([-eye, -eye])]
    right = [centre, -centre]
    total = np.hstack([np.zeros(d), np.ones(d)])[None] if order == 1 else np.hstack([zero, eye])
    limits = [box or (None, None)] * d + [(0, None)] * d
    found = linprog(
        -np.concatenate([direction, np.zeros(d)]),
        A_ub=np.vstack([*above, total]),
        b_ub=np.concatenate([*right, np.full(len(total), radius)]),
        bounds=limits,
    )
    assert found.status == 0
    return -found.fun


@pytest.mark.parametrize("order", ORDERS)
@given(problem=problems(), single=st.booleans())
def test_projections_and_furthest_points_are_in_ball_and_box(order, problem, single):
    moved, centre, radius, box = problem
    kind = torch.float32 if single else torch.float64
    v, x = (part.to(kind) for part in tensors(moved, centre))
    for found in (
        project(v, x, radius=radius, order=order, box=box),
        furthest(v, x, radius=radius, order=order, box=box),
    ):
        assert found.dtype == kind
        # sums of up to four float32 numbers below 4; the steps themselves are not rounded outwards
        assert float(distances(found, x, order=order).max()) <= radius * (1 + 1e-6)
        if box is not None:
            assert box[0] <= float(found.min()) <= float(found.max()) <= box[1]


@pytest.mark.parametrize("order", [1.0, math.inf])
@given(problem=problems())
def test_a_projection_satisfies_the_variational_inequality_of_a_linear_programme(order, problem):
    moved, centre, radius, box = problem
    found = project(*tensors(moved, centre), radius=radius, order=order, box=box).numpy()
    for v, x, z in zip(moved, centre, found, strict=True):
        # z is nearest to v exactly when no point of the set lies further along v - z than z does
        best = furthest_by_programme(v - z, x, radius, order, box)
        assert best <= (v - z) @ z + 1e-7 * (1 + abs(best))  # HiGHS's feasibility tolerance is 1e-7


@given(problem=problems(most=3))
def test_a_euclidean_projection_is_what_a_general_solver_finds(problem):
    moved, centre, radius, box = problem
    found = project(*tensors(moved, centre), radius=radius, order=2.0, box=box).numpy()
    for v, x, z in zip(moved, centre, found, strict=True):
        solved = minimize(
            lambda u, v=v: ((u - v) ** 2).sum(),
            x,
            jac=lambda u, v=v: 2 * (u - v),
            bounds=None if box is None else [box] * len(x),
            constraints={
                "type": "ineq",
                "fun": lambda u, x=x: radius**2 - ((u - x) ** 2).sum(),
                "jac": lambda u, x=x: -2 * (u - x),
            },
            method="SLSQP",
            options={"ftol": 1e-12, "maxiter": 200},
        )
        # SLSQP leaves the set by about 1e-9 of its scale, which can gain it 1e-8 in the distance
        assert ((z - v) ** 2).sum() <= solved.fun + 1e-6 or not solved.success


@given(problem=problems(), share=st.integers(0, 2**31))
def test_no_point_of_the_set_is_nearer_than_the_euclidean_projection(problem, share):
    moved, centre, radius, box = problem
    v, x = tensors(moved, centre)
    found = project(v, x, radius=radius, order=2.0, box=box)
    stream = torch.Generator().manual_seed(share)
    for _ in range(20):
        other = draw_in(x, radius=radius, order=2.0, box=box, generator=stream)
        # the angle at the projection is at least a right one, for every other point of a convex set
        assert float(((v - found) * (other - found)).sum(-1).max()) <= 1e-9


@pytest.mark.parametrize("order", [1.0, math.inf])
@given(problem=problems())
def test_the_furthest_point_is_that_of_a_linear_programme(order, problem):
    direction, centre, radius, box = problem
    found = furthest(*tensors(direction, centre), radius=radius, order=order, box=box).numpy()
    for g, x, z in zip(direction, centre, found, strict=True):
        assert g @ z == pytest.approx(furthest_by_programme(g, x, radius, order, box), abs=1e-7)


@pytest.mark.parametrize("order", [1.25, 1.5, 2.0, 3.0, 7.0])
@given(problem=problems(), share=st.floats(0, 1))
def test_the_furthest_point_of_any_order_meets_its_dual(order, problem, share):
    direction, centre, radius, box = problem
    q = order / (order - 1)
    found = furthest(*tensors(direction, centre), radius=radius, order=order, box=box).numpy()
    rooms = np.inf if box is None else np.where(direction > 0, box[1] - centre, centre - box[0])
    gain, size, steps = ((found - centre) * direction).sum(-1), np.abs(direction), np.abs(found - centre)
    # the multiplier of the ball: from any coordinate that the box does not stop
    free = (steps < rooms - 1e-9) & (size > 0) & (steps > 0)
    for i in range(len(centre)):
        if not free[i].any() or radius == 0:
            continue
        k = int(np.argmax(np.where(free[i], steps[i], -1)))
        scale = steps[i, k] / size[i, k] ** (q - 1)
        paid = np.minimum(size[i], (steps[i] / scale) ** (1 / (q - 1)))
        rest = np.where(paid < size[i], size[i] - paid, 0)
        bound = radius * np.linalg.norm(paid, ord=q) + (0 if box is None else (rooms[i] * rest).sum())
        assert gain[i] == pytest.approx(bound, rel=1e-6, abs=1e-9)  # roots of order up to 4 of numbers near 1e-9


def dual_of(direction, room, radius, order, steps):
    """radius |w1|_q + sum of m (|w| - |w1|) in 50 digits, an upper bound of w'z for every split of w.

    The split is that of the steps: the ball pays all of what the box does not stop, and of the rest at the same slope.
    """
    with mp.workdps(50):
        w, m, t = ([mp.mpf(float(v)) for v in part] for part in (np.abs(direction), room, steps))
        p = mp.mpf(order)
        q = p / (p - 1)
        ti, wi = max((ti, wi) for wi, mi, ti in zip(w, m, t, strict=True) if wi > 0 and ti < mi)
        slope = wi / ti ** (p - 1)
        paid = [wi if ti < mi else min(wi, slope * mi ** (p - 1)) for wi, mi, ti in zip(w, m, t, strict=True)]
        norm = sum(part**q for part in paid) ** (1 / q)
        return float(radius * norm + sum(mi * (wi - part) for wi, mi, part in zip(w, m, paid, strict=True)))


@pytest.mark.parametrize("order", [1.001, 1.0001, 30.0, 1e3, 1e6])
@pytest.mark.parametrize("radius", [1e-6, 0.5, 40.0])
def test_orders_near_one_and_near_infinity_meet_their_dual_too(order, radius):
    """Their powers leave the range of floats, 1e-6 to the power 1000 or a quarter to the power 10,000."""
    direction = np.array([3.0, -4.0, 3.9999, 1e-3, 0.0])
    box = (-0.7 * radius, 2 * radius)
    found = furthest(*tensors(direction[None], np.zeros((1, 5))), radius=radius, order=order, box=box)[0].numpy()
    room = np.minimum(np.where(direction > 0, box[1], -box[0]), radius)
    assert np.linalg.norm(found / radius, ord=order) <= 1 + 1e-12
    assert (np.abs(found) <= room).all()
    # a sum of five, and steps rounded to a float64 whose powers the slope takes: 1e6 times 1e-16
    np.testing.assert_allclose(direction @ found, dual_of(direction, room, radius, order, np.abs(found)), rtol=1e-9)


@pytest.mark.parametrize("order", ORDERS)
def test_each_sample_may_have_a_radius_of_its_own(order):
    centre = torch.zeros(2, 3, dtype=torch.float64)
    moved = torch.ones(2, 3, dtype=torch.float64)
    both = project(moved, centre, radius=torch.tensor([0.5, 0.0], dtype=torch.float64), order=order)
    assert torch.equal(both[1], centre[1])
    torch.testing.assert_close(both[:1], project(moved[:1], centre[:1], radius=0.5, order=order))


def test_a_large_centre_does_not_carry_a_point_out_of_the_ball():
    centre = torch.full((1, 2), 1000.0)
    found = furthest(torch.ones(1, 2), centre, radius=1e-3, order=math.inf)
    # the nearest float32 numbers are 6e-5 apart: x + radius rounds away from x
    assert float(distances(found, centre, order=math.inf)[0]) <= 1e-3


@pytest.mark.parametrize("order", ORDERS)
def test_starts_are_uniform_in_the_ball(order):
    n, d = 4000, 2
    found = draw_in(
        torch.zeros(n, d, dtype=torch.float64),
        radius=2.0,
        order=order,
        box=None,
        generator=torch.Generator().manual_seed(0),
    )
    inside = float((distances(found, torch.zeros(n, d), order=order) <= 1.0).double().mean())
    # the share of the ball of half the radius is 2^-d; five standard errors of 4,000 draws
    assert inside == pytest.approx(0.25, abs=5 * math.sqrt(0.25 * 0.75 / n))
    assert float(found.mean(0).abs().max()) < 5 * 2.0 / math.sqrt(n)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: attack_order(3), "order must be 1, 2 or math.inf, got 3"),
        (lambda: attack_order("2"), "order must be a number"),
        (lambda: norm_order(0.5), "order must be at least 1"),
        (lambda: norm_order(math.nan), "order must be finite"),
        (lambda: valid_box((0, 0)), r"box\[1\] must be above 0"),
        (lambda: valid_box("01"), "box must be"),
        (lambda: valid_box((0, 1), torch.tensor([2.0])), r"inputs must be in the box \[0, 1\], got values from 2 to 2"),
    ],
)
def test_what_makes_no_sense_is_refused(call, words):
    with pytest.raises(InvalidInput, match=f"^{words}"):
        call()
