"""The certificate of a network finds every claim that does not follow."""

from __future__ import annotations

import dataclasses
import math
from fractions import Fraction

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from dualgap.errors import CertificateError
from dualgap.training.robust import perceptron, robust_loss
from dualgap.training.robust.network_certificate import loss_of_margins


def certificate(order=math.inf, box=(0.0, 1.0)):
    inputs = torch.rand(3, 4, generator=torch.Generator().manual_seed(1))
    labels = torch.tensor([0, 2, 1])
    return robust_loss(
        perceptron((4, 6, 6, 3), seed=1), inputs, labels, radius=0.1, order=order, box=box, steps=3
    ).certificate


@pytest.mark.parametrize("order", [1.0, 2.0, math.inf])
@pytest.mark.parametrize("box", [None, (0.0, 1.0)])
def test_what_is_proved_passes(order, box):
    certificate(order, box).check()


def test_a_claim_about_a_unit_that_is_too_narrow_is_found():
    good = certificate()
    for depth in range(1, len(good.claims)):
        low, high = good.claims[depth]
        claims = list(good.claims)
        claims[depth] = (low, high - 0.2 * (high - low) - 0.01)
        with pytest.raises(CertificateError, match=f"units of layer {depth} do not follow"):
            dataclasses.replace(good, claims=tuple(claims)).check()
    low, high = good.claims[0]
    with pytest.raises(CertificateError, match="units of input"):
        dataclasses.replace(good, claims=((low + 0.01, high), *good.claims[1:])).check()


def test_a_point_outside_of_the_ball_or_the_box_is_found():
    good = certificate()
    with pytest.raises(CertificateError, match="outside of the ball"):
        dataclasses.replace(good, points=good.centre + 0.11).check()
    with pytest.raises(CertificateError, match="outside of the box"):
        dataclasses.replace(good, points=np.full_like(good.centre, 1.01), radius=np.full(3, 2.0)).at_points()


def test_a_point_on_the_sphere_is_refused_where_rounding_may_have_put_it_outside():
    good = certificate()
    apart = np.abs(good.points - good.centre).max(-1)
    with pytest.raises(CertificateError, match="outside of the ball"):
        dataclasses.replace(good, radius=apart).at_points()
    dataclasses.replace(good, radius=apart * (1 + 1e-13)).at_points()


@pytest.mark.parametrize("box", [None, (0.0, 1.0)])
def test_the_inputs_are_claimed_to_lie_in_no_less_than_the_rounded_ball(box):
    good = certificate(box=box)
    exact = [[Fraction(float(v)) for v in row] for row in good.centre]
    radius = Fraction(float(good.radius[0]))
    low, high = good._hull()
    for n, row in enumerate(exact):
        for d, x in enumerate(row):
            ends = (x - radius, x + radius) if box is None else (max(x - radius, 0), min(x + radius, 1))
            assert Fraction(float(low[n, d])) <= ends[0] <= ends[1] <= Fraction(float(high[n, d]))


def test_a_loss_that_is_too_small_for_a_float_is_not_claimed_to_be_zero():
    model = torch.nn.Linear(1, 2, bias=False)
    model.weight.data.copy_(torch.tensor([[1000.0], [-1000.0]]))
    found = robust_loss(model, torch.ones(1, 1), torch.tensor([0]), radius=0.1)
    assert found.lower[0] == 0
    assert 0 < found.upper[0] < 1e-299  # it is e^-1800
    found.certificate.check()


def test_coefficients_without_a_scale_raise_no_warning():
    dead = torch.nn.Linear(2, 2)
    dead.weight.data.zero_()
    inputs = torch.tensor([[1e4, 0.0]])
    found = robust_loss(dead, inputs, torch.tensor([0]), radius=3e4, order=2, box=(0, 1e4))
    assert float(found.gap[0]) < 1e-9


def test_bounds_that_claim_too_much_are_found():
    good = certificate()
    with pytest.raises(CertificateError, match="upper bound"):
        dataclasses.replace(good, upper=good.upper * 0.99).check()
    with pytest.raises(CertificateError, match="lower bound"):
        dataclasses.replace(good, lower=good.lower * 1.01 + 1e-9).check()


def test_other_weights_are_found():
    good = certificate()
    weight, bias = good.layers[0]
    with pytest.raises(CertificateError):
        dataclasses.replace(good, layers=((weight * 1.1, bias), *good.layers[1:])).check()


def test_the_loss_of_margins_is_the_cross_entropy():
    outputs = torch.tensor([[3.0, -1.0, 700.0], [0.0, -800.0, -900.0], [0.0, 1.0, 2.0]], dtype=torch.float64)
    margins = (outputs - outputs[:, :1])[:, 1:].numpy()
    expected = cross_entropy(outputs, torch.zeros(3, dtype=torch.int64), reduction="none").numpy()
    np.testing.assert_allclose(loss_of_margins(margins), expected, rtol=1e-14, atol=1e-300)
    assert loss_of_margins(np.array([[-40.0]]))[0] == pytest.approx(math.exp(-40), rel=1e-14)  # 1 + e^-40 rounds to 1
