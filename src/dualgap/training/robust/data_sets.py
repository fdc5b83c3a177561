"""Small data sets for classifiers: handwritten digits, a table of tumours, two moons."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

from dualgap.errors import InvalidInput
from dualgap.extras import require
from dualgap.validation import count, real

__all__ = ["Split", "breast_cancer", "digits", "two_moons"]

#: Pixels run from 0 to 16 in the source.
BRIGHTEST = 16.0


class Split(NamedTuple):
    """Inputs (n, d) and their classes 0, 1, ... (n,), in a part to train on and a part that is held out.

    Examples
    --------
    >>> float(digits().train_inputs.max())
    1.0
    """

    train_inputs: Tensor
    train_labels: Tensor
    test_inputs: Tensor
    test_labels: Tensor


def digits(*, seed: int = 0, held_out: int = 500) -> Split:
    """Scikit-learn's 1797 images of 8 x 8 pixels of handwritten digits, with pixels in [0, 1].

    Parameters
    ----------
    seed : int, at least 0
        Decides the split.
    held_out : int, between 1 and 1796
        Samples of the test part.

    Returns
    -------
    Split
        float32 pixels (n, 64), int64 labels 0 to 9.

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
    count(seed, "seed", at_least=0)
    table = require("sklearn.datasets", extra="experiments").load_digits()
    images = torch.as_tensor(table.data, dtype=torch.float32) / BRIGHTEST
    return _split(images, torch.as_tensor(table.target, dtype=torch.int64), seed, held_out)


def breast_cancer(*, seed: int = 0, held_out: int = 169) -> Split:
    """Scikit-learn's table of 569 tumours: 30 measurements of cell nuclei, and whether it is benign (1) or malignant (0).

    Parameters
    ----------
    seed : int, at least 0
        Decides the split.
    held_out : int, between 1 and 567
        Samples of the test part.

    Returns
    -------
    Split
        float32 inputs (n, 30) in standard deviations from the mean, both of the training part; int64 labels.

    Raises
    ------
    MissingExtra
        When scikit-learn is not installed.
    InvalidInput

    Examples
    --------
    >>> data = breast_cancer()
    >>> data.train_inputs.shape, bool(data.train_inputs.mean(0).abs().max() < 1e-5)
    (torch.Size([400, 30]), True)
    """
    count(seed, "seed", at_least=0)
    table = require("sklearn.datasets", extra="experiments").load_breast_cancer()
    values = torch.as_tensor(table.data, dtype=torch.float64)
    split = _split(values, torch.as_tensor(table.target, dtype=torch.int64), seed, held_out, least=2)
    mean, deviation = split.train_inputs.mean(0), split.train_inputs.std(0, correction=0)
    scaled = [((part - mean) / deviation).float() for part in (split.train_inputs, split.test_inputs)]
    return Split(scaled[0], split.train_labels, scaled[1], split.test_labels)


def two_moons(*, seed: int = 0, samples: int = 400, held_out: int = 200, noise: float = 0.1) -> Split:
    """Two half circles that hook into each other, with normal noise.

    .. math:: (\\cos t, \\sin t) \\text{ of class 0}, \\qquad (1 - \\cos t, \\tfrac12 - \\sin t) \\text{ of class 1},
              \\qquad t \\sim U(0, \\pi)

    Parameters
    ----------
    seed : int, at least 0
        Decides the draws.
    samples, held_out : int, at least 1
        Independent draws of the training and of the test part.
    noise : float, at least 0
        The standard deviation in each coordinate.

    Returns
    -------
    Split
        float32 points (n, 2), int64 labels.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> two_moons(samples=5).train_inputs.shape
    torch.Size([5, 2])
    """
    generator = torch.Generator().manual_seed(count(seed, "seed", at_least=0))
    spread = real(noise, "noise", at_least=0)
    n, total = count(samples, "samples"), samples + count(held_out, "held_out")
    angles = math.pi * torch.rand(total, generator=generator, dtype=torch.float64)
    labels = torch.randint(2, (total,), generator=generator)
    across, up = angles.cos(), angles.sin()
    second = labels == 1
    points = torch.stack([torch.where(second, 1 - across, across), torch.where(second, 0.5 - up, up)], -1)
    points = (points + spread * torch.randn(total, 2, generator=generator, dtype=torch.float64)).float()
    return Split(points[:n], labels[:n], points[n:], labels[n:])


def _split(inputs: Tensor, labels: Tensor, seed: int, held_out: int, *, least: int = 1) -> Split:
    """A random part of the samples held out; at least so many are left to train on."""
    if count(held_out, "held_out") > len(inputs) - least:
        raise InvalidInput(f"held_out must be below {len(inputs) - least + 1}, got {held_out}", argument="held_out")
    order = torch.randperm(len(inputs), generator=torch.Generator().manual_seed(seed))
    test, train = order[:held_out], order[held_out:]
    return Split(inputs[train], labels[train], inputs[test], labels[test])
