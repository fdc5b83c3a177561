"""Scikit-learn's digits: FGSM fools a plain classifier, and less so one that was trained against it."""

from __future__ import annotations

import sys

import pytest
import torch

from dualgap.errors import InvalidInput, MissingExtra
from dualgap.training.robust import attacked_accuracy, digits, digits_classifier, fgsm, perceptron

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


def test_the_split_is_one_and_decided_by_its_seed():
    first, again, other = digits(seed=0), digits(seed=0), digits(seed=1)
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    assert not torch.equal(first.train_inputs, other.train_inputs)
    together = torch.cat([first.train_inputs, first.test_inputs])
    assert together.shape == (1797, 64)
    everything = torch.cat([other.train_inputs, other.test_inputs])
    assert torch.equal(together.sum(0), everything.sum(0))  # sums of sixteenths are exact
    assert torch.bincount(torch.cat([first.train_labels, first.test_labels])).min() > 170


def test_a_perceptrons_weights_are_decided_by_its_seed_and_torchs_stream_is_left_alone():
    before = torch.get_rng_state()
    first, again, other = (perceptron((64, 200, 3), seed=s) for s in (0, 0, 1))
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(first[0].weight, again[0].weight)
    assert not torch.equal(first[0].weight, other[0].weight)
    # variance 2/64 over 12,800 weights: its relative standard error is sqrt(2/12800), five of them are 0.06
    assert float(first[0].weight.detach().var()) == pytest.approx(2 / 64, rel=0.06)
    assert not first[0].bias.detach().any()


def test_without_scikit_learn_the_error_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(MissingExtra, match=r"pip install 'dualgap\[experiments\]'"):
        digits()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: digits(held_out=0), "held_out must be at least 1"),
        (lambda: digits(held_out=1797), "held_out must be below 1797"),
        (lambda: digits(seed=-1), "seed must be at least 0"),
        (lambda: perceptron((3,), seed=0), "widths must hold"),
        (lambda: perceptron((3, 0), seed=0), "widths must be at least 1"),
        (lambda: digits_classifier(radius=-1), "radius must be at least 0"),
        (lambda: digits_classifier(radius=0.1, hidden=0), "hidden must be at least 1"),
    ],
)
def test_what_makes_no_sense_is_refused(call, words):
    with pytest.raises(InvalidInput, match=f"^{words}"):
        call()
