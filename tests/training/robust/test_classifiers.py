"""Classifiers of the data sets: FGSM fools a plain one, and less so one that was trained against it."""

from __future__ import annotations

import pytest
import torch

from dualgap.errors import InvalidInput
from dualgap.training.robust import (
    attacked_accuracy,
    breast_cancer,
    classifier,
    digits,
    digits_classifier,
    fgsm,
    perceptron,
    pgd_of_radius,
    robust_accuracy,
    two_moons,
)

RADIUS = 2 / 16


@pytest.fixture(scope="module")
def plain():
    return digits_classifier(radius=0.0, seed=0)


@pytest.fixture(scope="module")
def robust():
    return digits_classifier(radius=RADIUS, seed=0)


def test_fgsm_lowers_the_accuracy_of_a_plain_classifier(plain):
    data = digits(seed=0)
    attacked = attacked_accuracy(
        plain.model, data.test_inputs, data.test_labels, radius=RADIUS, confidence=0.95, box=(0, 1)
    )
    assert plain.clean_accuracy.lower > 0.93
    assert attacked.upper < 0.5


def test_training_against_fgsm_raises_the_accuracy_under_it(plain, robust):
    data = digits(seed=0)
    before = attacked_accuracy(
        plain.model, data.test_inputs, data.test_labels, radius=RADIUS, confidence=0.95, box=(0, 1)
    )
    assert robust.attacked_accuracy.lower > before.upper + 0.1
    assert robust.clean_accuracy.lower > 0.9


def test_attacked_digits_are_still_images(plain):
    data = digits(seed=0)
    moved = fgsm(plain.model, data.test_inputs, data.test_labels, radius=RADIUS, box=(0, 1))
    assert float(moved.min()) >= 0
    assert float(moved.max()) <= 1
    assert float((moved - data.test_inputs).abs().max()) <= RADIUS  # sixteenths are exact in binary


def test_robust_training_under_twenty_restarts_gains_25_points(plain, robust):
    data = digits(seed=0)
    shares = [
        robust_accuracy(
            one.model,
            data.test_inputs[:150],
            data.test_labels[:150],
            radius=RADIUS,
            confidence=None,
            box=(0, 1),
            restarts=20,
            steps=5,
        )
        for one in (plain, robust)
    ]
    assert shares[1].value >= shares[0].value + 0.25
    assert shares[1].lower > shares[0].lower  # what is proved grows too


@pytest.mark.parametrize(("load", "radius"), [(breast_cancer, 0.3), (two_moons, 0.15)])
def test_robust_training_gains_on_the_other_data_sets(load, radius):
    data = load(seed=0)
    models = [
        classifier(data, radius=size, box=None, epochs=20, attack=pgd_of_radius(size, steps=3))
        for size in (0.0, radius)
    ]
    proved = [
        robust_accuracy(one.model, data.test_inputs, data.test_labels, radius=radius, confidence=None) for one in models
    ]
    assert proved[1].lower > proved[0].lower
    assert models[1].clean_accuracy.value > 0.85


def test_a_perceptrons_weights_are_decided_by_its_seed_and_torchs_stream_is_left_alone():
    before = torch.get_rng_state()
    first, again, other = (perceptron((64, 200, 3), seed=s) for s in (0, 0, 1))
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(first[0].weight, again[0].weight)
    assert not torch.equal(first[0].weight, other[0].weight)
    # variance 2/64 over 12,800 weights: its relative standard error is sqrt(2/12800), five of them are 0.06
    assert float(first[0].weight.detach().var()) == pytest.approx(2 / 64, rel=0.06)
    assert not first[0].bias.detach().any()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: classifier((), radius=0.1, box=None), "data must be a Split"),
        (lambda: pgd_of_radius(-1.0), "radius must be at least 0"),
        (lambda: pgd_of_radius(0.1, steps=0), "steps must be at least 1"),
        (lambda: perceptron((3,), seed=0), "widths must hold"),
        (lambda: perceptron((3, 0), seed=0), "widths must be at least 1"),
        (lambda: digits_classifier(radius=-1), "radius must be at least 0"),
        (lambda: digits_classifier(radius=0.1, hidden=0), "hidden must be at least 1"),
    ],
)
def test_what_makes_no_sense_is_refused(call, words):
    with pytest.raises(InvalidInput, match=f"^{words}"):
        call()
