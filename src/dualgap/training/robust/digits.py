"""A small classifier of scikit-learn's digits, trained plainly or against FGSM."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor

from dualgap.errors import InvalidInput
from dualgap.extras import require
from dualgap.progress import Progress
from dualgap.training.robust.adversarial import RobustTraining, adversarial_training
from dualgap.validation import count

__all__ = ["Digits", "digits", "digits_classifier", "perceptron"]

#: Pixels run from 0 to 16 in the source.
BRIGHTEST = 16.0


class Digits(NamedTuple):
    """Images (n, 64) with pixels in [0, 1] and their classes 0 to 9, split at random.

    Examples
    --------
    >>> float(digits().train_inputs.max())
    1.0
    """

    train_inputs: Tensor
    train_labels: Tensor
    test_inputs: Tensor
    test_labels: Tensor


def digits(*, seed: int = 0, held_out: int = 500) -> Digits:
    """Scikit-learn's 1797 images of 8 x 8 pixels of handwritten digits.

    Parameters
    ----------
    seed : int, at least 0
        Decides the split.
    held_out : int, between 1 and 1796
        Samples of the test part.

    Returns
    -------
    Digits
        float32 pixels, int64 labels.

    Raises
    ------
    MissingExtra
        When scikit-learn is not installed.
    InvalidInput

    Examples
    --------
    >>> digits(held_out=500).train_inputs.shape
    torch.Size([1297, 64])
    """
    generator = torch.Generator().manual_seed(count(seed, "seed", at_least=0))
    table = require("sklearn.datasets", extra="experiments").load_digits()
    images = torch.as_tensor(table.data, dtype=torch.float32) / BRIGHTEST
    labels = torch.as_tensor(table.target, dtype=torch.int64)
    if count(held_out, "held_out") >= len(images):
        raise InvalidInput(f"held_out must be below {len(images)}, got {held_out}", argument="held_out")
    order = torch.randperm(len(images), generator=generator)
    test, train = order[:held_out], order[held_out:]
    return Digits(images[train], labels[train], images[test], labels[test])


def perceptron(widths: tuple[int, ...], *, seed: int) -> torch.nn.Sequential:
    """A multilayer perceptron with ReLU between its layers, its weights decided by the seed alone.

    Parameters
    ----------
    widths : tuple of int
        Inputs, hidden widths, outputs.
    seed : int, at least 0
        torch's global random state is neither read nor moved.

    Returns
    -------
    torch.nn.Sequential
        Weights normal with variance 2 / inputs of the layer, intercepts 0.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> perceptron((2, 5, 3), seed=0)(torch.zeros(1, 2)).tolist()
    [[0.0, 0.0, 0.0]]

    Reference: he2015
    """
    if not isinstance(widths, (tuple, list)) or len(widths) < 2:
        raise InvalidInput(f"widths must hold the inputs' and the outputs' at least, got {widths!r}", argument="widths")
    for width in widths:
        count(width, "widths")
    generator = torch.Generator().manual_seed(count(seed, "seed", at_least=0))
    layers: list[torch.nn.Module] = []
    for inside, outside in pairwise(widths):
        layer = torch.nn.Linear(inside, outside, device="meta").to_empty(device="cpu")
        torch.nn.init.kaiming_normal_(layer.weight, nonlinearity="relu", generator=generator)
        torch.nn.init.zeros_(layer.bias)
        layers += [layer, torch.nn.ReLU()]
    return torch.nn.Sequential(*layers[:-1])


def digits_classifier(
    *,
    radius: float,
    seed: int = 0,
    held_out: int = 500,
    hidden: int = 64,
    epochs: int = 30,
    learning_rate: float = 3e-3,
    batch_size: int = 64,
    progress: Progress | None = None,
) -> RobustTraining:
    """A perceptron with one hidden layer, trained on the digits against FGSM.

    Parameters
    ----------
    radius : float, at least 0, in units of the brightest pixel
        0 is plain training; 2/16 is two of the sixteen grey levels.
    seed : int, at least 0
        Decides the split, the weights and the order of the samples.
    held_out, hidden, epochs, batch_size : int, at least 1
    learning_rate : float, above 0
    progress : Progress, optional

    Returns
    -------
    RobustTraining

    Raises
    ------
    MissingExtra
        When scikit-learn is not installed.
    InvalidInput

    Examples
    --------
    >>> digits_classifier(radius=0.0, epochs=5).clean_accuracy.value > 0.8
    True

    Reference: goodfellow2015
    """
    data = digits(seed=seed, held_out=held_out)
    return adversarial_training(
        perceptron((64, count(hidden, "hidden"), 10), seed=seed),
        data.train_inputs,
        data.train_labels,
        held_out=(data.test_inputs, data.test_labels),
        radius=radius,
        epochs=epochs,
        learning_rate=learning_rate,
        batch_size=batch_size,
        box=(0.0, 1.0),
        seed=seed,
        progress=progress,
    )
