"""What adversarial training on the digits gains under a strong attack, and FGSM beside other libraries on the same model.

For five seeds a plain perceptron and one trained against PGD with 3 steps, at radius 2/16 of the pixels' range [0, 1]; then 500
held-out images under PGD with 20 restarts of 20 steps, once for the cross entropy and once for the margin. Beside the shares that
withstand stand those that are proved to withstand every attack, and the time of everything. Of the libraries, those that are
installed are compared.
"""

from __future__ import annotations

import importlib
import importlib.util
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from dualgap.training.robust import classifier, digits, fgsm, pgd, pgd_of_radius, robust_accuracy
from dualgap.training.robust.balls import distances

RADIUS, SEEDS = 2 / 16, 5
BOX = (0.0, 1.0)
RESTARTS, STEPS = 20, 20


def rows() -> Iterator[dict[str, Any]]:
    """A row a seed, their summary, the attacks' distances, and a row a library."""
    start, gains = time.perf_counter(), []
    for seed in range(SEEDS):
        row = _trained(seed)
        gains.append(row["gain_in_points"])
        print(row)
        yield row
    summary = {
        "name": "digits at radius 2/16: all seeds",
        "least_gain_in_points": min(gains),
        "mean_gain_in_points": sum(gains) / SEEDS,
        "seconds": time.perf_counter() - start,
    }
    print(summary)
    yield summary
    yield _outside()
    yield from _libraries()


def _trained(seed: int) -> dict[str, Any]:
    data, found = digits(seed=seed), {}
    for name, options in {
        "plain": {"radius": 0.0},
        "robust": {"radius": RADIUS, "attack": pgd_of_radius(RADIUS, steps=3)},
    }.items():
        start = time.perf_counter()
        trained = classifier(data, box=BOX, seed=seed, **options).require()
        between = time.perf_counter()
        share = robust_accuracy(
            trained.model,
            data.test_inputs,
            data.test_labels,
            radius=RADIUS,
            confidence=0.95,
            box=BOX,
            restarts=RESTARTS,
            steps=STEPS,
            seed=seed,
        )
        certificate: Any = share.certificate
        proved, withstood, n = certificate.counts()
        found[name] = {
            "clean": float(trained.clean_accuracy),
            "pgd": withstood / n,
            "certified": proved / n,
            "law_95": [float(share.lower), float(share.upper)],
            "training_seconds": between - start,
            "evaluation_seconds": time.perf_counter() - between,
        }
    gain = 100 * (found["robust"]["pgd"] - found["plain"]["pgd"])
    return {"name": "digits at radius 2/16", "seed": seed, "gain_in_points": gain, **found}


def _outside() -> dict[str, Any]:
    """How far the outputs of every attack lie outside of ball and box, at most, in float32."""
    data = digits(seed=0)
    model = classifier(data, radius=0.0, box=BOX, epochs=5).model
    furthest: dict[str, float] = {}
    for order in (1.0, 2.0, float("inf")):
        options: dict[str, Any] = {"radius": RADIUS, "order": order, "box": BOX}
        step = {"step": RADIUS / 4, "steps": 10, "restarts": 2}
        for name, moved in (
            ("fgsm", fgsm(model, data.test_inputs, data.test_labels, **options)),
            ("pgd", pgd(model, data.test_inputs, data.test_labels, **options, **step)),
        ):
            ball = float(distances(moved, data.test_inputs, order=order).max()) - RADIUS
            furthest[f"{name}, order {order:g}"] = max(ball, -float(moved.min()), float(moved.max()) - 1, 0.0)
    row = {"name": "outside of ball and box, at most", **furthest}
    print(row)
    return row


def _libraries() -> Iterator[dict[str, Any]]:
    data = digits(seed=0)
    model = classifier(data, radius=0.0, box=BOX, epochs=5).model.eval()
    ours = fgsm(model, data.test_inputs, data.test_labels, radius=RADIUS, box=BOX)
    attacks: dict[str, Callable[[torch.nn.Module, Tensor, Tensor], Tensor]] = {
        "foolbox": _foolbox,
        "torchattacks": _torchattacks,
        "art": _toolbox,
    }
    for name, attack in attacks.items():
        if importlib.util.find_spec(name) is None:
            print(f"{name} is not installed and is left out")
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # their own
            theirs = attack(model, data.test_inputs, data.test_labels).detach().cpu()
        version = getattr(importlib.import_module(name), "__version__", None)
        row = {
            "name": "FGSM on the same model",
            "library": name,
            "version": version,
            "largest_difference": float((ours - theirs).abs().max()),
        }
        print(row)
        yield row


def _foolbox(model: torch.nn.Module, inputs: Tensor, labels: Tensor) -> Tensor:
    foolbox = importlib.import_module("foolbox")
    attack = foolbox.attacks.LinfFastGradientAttack()
    return attack(foolbox.PyTorchModel(model, bounds=BOX), inputs, labels, epsilons=RADIUS)[1]


def _torchattacks(model: torch.nn.Module, inputs: Tensor, labels: Tensor) -> Tensor:
    return importlib.import_module("torchattacks").FGSM(model, eps=RADIUS)(inputs, labels)


def _toolbox(model: torch.nn.Module, inputs: Tensor, labels: Tensor) -> Tensor:
    classification = importlib.import_module("art.estimators.classification")
    estimator = classification.PyTorchClassifier(
        model, torch.nn.CrossEntropyLoss(), input_shape=inputs.shape[1:], nb_classes=10, clip_values=BOX
    )
    attack = importlib.import_module("art.attacks.evasion").FastGradientMethod(estimator, eps=RADIUS)
    return torch.as_tensor(attack.generate(inputs.numpy(), y=labels.numpy()))
