"""Attacks: inside the ball and the box, never weaker than the start, and refused where they make no sense."""

from __future__ import annotations

import importlib
import math
import warnings

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.functional import cross_entropy

from dualgap.errors import InvalidInput
from dualgap.training.robust import fgsm, iterated_fgsm, margin_loss, perceptron, pgd
from dualgap.training.robust.balls import distances


def problem(seed, *, n=6, d=5, classes=3, dtype=torch.float32):
    generator = torch.Generator().manual_seed(seed)
    inputs = torch.rand(n, d, generator=generator, dtype=dtype)
    labels = torch.randint(classes, (n,), generator=generator)
    return perceptron((d, 16, classes), seed=seed).to(dtype), inputs, labels


def losses(model, inputs, labels):
    with torch.no_grad():
        return cross_entropy(model(inputs), labels, reduction="none")


def iterated(model, inputs, labels, **options):
    return pgd(model, inputs, labels, step=0.1, steps=5, **options)


def restarted(model, inputs, labels, **options):
    return pgd(model, inputs, labels, step=0.1, steps=3, restarts=3, **options)


def last(model, inputs, labels, **options):
    return iterated_fgsm(model, inputs, labels, step=0.1, steps=5, **options)


@pytest.mark.parametrize("attack", [fgsm, restarted])
@pytest.mark.parametrize("order", [1, 2, math.inf])
@given(seed=st.integers(0, 1000), sixteenths=st.integers(0, 16), boxed=st.booleans())
def test_an_attack_stays_in_the_ball_and_the_box(attack, order, seed, sixteenths, boxed):
    model, inputs, labels = problem(seed)
    radius = sixteenths / 16
    moved = attack(model, inputs, labels, radius=radius, order=order, box=(0, 1) if boxed else None)
    assert float(distances(moved, inputs, order=order).max()) <= radius + 1e-6
    if boxed:
        assert float(moved.min()) >= 0
        assert float(moved.max()) <= 1
    assert not moved.requires_grad


@given(seed=st.integers(0, 1000), sixteenths=st.integers(0, 16), boxed=st.booleans())
def test_iterated_fgsm_stays_in_the_ball_and_the_box(seed, sixteenths, boxed):
    model, inputs, labels = problem(seed)
    radius = sixteenths / 16
    moved = last(model, inputs, labels, radius=radius, box=(0, 1) if boxed else None)
    assert float((moved - inputs).abs().max()) <= radius + 1e-6
    assert not boxed or 0 <= float(moved.min()) <= float(moved.max()) <= 1


def test_iterated_fgsm_is_the_loop_that_is_meant():
    model, inputs, labels = problem(4, dtype=torch.float64)
    z = inputs.clone()
    for _ in range(5):
        variable = z.clone().requires_grad_(True)
        cross_entropy(model(variable), labels, reduction="sum").backward()
        z = torch.minimum(torch.maximum(z + 0.1 * variable.grad.sign(), inputs - 0.25), inputs + 0.25)
    torch.testing.assert_close(last(model, inputs, labels, radius=0.25), z, rtol=0, atol=1e-15)  # one rounding a step
    one = iterated_fgsm(model, inputs, labels, radius=0.25, step=0.25, steps=1)
    assert torch.equal(one, fgsm(model, inputs, labels, radius=0.25))


@pytest.mark.parametrize("order", [1, 2, math.inf])
def test_more_restarts_and_the_same_start_never_find_less(order):
    model, inputs, labels = problem(5, n=30, dtype=torch.float64)
    options = {"radius": 0.4, "order": order, "step": 0.1, "steps": 4, "box": (0, 1), "seed": 3}
    few, many = (losses(model, pgd(model, inputs, labels, restarts=k, **options), labels) for k in (1, 6))
    assert bool((many >= few).all())
    assert bool((few >= losses(model, fgsm(model, inputs, labels, radius=0.4, order=order, box=(0, 1)), labels)).all())


def test_the_seed_decides_the_starts():
    model, inputs, labels = problem(6, n=30)
    options = {"radius": 0.5, "step": 0.05, "steps": 1, "restarts": 2, "loss": lambda o, y: -(margin_loss(o, y) ** 2)}
    first, again, other = (pgd(model, inputs, labels, seed=s, **options) for s in (0, 0, 1))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


@pytest.mark.parametrize("order", [1, 2])
def test_a_step_of_fgsm_is_the_steepest_of_its_norm(order):
    model, inputs, labels = problem(7, dtype=torch.float64)
    variable = inputs.clone().requires_grad_(True)
    cross_entropy(model(variable), labels, reduction="sum").backward()
    gradient = variable.grad
    moved = fgsm(model, inputs, labels, radius=0.125, order=order) - inputs
    dual = gradient.abs().amax(1) if order == 1 else gradient.norm(dim=1)
    # products of numbers below 1, rounded
    torch.testing.assert_close((gradient * moved).sum(1), 0.125 * dual, rtol=1e-12, atol=1e-14)


