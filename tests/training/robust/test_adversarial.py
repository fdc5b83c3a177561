"""Adversarial training: what it changes, what it leaves alone, and how it ends."""

from __future__ import annotations

import copy
from functools import partial

import numpy as np
import pytest
import torch

from dualgap.errors import InvalidInput, NotConverged
from dualgap.games.trajectory import Status
from dualgap.training.robust import adversarial_training, attacked_accuracy, clean_accuracy, fgsm, perceptron, pgd


def two_features(n, seed):
    """A wide feature that is right 9 times of 10, and ten narrow ones that together are always right."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, n)
    wide = np.where(rng.random(n) < 0.9, 1, -1) * (2 * y - 1)
    narrow = 0.05 * (2 * y - 1)[:, None] + 0.01 * rng.normal(size=(n, 10))
    return torch.tensor(np.column_stack([wide, narrow]), dtype=torch.float32), torch.tensor(y)


OPTIONS = {"epochs": 15, "learning_rate": 0.02, "batch_size": 50}


def train(radius, **options):
    inputs, labels = two_features(400, 0)
    return adversarial_training(
        perceptron((11, 2), seed=0),
        inputs,
        labels,
        held_out=two_features(300, 1),
        radius=radius,
        **{**OPTIONS, **options},
    )


def test_training_against_the_attack_trades_narrow_features_for_the_wide_one():
    plain, robust = train(0.0, epochs=60), train(0.2, epochs=60)
    test = two_features(300, 1)
    attacked = attacked_accuracy(plain.model, *test, radius=0.2, confidence=0.95)
    assert float(plain.clean_accuracy) > 0.95  # beyond the 0.9 that the wide feature can give
    assert attacked.upper < robust.attacked_accuracy.lower
    # a robust model can only use the wide feature: its accuracy is 0.9, and an interval covers it 95 times of 100
    assert robust.attacked_accuracy.contains(0.9)


def test_plain_training_is_training_at_radius_zero():
    inputs, labels = two_features(400, 0)
    model = perceptron((11, 2), seed=0)
    optimiser = torch.optim.Adam(model.parameters(), lr=0.02)
    generator = torch.Generator().manual_seed(0)
    for _ in range(15):
        order = torch.randperm(400, generator=generator)
        for batch in order.split(50):
            optimiser.zero_grad()
            torch.nn.functional.cross_entropy(model(inputs[batch]), labels[batch]).backward()
            optimiser.step()
    for ours, theirs in zip(train(0.0).model.parameters(), model.parameters(), strict=True):
        # the mean of the losses is taken in another order, in float32 over 120 steps
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-5)


def test_the_seed_decides_the_result_and_nothing_else_is_moved():
    model = perceptron((11, 2), seed=0)
    weights, before = [w.detach().clone() for w in model.parameters()], torch.get_rng_state()
    data = two_features(100, 0)
    runs = [adversarial_training(model, *data, held_out=data, radius=0.1, seed=seed, **OPTIONS) for seed in (1, 1, 2)]
    assert torch.equal(torch.get_rng_state(), before)
    assert all(torch.equal(a, b) for a, b in zip(weights, model.parameters(), strict=True))
    assert model.training
    assert not runs[0].model.training
    assert np.array_equal(runs[0].losses, runs[1].losses)
    assert not np.array_equal(runs[0].losses, runs[2].losses)


def test_the_accuracies_of_a_result_are_those_of_its_model():
    result, test = train(0.1), two_features(300, 1)
    assert float(result.clean_accuracy) == float(clean_accuracy(result.model, *test, confidence=0.95))
    again = attacked_accuracy(result.model, *test, radius=0.1, confidence=0.95)
    assert (again.lower, again.upper) == (result.attacked_accuracy.lower, result.attacked_accuracy.upper)
    result.attacked_accuracy.certificate.check()
    assert result.require() is result
    assert repr(result).startswith("RobustTraining(BUDGET after 15 epochs")


def test_another_attack_can_be_trained_against():
    result = train(0.1, attack=partial(pgd, step=0.05, steps=3), epochs=3)
    assert len(result.losses) == 3


def test_free_training_reuses_gradients_and_makes_a_model_robust():
    plain, free = train(0.0, epochs=30), train(0.2, epochs=15, replays=4)
    test = two_features(300, 1)
    attacked = attacked_accuracy(plain.model, *test, radius=0.2, confidence=0.95)
    assert attacked.upper < free.attacked_accuracy.lower
    assert np.array_equal(free.losses, train(0.2, epochs=15, replays=4).losses)


def test_free_training_without_a_ball_is_plain_training_on_repeated_batches():
    # at radius 0 each replay is a plain step on the same batch
    once, twice = train(0.0, epochs=4, replays=1), train(0.0, epochs=4)
    assert np.allclose(once.losses, twice.losses, rtol=1e-5)  # float32 sums in the same order but for the attack's copy
    assert len(train(0.0, epochs=2, replays=3).losses) == 2


def test_another_ball_can_be_trained_against():
    result = train(0.3, order=2, epochs=3)
    assert result.attacked_accuracy.value <= result.clean_accuracy.value


def test_batch_statistics_do_not_couple_the_samples_of_an_attack():
    model = torch.nn.Sequential(torch.nn.BatchNorm1d(11), perceptron((11, 2), seed=0))
    seen = []

    def watching(net, *args, **options):
        seen.append(net.training)
        return fgsm(net, *args, **options)

    inputs, labels = two_features(100, 0)
    result = adversarial_training(
        model, inputs, labels, held_out=(inputs, labels), radius=0.1, attack=watching, **{**OPTIONS, "epochs": 2}
    )
    assert not any(seen)
    assert int(result.model[0].num_batches_tracked) == 4  # two epochs of two batches: the outer player's alone


def test_weights_that_are_no_longer_finite_end_the_training_with_the_last_good_model():
    result = train(0.1, learning_rate=3e37)
    assert result.status is Status.DIVERGED
    assert all(bool(torch.isfinite(w).all()) for w in result.model.parameters())
    with pytest.raises(NotConverged, match="diverged after 0 epochs") as caught:
        result.require()
    assert caught.value.partial is result


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"radius": -1.0}, "radius must be at least 0"),
        ({"epochs": 0}, "epochs must be at least 1"),
        ({"learning_rate": 0.0}, "learning_rate must be above 0"),
        ({"batch_size": 1.5}, "batch_size must be a whole number"),
        ({"seed": -1}, "seed must be at least 0"),
        ({"replays": 0}, "replays must be at least 1"),
        ({"order": 3}, "order must be 1, 2 or math.inf"),
        ({"labels": torch.full((20,), 2)}, "labels must be classes from 0 to 1, got 2"),
        ({"labels": torch.zeros(19, dtype=torch.int64)}, "labels must be one a sample"),
        ({"inputs": np.zeros((20, 11))}, "inputs must be a torch tensor"),
        ({"inputs": torch.full((20, 11), torch.inf)}, "inputs must be finite"),
        ({"held_out": 0.2}, "held_out must be a pair"),
        ({"held_out": (torch.zeros(2, 11), torch.tensor([0, 5]))}, "labels must be classes from 0 to 1, got 5"),
        ({"model": lambda x: x}, "model must be a torch.nn.Module"),
        ({"model": perceptron((3, 2), seed=0)}, r"model must take inputs of shape \(n, 11\)"),
        ({"held_out": (torch.zeros(2, 3), torch.tensor([0, 1]))}, r"model must take inputs of shape \(n, 3\)"),
        ({"model": torch.nn.Identity()}, "model must have parameters to train"),
        ({"box": (0, 0.5)}, "inputs must be in the box"),
        ({"attack": partial(pgd, step=-1.0, steps=2)}, "step must be above 0"),
    ],
)
def test_what_makes_no_sense_is_refused_before_any_training(changed, words):
    inputs, labels = two_features(20, 0)
    options = {
        "model": perceptron((11, 2), seed=0),
        "inputs": inputs,
        "labels": labels,
        "held_out": (inputs, labels),
        "radius": 0.1,
        **OPTIONS,
        **changed,
    }
    data = [options.pop(name) for name in ("model", "inputs", "labels")]
    with pytest.raises(InvalidInput, match=f"^{words}"):
        adversarial_training(*data, **options)


def test_a_model_in_training_mode_is_judged_in_evaluation_mode_and_left_as_it_was():
    """Batch statistics would make the samples depend on each other, and each judgement would move them."""
    model = torch.nn.Sequential(torch.nn.Linear(11, 4), torch.nn.BatchNorm1d(4), torch.nn.Linear(4, 2))
    inputs, labels = two_features(60, 1)
    judged = [
        [
            clean_accuracy(part, inputs, labels, confidence=0.95).value,
            attacked_accuracy(part, inputs, labels, radius=0.1, confidence=0.95).value,
        ]
        for part in (copy.deepcopy(model).eval(), model.train())
    ]
    assert judged[0] == judged[1]
    assert model.training
    assert model[1].num_batches_tracked == 0


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"labels": torch.tensor([0])}, "labels must be one a sample"),
        ({"labels": torch.full((60,), 2)}, "labels must be classes from 0 to 1"),
        ({"inputs": np.zeros((60, 11))}, "inputs must be a torch tensor"),
        ({"inputs": torch.full((60, 11), float("nan"))}, "inputs must be finite"),
        ({"inputs": torch.zeros(60, 3)}, "model must take inputs of shape"),
    ],
)
def test_accuracies_of_what_makes_no_sense_are_refused(changed, words):
    inputs, labels = two_features(60, 1)
    given = {"inputs": inputs, "labels": labels, **changed}
    model = perceptron((11, 2), seed=0)
    for judge in (partial(clean_accuracy, confidence=0.95), partial(attacked_accuracy, radius=0.1, confidence=0.95)):
        with pytest.raises(InvalidInput, match=f"^{words}"):
            judge(model, given["inputs"], given["labels"])
