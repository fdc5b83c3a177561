"""Draws for training, for choosing and for proving, that cannot leak into one another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

import numpy as np

from dualgap.errors import InvalidInput
from dualgap.measures import Points
from dualgap.transport.discrete import plain_masses
from dualgap.validation import detached

__all__ = ["Split", "halves_of", "split_draws", "split_of"]

#: Of the draws of each law: to train on, and to choose by; the rest is held out.
SHARES = (0.5, 0.15)
#: A spread beyond this, or below one over it, has squares that float64 does not hold.
FARTHEST = 1e152
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
    if isinstance(p, Points):
        return split_of((p, q))
    rng = np.random.default_rng(seed)
    return split_of(tuple(halves_of(law, name, rng) for law, name in ((p, "p"), (q, "q"))))


def halves_of(
    law: Any, name: str, rng: np.random.Generator, *, shares: tuple[float, float] = SHARES
) -> tuple[np.ndarray, ...]:
    """Draws for training, for choosing and for proving, at random.

    Parameters
    ----------
    law : Samples
    name : str
        Of the argument, for errors.
    rng : numpy Generator
    shares : pair of float
        Of the draws: to train on, and to choose by; the others prove.

    Raises
    ------
    InvalidInput
        For fewer than 20 draws.

    Examples
    --------
    >>> from dualgap.measures import Samples
    >>> [len(part) for part in halves_of(Samples(np.arange(40.0)), "p", np.random.default_rng(0))]
    [20, 6, 14]
    """
    draws = detached(law.points)
    if len(draws) < LEAST_DRAWS:
        raise InvalidInput(
            f"{name} must have at least {LEAST_DRAWS} draws to be split, got {len(draws)}", argument=name
        )
    cuts = [round(shares[0] * len(draws)), round(sum(shares) * len(draws))]
    return tuple(np.split(draws[rng.permutation(len(draws))], cuts))


def split_of(sides: tuple[Any, ...]) -> Split:
    """The parts of both laws side by side, with their centre and spread.

    Parameters
    ----------
    sides : pair of Points, or pair of triples of (n, d) arrays
        For training, for choosing, for proving.

    Raises
    ------
    InvalidInput
        For constant data, and for coordinates whose squares leave float64.

    Examples
    --------
    >>> from dualgap.measures import Points
    >>> split_of((Points([0.0, 2.0]), Points([0.0, 2.0]))).radius
    1.0
    """
    masses: tuple[Any, Any] = (None, None)
    if isinstance(sides[0], Points):
        masses = (plain_masses(sides[0]), plain_masses(sides[1]))
        sides = tuple([detached(one.points)] * 3 for one in sides)
    train, validation, held_out = zip(*sides, strict=True)
    both = np.concatenate(train)
    centre = both.mean(axis=0)
    away = both - centre
    largest = float(np.abs(away).max())
    if largest == 0:
        raise InvalidInput("p and q must not be constant: all training points are the same", argument="p")
    radius = largest * float(np.sqrt(((away / largest) ** 2).sum(axis=1).mean()))
    if not 1 / FARTHEST <= radius <= FARTHEST:
        raise InvalidInput(
            f"p and q must be spread over between {1 / FARTHEST:.0e} and {FARTHEST:.0e}, for the squares of distances to be "
            f"numbers, got {radius:.3g}; divide both by it first",
            argument="p",
        )
    return Split(
        train=train,
        validation=validation,
        held_out=held_out,
        train_masses=masses,
        centre=centre,
        radius=radius,
    )
