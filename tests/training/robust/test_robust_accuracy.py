"""Robust accuracy: the counts of proved and of withstood, their intervals, and models of which nothing is proved."""

from __future__ import annotations

import dataclasses
import importlib
import math

import numpy as np
import pytest
import torch
from scipy.stats import binomtest
from torch import nn

from dualgap.bracket import Guarantee
from dualgap.errors import CertificateError, InvalidInput
from dualgap.training.robust import clean_accuracy, perceptron, robust_accuracy, robust_loss, robust_radius

# the package gives the function under this name
robust_accuracy_module = importlib.import_module("dualgap.training.robust.robust_accuracy")


def problem(seed=0, n=60):
    stream = torch.Generator().manual_seed(seed)
    inputs = torch.rand(n, 3, generator=stream)
    return perceptron((3, 8, 3), seed=seed), inputs, torch.randint(3, (n,), generator=stream)


def test_the_counts_of_a_linear_model_are_those_of_the_closed_form():
    model, inputs, labels = perceptron((3, 2), seed=1), *problem(1)[1:]
    labels = labels.clamp_max(1)
    weight = (model[0].weight[1] - model[0].weight[0]).detach().double()
    margins = (2 * labels - 1) * (inputs.double() @ weight)
    for order, dual in ((1.0, math.inf), (2.0, 2.0), (math.inf, 1.0)):
        robust = int((margins > 0.1 * torch.linalg.vector_norm(weight, ord=dual)).sum())
        found = robust_accuracy(model, inputs, labels, radius=0.1, order=order, confidence=None)
        assert found.lower == found.upper == found.value == robust / 60
        assert found.guarantee is Guarantee.CERTIFIED
        found.certificate.check()


def test_the_interval_is_clopper_and_pearsons_at_the_two_counts():
    model, inputs, labels = problem()
    labels = model(inputs).argmax(1)
    found = robust_accuracy(model, inputs, labels, radius=0.1, confidence=0.9)
    proved, withstood, n = found.certificate.counts()
    assert 0 < proved <= withstood < n
    # scipy finds its ends by bisection, to about 1e-12
    assert found.lower == pytest.approx(binomtest(proved, n).proportion_ci(0.9, method="exact").low, abs=1e-10)
    assert found.upper == pytest.approx(binomtest(withstood, n).proportion_ci(0.9, method="exact").high, abs=1e-10)
    assert found.guarantee is Guarantee.CONFIDENCE
    assert found.confidence == 0.9
    found.certificate.check()
    with pytest.raises(CertificateError, match="lower bound"):
        dataclasses.replace(found.certificate, lower=found.lower + 0.01).check()


def test_of_another_network_nothing_is_proved_and_the_attack_is_made_all_the_same():
    model, inputs, labels = problem()
    model = nn.Sequential(model, nn.Tanh())
    labels = model(inputs).argmax(1)
    found = robust_accuracy(model, inputs, labels, radius=0.1, confidence=None, restarts=2)
    assert found.lower == 0
    assert 0 < found.upper < 1
    assert "nothing is proved" in found.reason
    assert "Tanh" in found.reason
    found.certificate.check()


def test_at_radius_zero_it_is_the_clean_accuracy():
    model, inputs, labels = problem()
    found = robust_accuracy(model, inputs, labels, radius=0.0, confidence=0.95)
    clean = clean_accuracy(model, inputs, labels, confidence=0.95)
    assert (found.lower, found.value, found.upper) == (clean.lower, clean.value, clean.upper)


