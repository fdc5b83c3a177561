"""The data sets: split once, by the seed, and what they say they are."""

from __future__ import annotations

import sys

import numpy as np
import pytest
import torch

from dualgap.errors import InvalidInput, MissingExtra
from dualgap.training.robust import breast_cancer, digits, two_moons


def test_the_split_is_one_and_decided_by_its_seed():
    first, again, other = digits(seed=0), digits(seed=0), digits(seed=1)
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    assert not torch.equal(first.train_inputs, other.train_inputs)
    together = torch.cat([first.train_inputs, first.test_inputs])
    assert together.shape == (1797, 64)
    everything = torch.cat([other.train_inputs, other.test_inputs])
    assert torch.equal(together.sum(0), everything.sum(0))  # sums of sixteenths are exact
    assert torch.bincount(torch.cat([first.train_labels, first.test_labels])).min() > 170


def test_the_table_of_tumours_is_scaled_by_its_training_part_alone():
    data = breast_cancer(seed=3, held_out=100)
    assert data.train_inputs.shape == (469, 30)
    assert data.test_inputs.shape == (100, 30)
    # means and deviations of 469 float32 numbers of order 1
    assert float(data.train_inputs.mean(0).abs().max()) < 1e-5
    assert float((data.train_inputs.std(0, correction=0) - 1).abs().max()) < 1e-5
    assert int(torch.cat([data.train_labels, data.test_labels]).sum()) == 357  # benign ones, as its documentation says
    assert not torch.equal(data.test_inputs, breast_cancer(seed=4, held_out=100).test_inputs)


def test_two_moons_without_noise_are_the_two_half_circles():
    data = two_moons(noise=0.0, samples=500)
    first, second = (data.train_inputs[data.train_labels == label].double().numpy() for label in (0, 1))
    np.testing.assert_allclose((first**2).sum(1), 1, atol=1e-6)  # float32
    assert (first[:, 1] >= -1e-6).all()
    np.testing.assert_allclose(((second - [1, 0.5]) ** 2).sum(1), 1, atol=1e-6)
    assert (second[:, 1] <= 0.5 + 1e-6).all()
    assert abs(len(first) - 250) < 5 * 500**0.5 / 2  # five standard errors


def test_the_moons_noise_is_normal_and_decided_by_the_seed():
    before = torch.get_rng_state()
    still, noisy = two_moons(seed=1, noise=0.0, samples=4000), two_moons(seed=1, noise=0.2, samples=4000)
    assert torch.equal(torch.get_rng_state(), before)
    apart = noisy.train_inputs - still.train_inputs
    assert float(apart.std()) == pytest.approx(0.2, rel=0.05)  # 8,000 numbers: five standard errors are 4%
    assert not torch.equal(noisy.train_inputs, two_moons(seed=2, noise=0.2, samples=4000).train_inputs)


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
        (lambda: breast_cancer(held_out=568), "held_out must be below 568"),
        (lambda: breast_cancer(seed=0.5), "seed must be a whole number"),
        (lambda: two_moons(samples=0), "samples must be at least 1"),
        (lambda: two_moons(noise=-1), "noise must be at least 0"),
        (lambda: two_moons(held_out=0), "held_out must be at least 1"),
    ],
)
def test_what_makes_no_sense_is_refused(call, words):
    with pytest.raises(InvalidInput, match=f"^{words}"):
        call()
