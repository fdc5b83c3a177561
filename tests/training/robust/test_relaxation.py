"""Bounds of small ReLU networks, against the exact largest value by a mixed-integer programme and against exact rationals."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from dualgap.training.robust.layers import Affine, Rectifier, forward
from dualgap.training.robust.region import Region
from dualgap.training.robust.relaxation import rectifier_lines, relaxed, through


def network(seed, widths=(2, 3, 3, 2)):
    stream = torch.Generator().manual_seed(seed)
    layers = []
    for inside, outside in itertools.pairwise(widths):
        layers += [
            Affine(
                torch.randn(outside, inside, generator=stream, dtype=torch.float64),
                torch.randn(outside, generator=stream, dtype=torch.float64) / 2,
            ),
            Rectifier(),
        ]
    return tuple(layers[:-1]), torch.rand(1, widths[0], generator=stream, dtype=torch.float64)


def largest_by_programme(layers, row, low, high):
    """max row'f(z) for low <= z <= high: a binary variable for each rectifier says on which side of 0 it is."""
    limits = [(low, high)]
    for layer in layers:
        limits.append(tuple(end.numpy() for end in through((layer,), tuple(map(torch.tensor, limits[-1])))))
    sizes = [len(end[0]) for end in limits]
    starts = np.concatenate([[0], np.cumsum(sizes)])
    switches = {
        k: starts[-1] + sum(sizes[j] for j, one in enumerate(layers[:k]) if isinstance(one, Rectifier))
        for k in range(len(layers))
    }
    total = starts[-1] + sum(sizes[k] for k, one in enumerate(layers) if isinstance(one, Rectifier))
    rows, below, above = [], [], []

    def add(entries, least, most):
        line = np.zeros(total)
        for place, value in entries:
            line[place] += value
        rows.append(line), below.append(least), above.append(most)

    for k, layer in enumerate(layers):
        for i in range(sizes[k + 1]):
            out = starts[k + 1] + i
            if isinstance(layer, Affine):
                entries = [(starts[k] + j, -float(w)) for j, w in enumerate(layer.weight[i])]
                add([(out, 1.0), *entries], float(layer.bias[i]), float(layer.bias[i]))
            else:
                h, switch = starts[k] + i, switches[k] + i
                least, most = min(limits[k][0][i], 0.0), max(limits[k][1][i], 0.0)
                add([(out, 1.0), (h, -1.0)], 0, np.inf)  # at least h
                add([(out, 1.0), (h, -1.0), (switch, -least)], -np.inf, -least)  # h where the switch is 1
                add([(out, 1.0), (switch, -most)], -np.inf, 0)  # 0 where it is 0
    cost = np.zeros(total)
    cost[starts[-2] : starts[-1]] = -row
    lower = np.concatenate([*(end[0] for end in limits), np.zeros(total - starts[-1])])
    upper = np.concatenate([*(end[1] for end in limits), np.ones(total - starts[-1])])
    whole = np.arange(total) >= starts[-1]
    found = milp(
        cost,
        constraints=LinearConstraint(np.array(rows), below, above),
        bounds=Bounds(lower, upper),
        integrality=whole,
        options={"presolve": False},
    )
    assert found.status == 0
    return -found.fun


@settings(max_examples=25)
@given(seed=st.integers(0, 10**6), eighths=st.integers(1, 8))
def test_no_value_is_above_the_bounds_and_the_programme_is_not_far_below(seed, eighths):
    layers, centre = network(seed)
    region = Region(centre, torch.tensor([eighths / 8], dtype=torch.float64), math.inf, (0.0, 1.0))
    row = torch.tensor([[[1.0, -1.0]]], dtype=torch.float64)
    low, high = (end[0].numpy() for end in region.hull())
    exact = largest_by_programme(layers, row[0, 0].numpy(), low, high)
    linear, interval = (float(relaxed(layers, region, linear=one).largest(row)) for one in (True, False))
    assert linear >= exact - 1e-6  # the programme is solved to 1e-6
    assert interval >= linear - 1e-9
    points = torch.as_tensor(np.random.default_rng(seed).uniform(low, high, (200, 2)))
    assert float((forward(layers, points) @ row[0, 0]).max()) <= exact + 1e-6


@pytest.mark.parametrize("order", [1.0, 2.0, math.inf])
@given(seed=st.integers(0, 10**6), boxed=st.booleans())
def test_every_unit_stays_between_its_bounds(order, seed, boxed):
    layers, centre = network(seed, (3, 4, 4, 2))
    region = Region(centre, torch.tensor([0.5], dtype=torch.float64), order, (0.0, 1.0) if boxed else None)
    from dualgap.training.robust.balls import draw_in

    points = draw_in(
        centre.expand(300, -1), radius=0.5, order=order, box=region.box, generator=torch.Generator().manual_seed(seed)
    )
    for linear in (True, False):
        found = relaxed(layers, region, linear=linear)
        for depth, (low, high) in enumerate(found.inputs):
            values = forward(layers[:depth], points)
            assert bool(((values >= low) & (values <= high)).all())


@given(seed=st.integers(0, 10**6))
def test_without_unstable_units_the_linear_bound_is_exact(seed):
    layers, centre = network(seed)
    region = Region(centre, torch.tensor([1e-7], dtype=torch.float64), math.inf, None)
    found = relaxed(layers, region, linear=True)
    stable = all(
        bool(((low >= 0) | (high <= 0)).all())
        for layer, (low, high) in zip(layers, found.inputs, strict=False)
        if isinstance(layer, Rectifier)
    )
    if not stable:
        return  # a unit within 1e-6 of its kink
    row = torch.tensor([1.0, -1.0], dtype=torch.float64)
    slope = torch.autograd.functional.jacobian(lambda z: forward(layers, z) @ row, centre).flatten()
    value = float(forward(layers, centre) @ row) + 1e-7 * float(slope.abs().sum())
    # what is added for rounding: 1e-10 of the sizes of the units, twice
    assert value - 1e-14 <= float(found.largest(row[None, None])) <= value + 1e-9


def test_a_bound_is_above_what_the_network_gives_in_exact_arithmetic():
    for seed in range(20):
        layers, centre = network(seed)
        region = Region(centre, torch.zeros(1, dtype=torch.float64), math.inf, None)
        found = relaxed(layers, region, linear=True)
        exact = [Fraction(float(v)) for v in centre[0]]
        for layer in layers:
            if isinstance(layer, Affine):
                weights = [[Fraction(float(w)) for w in line] for line in layer.weight]
                exact = [
                    sum((w * h for w, h in zip(line, exact, strict=True)), Fraction(float(b)))
                    for line, b in zip(weights, layer.bias, strict=True)
                ]
            else:
                exact = [max(h, Fraction(0)) for h in exact]
        unit = torch.eye(2, dtype=torch.float64)[None]
        upper, lower = found.largest(unit)[0], -found.largest(-unit)[0]
        for value, low, high in zip(exact, lower, upper, strict=True):
            assert Fraction(float(low)) <= value <= Fraction(float(high))
            assert float(high) - float(low) < 1e-8


@given(st.integers(-40, 40), st.integers(0, 40), st.integers(0, 16))
def test_a_rectifier_lies_between_its_lines(start, length, share):
    low = torch.tensor([[start / 8]], dtype=torch.float64)
    high = low + length / 8
    slope, lift, below = (float(part) for part in rectifier_lines(low, high))
    h = Fraction(float(low)) + Fraction(share, 16) * (Fraction(float(high)) - Fraction(float(low)))
    assert Fraction(below) * h <= max(h, Fraction(0)) <= Fraction(slope) * h + Fraction(lift)