def test_dropout_is_off_while_a_model_is_judged_and_on_after():
    model, inputs, labels = problem()
    model = nn.Sequential(model[0], nn.Dropout(0.9), *model[1:]).train()
    first, again = (robust_accuracy(model, inputs, labels, radius=0.05, confidence=None) for _ in range(2))
    assert (first.lower, first.upper) == (again.lower, again.upper)
    assert model[1].training


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"radius": -1}, "radius must be at least 0"),
        ({"confidence": 95}, "confidence must be below 1"),
        ({"method": "best"}, "method must be one of"),
        ({"steps": 0}, "steps must be at least 1"),
        ({"labels": torch.full((60,), 3)}, "labels must be classes from 0 to 2, got 3"),
        ({"model": lambda z: (z @ torch.ones(3, 3)).detach()}, "model must be differentiable"),
        ({"inputs": np.zeros((60, 3))}, "inputs must be a torch tensor"),
    ],
)
def test_what_makes_no_sense_is_refused(changed, words):
    model, inputs, labels = problem()
    options = {"model": model, "inputs": inputs, "labels": labels, "radius": 0.1, "confidence": None, **changed}
    data = [options.pop(name) for name in ("model", "inputs", "labels")]
    with pytest.raises(InvalidInput, match=f"^{words}"):
        robust_accuracy(*data, **options)


def test_outcomes_are_true_or_false():
    model, inputs, labels = problem()
    found = robust_accuracy(nn.Sequential(model, nn.Tanh()), inputs, labels, radius=0.1, confidence=None)
    with pytest.raises(CertificateError, match="true or false"):
        dataclasses.replace(found.certificate, withstood=np.array([0.5])).check()


class Step(nn.Module):
    """Of two classes, the second wins beyond a place; smooth elsewhere, so that an attack gets there."""

    def __init__(self, place):
        super().__init__()
        self.place = place

    def forward(self, inputs):
        past = inputs.double() - self.place
        return torch.cat([-past, past], 1)


@pytest.mark.parametrize("order", [1.0, 2.0, math.inf])
def test_a_float32_attack_outside_of_the_ball_or_the_box_is_no_counterexample(order):
    # as a float32, 0.1 is 0.10000000149
    place, inputs, labels = 0.1000000007, torch.zeros(2, 1), torch.tensor([0, 0])
    for options in ({"radius": 0.1}, {"radius": 0.3, "box": (0.0, 0.1)}):
        found = robust_accuracy(Step(place), inputs, labels, order=order, confidence=None, restarts=2, **options)
        assert (found.lower, found.value, found.upper) == (0.0, 1.0, 1.0)
        nearer = robust_accuracy(Step(0.09999), inputs, labels, order=order, confidence=None, **options)
        assert nearer.upper == 0.0


def test_points_that_are_not_in_the_ball_fail_nothing(monkeypatch):
    monkeypatch.setattr(robust_accuracy_module, "_strongest", lambda model, points, labels, **_: points + 0.2)
    options = {"order": math.inf, "confidence": None}
    for ball in ({"radius": 0.15}, {"radius": 0.3, "box": (0.0, 0.1)}):
        assert robust_accuracy(Step(0.1), torch.zeros(1, 1), torch.tensor([0]), **ball, **options).upper == 1.0
    assert robust_accuracy(Step(0.1), torch.zeros(1, 1), torch.tensor([0]), radius=0.3, **options).upper == 0.0


class Residual(nn.Sequential):
    def forward(self, input):
        return input + super().forward(input)


def test_of_an_overridden_forward_or_a_hook_nothing_is_proved():
    model, inputs, _ = problem()
    hooked, _, _ = problem()
    hooked.register_forward_pre_hook(lambda module, args: (5 * args[0],))
    for wrong, words in ((Residual(*model), "forward of its own"), (hooked, "forward hooks")):
        found = robust_accuracy(wrong, inputs, wrong(inputs).argmax(1), radius=0.01, confidence=None)
        assert found.lower == 0
        assert 0 < found.upper <= 1
        assert words in found.reason
        found.certificate.check()


def test_inference_mode_disarms_nothing():
    model, inputs, labels = problem(2)
    options = {"radius": 0.2, "steps": 5}
    wanted = robust_accuracy(model, inputs, labels, confidence=0.9, **options)
    with torch.inference_mode():
        found = robust_accuracy(model, inputs + 0, labels, confidence=0.9, **options)
        robust_loss(model, inputs, labels, **options).certificate.check()
        robust_radius(model, inputs, labels, largest=0.5).certificate.check()
    assert (found.lower, found.value, found.upper) == (wanted.lower, wanted.value, wanted.upper)
