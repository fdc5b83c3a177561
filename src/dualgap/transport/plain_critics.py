"""Critics that need no training: each is right about laws that differ in one way."""

from __future__ import annotations

import numpy as np

from dualgap.transport.duality import tight_potentials
from dualgap.transport.exact import solve
from dualgap.transport.extension import Extension, LipschitzCritic
from dualgap.transport.ground import point_cost
from dualgap.transport.profile import best_profile
from dualgap.transport.splits import Split

__all__ = ["critics_of", "plan_extension"]

#: Room for the rounding of a norm.
ROOM = 1 - 1e-12


def critics_of(split: Split, ground: str, most: int) -> list[LipschitzCritic]:
    """Critics made from the training draws.

    The extension of an optimal plan between draws, for any difference in few dimensions; the best function of the coordinate
    along the difference of the means, for a shift; of the distance to the mean, for a scale, a sphere and every law that is
    one in the radius; of the distance to the flat in which the covariances agree, for a scale in some directions.

    Parameters
    ----------
    split : Split
    ground : "euclidean" or "cityblock"
    most : int
        Draws of each sample between which the plan is computed.

    Examples
    --------
    >>> from dualgap.measures import Samples
    >>> from dualgap.transport.splits import split_draws
    >>> split = split_draws(Samples(np.arange(100.0)), Samples(5 + np.arange(100.0)), 0)
    >>> len(critics_of(split, "cityblock", 50))
    2
    """
    x, y = split.train
    critics: list[LipschitzCritic] = [plan_extension(x[:most], y[:most], ground)]
    critics.append(best_profile(x, y, ground, centre=split.centre))
    if ground == "cityblock":
        return critics
    shift = x.mean(axis=0) - y.mean(axis=0)
    largest = float(np.abs(shift).max())
    if largest > 0:
        unit = shift / largest
        critics.append(best_profile(x, y, ground, axes=unit[None] / np.linalg.norm(unit) * ROOM))
    if x.shape[1] > 1:
        critics += [best_profile(x, y, ground, axes=axes, centre=split.centre) for axes in _scaled_axes(x, y)]
    return critics


def plan_extension(x: np.ndarray, y: np.ndarray, ground: str) -> Extension:
    """The McShane extension of the potential of an optimal plan between two samples.

    Examples
    --------
    >>> critic = plan_extension(np.array([[3.0], [4.0]]), np.array([[0.0], [1.0]]), "euclidean")
    >>> float(critic(np.array([[3.0], [4.0]])).mean() - critic(np.array([[0.0], [1.0]])).mean())
    3.0
    """
    costs = point_cost(x, y, order=1.0, ground=ground)
    plan = solve(costs, np.full(len(x), 1 / len(x)), np.full(len(y), 1 / len(y)))
    # The unit of the costs is not that of the points where coordinates are huge.
    potential = tight_potentials(costs, plan.potentials[0])[1] * costs.unit
    return Extension(y, potential, ground)


def _scaled_axes(x: np.ndarray, y: np.ndarray) -> list[np.ndarray]:
    """Orthonormal directions in which the covariances differ: those before the widest gap of the eigenvalues, at either end."""
    size = float(np.abs(x).max() + np.abs(y).max()) or 1.0
    values, vectors = np.linalg.eigh(np.cov(x.T / size) - np.cov(y.T / size))
    found = []
    for order in (np.argsort(values), np.argsort(-values)):
        gaps = np.abs(np.diff(values[order]))
        count = int(gaps[: max(1, len(gaps))].argmax()) + 1
        found.append(vectors[:, order[:count]].T * ROOM)
    return found
