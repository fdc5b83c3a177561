"""Draws for training, for choosing and for proving, that cannot leak into one another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

import numpy as np

from dualgap.errors import InvalidInput
from dualgap.measures import Points
from dualgap.transport.discrete import plain_masses
from dualgap.validation import detached

__all__ = ["Split", "split_draws"]

#: Of the draws of each law: to train on, and to choose by; the rest is held out.
SHARES = (0.5, 0.15)
#: With fewer draws a part has too few to mean anything.
LEAST_DRAWS = 20


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Split:
    """Parts of two samples, each a pair of (n, d) and (m, d) arrays.

    Parameters
    ----------
    train, validation, held_out : pairs of arrays
        Disjoint for Samples; for Points, all of the points each time.
    train_masses : pair of (n,) arrays or None
        The weights of Points.
    centre : (d,) array
    radius : float
        Root mean square distance of the training points from the centre.
    """

    train: tuple[np.ndarray, np.ndarray]
    validation: tuple[np.ndarray, np.ndarray]
    held_out: tuple[np.ndarray, np.ndarray]
    train_masses: tuple[Any, Any]
    centre: np.ndarray
    radius: float


def split_draws(p: Any, q: Any, seed: int) -> Split:
    """Split Samples at random into half, 15% and the rest; Points are used whole.

    Raises
    ------
    InvalidInput
        For fewer than 20 draws, and for constant data.

    Examples
    --------
    >>> from dualgap.measures import Samples
    >>> split = split_draws(Samples(np.arange(100.0)), Samples(np.arange(40.0)), 0)
    >>> [len(part[0]) for part in (split.train, split.validation, split.held_out)]
    [50, 15, 35]
    """
    points = detached(p.points), detached(q.points)
    masses: tuple[Any, Any] = (None, None)
    if isinstance(p, Points):
        train = validation = held_out = points
        masses = (plain_masses(p), plain_masses(q))
    else:
        for name, draws in zip(("p", "q"), points, strict=True):
            if len(draws) < LEAST_DRAWS:
                raise InvalidInput(
                    f"{name} must have at least {LEAST_DRAWS} draws to be split, got {len(draws)}",
                    argument=name,
                )
        rng = np.random.default_rng(seed)
        shuffled = [draws[rng.permutation(len(draws))] for draws in points]
        pieces = [
            np.split(draws, [round(SHARES[0] * len(draws)), round(sum(SHARES) * len(draws))]) for draws in shuffled
        ]
        train, validation, held_out = zip(*pieces, strict=True)
    both = np.concatenate(train)
    centre = both.mean(axis=0)
    radius = float(np.sqrt(((both - centre) ** 2).sum(axis=1).mean()))
    if radius == 0:
        raise InvalidInput("p and q must not be constant: all training points are the same", argument="p")
    return Split(
        train=train,
        validation=validation,
        held_out=held_out,
        train_masses=masses,
        centre=centre,
        radius=radius,
    )
