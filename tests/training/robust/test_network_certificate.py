"""The certificate of a network finds every claim that does not follow."""

from __future__ import annotations

import dataclasses
import math

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
