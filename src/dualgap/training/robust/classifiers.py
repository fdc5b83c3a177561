"""Small classifiers of the data sets, trained plainly or against an attack."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import Any

import torch

from dualgap.errors import InvalidInput
from dualgap.progress import Progress
from dualgap.training.robust.adversarial import RobustTraining, adversarial_training
from dualgap.training.robust.attacks import Attack, fgsm, pgd
from dualgap.training.robust.balls import Box
from dualgap.training.robust.data_sets import Split, digits
from dualgap.validation import count, real

__all__ = ["classifier", "digits_classifier", "pgd_of_radius", "perceptron"]


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


def classifier(
    data: Split,
    *,
    radius: float,
    box: Box,
    seed: int = 0,
    hidden: int = 64,
    epochs: int = 30,
    learning_rate: float = 3e-3,
    batch_size: int = 64,
    attack: Attack = fgsm,
    **options: Any,
) -> RobustTraining:
    """A perceptron with one hidden layer, trained on a data set against an attack.

    Parameters
    ----------
    data : Split
    radius : float, at least 0, in the unit of the inputs
        0 is plain training.
    box : (lowest, highest) or None
        The valid values of the inputs.
    seed : int, at least 0
        Decides the weights and the order of the samples.
    hidden, epochs, batch_size : int, at least 1
    learning_rate : float, above 0
    attack : callable
        As for :func:`adversarial_training`, to which further ``options`` go.

    Returns
    -------
    RobustTraining

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> from dualgap.training.robust import two_moons
    >>> classifier(two_moons(), radius=0.1, box=None, epochs=2).radius
    0.1

    Reference: goodfellow2015
    """
    if not isinstance(data, Split):
        raise InvalidInput(f"data must be a Split such as digits(), got {type(data).__name__}", argument="data")
    classes = int(data.train_labels.max()) + 1
    return adversarial_training(
        perceptron((data.train_inputs.shape[1], count(hidden, "hidden"), classes), seed=seed),
        data.train_inputs,
        data.train_labels,
        held_out=(data.test_inputs, data.test_labels),
        radius=radius,
        epochs=epochs,
        learning_rate=learning_rate,
        batch_size=batch_size,
        attack=attack,
        box=box,
        seed=seed,
        **options,
    )


def pgd_of_radius(radius: float, *, steps: int = 7) -> Attack:
    """:func:`pgd` with steps that add up to 2.5 radii: it can reach the sphere from everywhere in the ball.

    Examples
    --------
    >>> model = lambda x: torch.cat([-x, x], dim=1)
    >>> pgd_of_radius(0.25)(model, torch.tensor([[0.5]]), torch.tensor([0]), radius=0.25)
    tensor([[0.7500]])

    Reference: madry2018
    """
    length = real(radius, "radius", at_least=0)
    return partial(pgd, step=2.5 * length / count(steps, "steps") or 1.0, steps=steps)


def digits_classifier(
    *,
    radius: float,
    seed: int = 0,
    held_out: int = 500,
    hidden: int = 64,
    epochs: int = 30,
    learning_rate: float = 3e-3,
    batch_size: int = 64,
    attack: Attack = fgsm,
    progress: Progress | None = None,
) -> RobustTraining:
    """A perceptron with one hidden layer, trained on the digits against an attack.

    Parameters
    ----------
    radius : float, at least 0, in units of the brightest pixel
        0 is plain training; 2/16 is two of the sixteen grey levels.
    seed : int, at least 0
        Decides the split, the weights and the order of the samples.
    held_out, hidden, epochs, batch_size : int, at least 1
    learning_rate : float, above 0
    attack : callable
        As for :func:`adversarial_training`.
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
    return classifier(
        digits(seed=seed, held_out=held_out),
        radius=radius,
        box=(0.0, 1.0),
        seed=seed,
        hidden=hidden,
        epochs=epochs,
        learning_rate=learning_rate,
        batch_size=batch_size,
        attack=attack,
        progress=progress,
    )
