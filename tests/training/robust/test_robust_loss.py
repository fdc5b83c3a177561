"""The worst loss of a network between its bounds: linear networks exactly, small ones against a grid, the bounds in order."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn.functional import cross_entropy

from dualgap.bracket import Guarantee
from dualgap.errors import InvalidInput
from dualgap.training.robust import perceptron, pgd, robust_loss, robust_radius, worst_case_loss
from dualgap.training.robust.balls import distances
from dualgap.training.robust.robust_loss import attacked, between

ORDERS = [1.0, 2.0, math.inf]


def problem(seed, *, widths=(2, 6, 5, 3), n=4):
    stream = torch.Generator().manual_seed(seed)
    inputs = torch.rand(n, widths[0], generator=stream)
    return perceptron(widths, seed=seed), inputs, torch.randint(widths[-1], (n,), generator=stream)


@pytest.mark.parametrize("order", ORDERS)
@settings(max_examples=15)
@given(seed=st.integers(0, 10**6), boxed=st.booleans())
def test_of_a_linear_model_with_two_classes_both_bounds_are_the_dual_norm(order, seed, boxed):
    model, inputs, labels = problem(seed, widths=(4, 2))
    box = (0.0, 1.0) if boxed else None
    found = robust_loss(model, inputs, labels, radius=0.25, order=order, box=box)
    weight = (model[0].weight[1] - model[0].weight[0]).detach().double().numpy()
    exact = worst_case_loss(
        weight, 0.0, inputs.double().numpy(), 2 * labels.numpy() - 1, radius=0.25, order=order, box=box
    )
    # the attack stays 1e-9 of the radius clear of the sphere; float32 weights are subtracted in float32 above
    np.testing.assert_allclose(found.upper, exact, rtol=1e-6)
    np.testing.assert_allclose(found.lower, exact, rtol=1e-6)
    assert found.guarantee is Guarantee.CERTIFIED


@settings(max_examples=20)
@given(seed=st.integers(0, 10**6), order=st.sampled_from(ORDERS), method=st.sampled_from(["linear", "interval"]))
def test_the_worst_loss_on_a_grid_is_between_the_bounds(seed, order, method):
    model, inputs, labels = problem(seed)
    radius = 0.2
    found = robust_loss(model, inputs, labels, radius=radius, order=order, box=(0, 1), method=method)
    found.certificate.check()
    steps = torch.linspace(-radius, radius, 41, dtype=torch.float64)
    grid = torch.tensor(list(itertools.product(steps.tolist(), repeat=2)), dtype=torch.float64)
    grid = grid[torch.linalg.vector_norm(grid, ord=order, dim=-1) <= radius]
    exact = model.double()
    for x, y, upper, lower in zip(inputs.double(), labels, found.upper, found.lower, strict=True):
        points = (x + grid).clamp(0, 1)  # the box is met by moving towards x
        with torch.no_grad():
            worst = float(cross_entropy(exact(points), y.expand(len(points)), reduction="none").max())
        assert worst <= upper * (1 + 1e-12)
        assert lower <= upper
    assert (found.lower <= np.asarray(found.value) + 1e-6).all()  # the value is rounded to float32


@settings(max_examples=15)
@given(seed=st.integers(0, 10**6), order=st.sampled_from(ORDERS))
def test_no_stronger_attack_exceeds_the_upper_bound(seed, order):
    model, inputs, labels = problem(seed, widths=(4, 8, 3))
    found = robust_loss(model, inputs, labels, radius=0.3, order=order)
    double = model.double()
    points = pgd(double, inputs.double(), labels, radius=0.3, order=order, step=0.05, steps=15, restarts=3, seed=seed)
    losses = cross_entropy(double(points), labels, reduction="none").detach().numpy()
    assert (losses <= found.upper * (1 + 1e-9)).all()


@settings(max_examples=25)
@given(seed=st.integers(0, 10**6))
def test_the_linear_bounds_are_never_wider_than_the_intervals(seed):
    model, inputs, labels = problem(seed)
    both = [robust_loss(model, inputs, labels, radius=0.1, method=one, steps=1) for one in ("linear", "interval")]
    assert (both[0].upper <= both[1].upper * (1 + 1e-9) + 1e-12).all()


@given(seed=st.integers(0, 10**6))
def test_a_value_of_float32_is_between_the_bounds_where_one_is(seed):
    rng = np.random.default_rng(seed)
    lower = rng.normal(size=20)
    upper = lower + rng.choice([0, 1e-12, 1e-7, 1e-3], size=20)
    upper[0] = math.inf
    for values in (lower, np.where(np.isfinite(upper), upper, lower), lower - 1):
        found = between(values, lower, upper, torch.zeros(1)).double().numpy()
        wide = upper - lower > 1e-6  # more than the distance of two float32 numbers below 8
        assert ((lower <= found) & (found <= upper))[wide].all()


@pytest.mark.parametrize("order", ORDERS)
def test_the_value_lies_between_the_bounds_in_the_inputs_own_dtype(order):
    model, inputs, labels = problem(3, n=30)
    for found in (
        robust_loss(model, inputs, labels, radius=0.1, order=order, steps=3),
        robust_radius(model, inputs, labels, largest=0.5, order=order, steps=3),
    ):
        assert found.value.dtype == torch.float32
        value = found.value.double().numpy()
        wide = found.gap > 1e-6  # some bounds meet, and no float32 lies between them
        assert wide.any()
        assert bool(((found.lower <= value) & (value <= found.upper))[wide].all())
        finite = np.isfinite(found.upper)
        np.testing.assert_allclose(value[~wide & finite], found.upper[~wide & finite], rtol=2e-6)


def test_at_radius_zero_both_bounds_are_the_loss():
    model, inputs, labels = problem(0)
    found = robust_loss(model, inputs, labels, radius=0.0)
    with torch.no_grad():
        plain = cross_entropy(model.double()(inputs.double()), labels, reduction="none").numpy()
    np.testing.assert_allclose(found.lower, plain, rtol=1e-8)
    np.testing.assert_allclose(found.upper, plain, rtol=1e-8)


def test_more_samples_than_are_bounded_at_once_are_each_bounded_as_alone():
    model, inputs, labels = problem(3, n=300)
    together = robust_loss(model, inputs, labels, radius=0.1, steps=2)
    alone = robust_loss(model, inputs[290:], labels[290:], radius=0.1, steps=2)
    np.testing.assert_allclose(together.upper[290:], alone.upper, rtol=1e-9)
    together.certificate.check()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"radius": -1}, "radius must be at least 0"),
        ({"order": 3}, "order must be 1, 2 or math.inf"),
        ({"method": "exact"}, "method must be one of"),
        ({"steps": 0}, "steps must be at least 1"),
        ({"restarts": 0}, "restarts must be at least 1"),
        ({"model": nn.Sequential(nn.Linear(2, 3), nn.Tanh())}, "model must be made of"),
        ({"model": nn.Flatten()}, "labels must be classes from 0 to 1|model must have a layer with weights"),
        (
            {"model": nn.Linear(2, 1), "labels": torch.zeros(4, dtype=torch.int64)},
            "model must have two classes or more",
        ),
        ({"labels": torch.tensor([0, 1, 2, 3])}, "labels must be classes from 0 to 2, got 3"),
        ({"box": (0.5, 0.6)}, "inputs must be in the box"),
    ],
)
def test_what_makes_no_sense_is_refused(changed, words):
    model, inputs, labels = problem(0)
    options = {"model": model, "inputs": inputs, "labels": labels, "radius": 0.1, **changed}
    data = [options.pop(name) for name in ("model", "inputs", "labels")]
    with pytest.raises(InvalidInput, match=f"^({words})"):
        robust_loss(*data, **options)


class Residual(nn.Sequential):
    def forward(self, input):
        return input + super().forward(input)


def test_no_bound_is_given_of_another_function_than_the_model_computes():
    model, inputs, labels = problem(0, widths=(3, 4, 3))
    hooked, _, _ = problem(0, widths=(3, 4, 3))
    hooked[0].register_forward_hook(lambda module, args, output: 5 * output)
    for wrong in (Residual(*model), hooked):
        with pytest.raises(InvalidInput, match=r"^model must"):
            robust_loss(wrong, inputs, labels, radius=0.1)
        with pytest.raises(InvalidInput, match=r"^model must"):
            robust_radius(wrong, inputs, labels, largest=0.1)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@settings(max_examples=20)
@given(seed=st.integers(0, 10**6), radius=st.floats(0.01, 0.5), boxed=st.booleans())
def test_what_an_attack_finds_in_the_dtype_of_the_inputs_is_in_ball_and_box_in_float64(
    order, dtype, seed, radius, boxed
):
    stream = torch.Generator().manual_seed(seed)
    inputs = torch.rand(8, 5, generator=stream, dtype=dtype) * 0.7
    labels = torch.randint(3, (8,), generator=stream)
    model, box = perceptron((5, 3), seed=seed).to(dtype), (-0.1, 0.7000000001) if boxed else None
    found = attacked(model, inputs, labels, radius=radius, order=order, box=box, steps=2, restarts=2, seed=seed % 100)
    # a norm of five numbers is rounded by less than 2e-15 of itself in float64
    assert bool((distances(found, inputs, order=order) * (1 + 2e-15) <= radius).all())
    if box is not None:
        assert bool(((found.double() >= box[0]) & (found.double() <= box[1])).all())