def _foolbox(model, inputs, labels, radius):
    foolbox = importlib.import_module("foolbox")
    attack = foolbox.attacks.LinfFastGradientAttack()
    return attack(foolbox.PyTorchModel(model.eval(), bounds=(0, 1)), inputs, labels, epsilons=radius)[1]


def _torchattacks(model, inputs, labels, radius):
    return importlib.import_module("torchattacks").FGSM(model.eval(), eps=radius)(inputs, labels)


def _toolbox(model, inputs, labels, radius):
    classification = importlib.import_module("art.estimators.classification")
    estimator = classification.PyTorchClassifier(
        model.eval(), torch.nn.CrossEntropyLoss(), input_shape=inputs.shape[1:], nb_classes=3, clip_values=(0, 1)
    )
    attack = importlib.import_module("art.attacks.evasion").FastGradientMethod(estimator, eps=radius)
    return torch.as_tensor(attack.generate(inputs.numpy(), y=labels.numpy()))


@pytest.mark.parametrize(
    ("package", "theirs"), [("foolbox", _foolbox), ("torchattacks", _torchattacks), ("art", _toolbox)]
)
def test_fgsm_is_that_of_other_libraries(package, theirs):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # their own, when they are loaded
        pytest.importorskip(package, reason=f"{package} is not installed: its FGSM cannot be compared")
        for seed in range(5):
            model, inputs, labels = problem(seed, n=40)
            ours = fgsm(model.eval(), inputs, labels, radius=0.1, box=(0, 1))
            assert float((ours - theirs(model, inputs, labels, 0.1).detach().cpu()).abs().max()) <= 1e-6


@given(seed=st.integers(0, 1000), sixteenths=st.integers(1, 16))
def test_pgd_is_never_weaker_than_fgsm_nor_than_the_start(seed, sixteenths):
    model, inputs, labels = problem(seed, dtype=torch.float64)
    options = {"radius": sixteenths / 16, "box": (0, 1)}
    found = losses(model, iterated(model, inputs, labels, **options), labels)
    # the same points through the same model, in another batch: rounding of float64
    assert bool((found >= losses(model, fgsm(model, inputs, labels, **options), labels) - 1e-12).all())
    assert bool((found >= losses(model, inputs, labels) - 1e-12).all())


def test_pgd_gains_on_fgsm_where_the_gradient_turns():
    # the loss of z grows to both sides of 1, more to the right; FGSM's one step of 2 goes too far or not at all
    model = lambda z: -((z - 0.6) ** 2)  # noqa: E731
    score = lambda outputs, labels: outputs[:, 0]  # noqa: E731
    inputs, labels = torch.tensor([[0.0]]), torch.tensor([0])
    far = fgsm(model, inputs, labels, radius=2.0, loss=score)
    near = pgd(model, inputs, labels, radius=2.0, step=0.2, steps=3, loss=score)
    assert float(far) == 2.0
    assert float(near) == pytest.approx(0.6, abs=1e-6)  # three float32 steps


def test_fgsm_moves_by_the_sign_of_the_gradient_that_finite_differences_find():
    model, inputs, labels = problem(1, dtype=torch.float64)
    step = 1e-6
    slope = torch.zeros_like(inputs)
    for j in range(inputs.shape[1]):
        shift = torch.zeros_like(inputs)
        shift[:, j] = step
        slope[:, j] = losses(model, inputs + shift, labels) - losses(model, inputs - shift, labels)
    moved = fgsm(model, inputs, labels, radius=0.25)
    sure = slope.abs() > 1e-12  # above the rounding of the two losses
    assert bool(sure.float().mean() > 0.9)
    expected = inputs + 0.25 * slope.sign()
    torch.testing.assert_close(moved[sure], expected[sure], rtol=0, atol=1e-15)


def test_a_sample_is_attacked_as_it_would_be_alone():
    model, inputs, labels = problem(2, dtype=torch.float64)
    together = fgsm(model, inputs, labels, radius=0.1)
    alone = torch.cat([fgsm(model, x[None], y[None], radius=0.1) for x, y in zip(inputs, labels, strict=True)])
    # the sign of a gradient far from zero does not depend on the batch
    torch.testing.assert_close(together, alone, rtol=0, atol=1e-15)


def test_images_with_channels_are_attacked_too():
    model = torch.nn.Sequential(torch.nn.Flatten(), perceptron((12, 4, 2), seed=0))
    inputs = torch.rand(3, 3, 2, 2, generator=torch.Generator().manual_seed(0))
    moved = pgd(model, inputs, torch.tensor([0, 1, 0]), radius=0.1, step=0.05, steps=3, box=(0, 1))
    assert moved.shape == inputs.shape


