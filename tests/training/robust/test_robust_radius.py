"""The distance to the nearest error, of linear models exactly, and between its bounds of others."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
import torch

from dualgap.bracket import Guarantee
from dualgap.errors import CertificateError, InvalidInput
from dualgap.training.robust import perceptron, pgd, robust_radius


def problem(widths, seed=0, n=12):
    inputs = torch.rand(n, widths[0], generator=torch.Generator().manual_seed(seed))
    model = perceptron(widths, seed=seed)
    return model, inputs, model(inputs).argmax(1)


@pytest.mark.parametrize("order", [1.0, 2.0, math.inf])
def test_of_a_linear_model_it_is_the_margin_over_the_dual_norm(order):
    model, inputs, labels = problem((3, 2))
    dual = {1.0: math.inf, 2.0: 2.0, math.inf: 1.0}[order]
    weight = (model[0].weight[1] - model[0].weight[0]).detach().double()
    exact = ((inputs.double() @ weight).abs() / torch.linalg.vector_norm(weight, ord=dual)).numpy()
    found = robust_radius(model, inputs, labels, largest=3.0, order=order)
    assert found.guarantee is Guarantee.CERTIFIED
    assert (found.lower <= exact * (1 + 1e-6)).all()  # float32 weights are subtracted in float32 above
    assert (exact <= found.upper * (1 + 1e-6)).all()
    # twenty halvings of an interval of length 3, and the part of an example that is clear of a tie
    np.testing.assert_allclose(found.lower, exact, atol=1e-5)
    np.testing.assert_allclose(found.upper, exact, atol=1e-4)
    found.certificate.check()


@pytest.mark.parametrize("seed", range(4))
def test_an_example_at_the_end_of_a_box_that_rounds_is_in_the_box(seed):
    """-0.5 + (0.9 + 0.5) is more than 0.9 in float64, and so for many other pairs of numbers."""
    stream = torch.Generator().manual_seed(seed)
    rows = torch.rand(40, 3, generator=stream, dtype=torch.float64) * 1.4 - 0.5
    model = perceptron((3, 6, 4), seed=seed).double()
    with torch.no_grad():
        labels = model(rows).argmax(1)
    box = (-0.5, 0.9)
    found = robust_radius(model, rows.clamp(*box), labels, largest=1.4, box=box, steps=3)
    found.certificate.check()
    assert bool((found.value.numpy() >= found.lower).all())
    assert bool((found.value.numpy() <= found.upper).all())


def test_a_network_is_right_below_and_wrong_at_the_example():
    model, inputs, labels = problem((4, 10, 3), seed=2)
    found = robust_radius(model, inputs, labels, largest=1.0, box=(0, 1))
    assert (found.lower <= found.upper).all()
    assert (found.lower > 0).all()
    double = model.double()
    for x, y, lower in zip(inputs.double(), labels, found.lower, strict=True):
        near = pgd(double, x[None], y[None], radius=lower, step=lower / 4, steps=10, restarts=3, box=(0, 1))
        assert int(double(near).argmax(1)) == int(y)
    found.certificate.check()
    with pytest.raises(CertificateError, match="lower bound"):
        dataclasses.replace(found.certificate, lower=found.lower + 0.01).check()


def test_a_sample_that_is_wrong_is_at_distance_zero_and_one_without_example_at_no_known_one():
    model, inputs, labels = problem((3, 2))
    wrong = robust_radius(model, inputs, 1 - labels, largest=1.0)
    assert (wrong.lower == 0).all()
    assert (wrong.upper == 0).all()
    with torch.no_grad():
        model[0].weight.zero_()
        model[0].bias.copy_(torch.tensor([1.0, 0.0]))
    safe = robust_radius(model, inputs, torch.zeros_like(labels), largest=2.0)
    assert (safe.lower == 2.0).all()
    assert np.isinf(safe.upper).all()
    with pytest.raises(CertificateError, match="an example is not one"):
        dataclasses.replace(safe.certificate, found=np.ones(12, dtype=bool)).check()


@pytest.mark.parametrize("largest", [0.0, -1.0, math.inf, "far"])
def test_the_largest_radius_is_a_positive_number(largest):
    with pytest.raises(InvalidInput, match=r"^largest must be"):
        robust_radius(*problem((3, 2)), largest=largest)