@pytest.mark.parametrize("attack", [fgsm, iterated, restarted, last])
def test_the_model_its_gradients_and_torchs_stream_are_left_as_they_are(attack):
    model, inputs, labels = problem(3)
    before, weights = torch.get_rng_state(), [w.detach().clone() for w in model.parameters()]
    given_ = inputs.clone()
    with torch.no_grad():
        attack(model, inputs, labels, radius=0.1)
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(inputs, given_)
    assert all(w.grad is None for w in model.parameters())
    assert all(torch.equal(a, b) for a, b in zip(weights, model.parameters(), strict=True))
    assert model.training


GOOD = {
    "model": torch.nn.Linear(2, 3),
    "inputs": torch.full((2, 2), 0.5),
    "labels": torch.tensor([0, 2]),
    "radius": 0.1,
}


@pytest.mark.parametrize("attack", [fgsm, iterated, last])
@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"radius": -0.1}, "radius must be at least 0, got -0.1"),
        ({"radius": float("nan")}, "radius must be finite"),
        ({"radius": "big"}, "radius must be a number"),
        ({"labels": torch.tensor([0, 3])}, "labels must be classes from 0 to 2, got 3"),
        ({"labels": torch.tensor([-1, 2])}, "labels must be classes from 0 to 2, got -1"),
        ({"labels": torch.tensor([0.0, 1.0])}, "labels must be whole numbers"),
        ({"labels": torch.tensor([0])}, "labels must be one a sample"),
        ({"labels": [0, 1]}, "labels must be a torch tensor"),
        ({"inputs": np.zeros((2, 2))}, "inputs must be a torch tensor"),
        ({"inputs": torch.zeros(2, 2, dtype=torch.int64)}, "inputs must be a float tensor"),
        ({"inputs": torch.zeros(0, 2), "labels": torch.zeros(0, dtype=torch.int64)}, "inputs must not be empty"),
        ({"inputs": torch.full((2, 2), torch.nan)}, "inputs must be finite"),
        (
            {"inputs": torch.full((2, 2), 1.5), "box": (0, 1)},
            r"inputs must be in the box \[0, 1\], got values from 1.5",
        ),
        ({"box": (1, 0)}, r"box\[1\] must be above 1"),
        ({"box": 1.0}, "box must be"),
        ({"model": lambda z: (z @ torch.ones(2, 3)).detach()}, "model must be differentiable in its inputs"),
        (
            {"model": lambda z: z.detach() @ torch.ones(2, 3, requires_grad=True)},
            "model must be differentiable in its inputs",
        ),
        ({"model": lambda z: torch.nn.functional.one_hot(z.argmax(1), 3).float()}, "model must be differentiable"),
        ({"model": lambda z: z * torch.nan}, "labels must be classes|model must give finite losses"),
        ({"model": lambda z: torch.cat([z, z], 1) * torch.nan}, "model must give finite losses"),
        ({"model": lambda z: torch.sqrt(torch.cat([z, z], 1) - 0.5)}, "model must have a finite gradient"),
        ({"model": torch.nn.Linear(3, 2)}, r"model must take inputs of shape \(n, 2\) and type torch.float32"),
        ({"inputs": torch.full((2, 2), 0.5).double()}, r"model must take inputs .* torch.float64"),
        ({"inputs": torch.full((2, 2), 0.5).half()}, r"inputs must be a float32, .* use \.float\(\)"),
        ({"model": lambda z: z[0]}, "model must return one row of classes a sample"),
        ({"model": lambda z: z.detach().numpy()}, "model must return a tensor"),
        ({"loss": cross_entropy}, "loss must return one number a sample"),
    ],
)
def test_what_makes_no_sense_is_refused(attack, changed, words):
    options = {**GOOD, **changed}
    data = [options.pop(name) for name in ("model", "inputs", "labels")]
    with pytest.raises(InvalidInput, match=f"^({words})"):
        attack(*data, **options)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"step": 0.0, "steps": 1}, "step must be above 0"),
        ({"step": 0.1, "steps": 0}, "steps must be at least 1"),
        ({"step": 0.1, "steps": 1, "restarts": 0}, "restarts must be at least 1"),
        ({"step": 0.1, "steps": 1, "seed": -1}, "seed must be at least 0"),
        ({"step": 0.1, "steps": 1, "order": 3}, "order must be 1, 2 or math.inf, got 3"),
    ],
)
def test_an_iteration_needs_steps(options, words):
    with pytest.raises(InvalidInput, match=f"^{words}"):
        pgd(GOOD["model"], GOOD["inputs"], GOOD["labels"], radius=0.1, **options)


@pytest.mark.parametrize("attack", [fgsm, iterated])
def test_inference_mode_does_not_disarm_an_attack(attack):
    model, inputs, labels = problem(3)
    wanted = attack(model, inputs, labels, radius=0.1)
    with torch.inference_mode():
        found = attack(model, inputs + 0, labels, radius=0.1)
    assert torch.equal(found, wanted)
