"""The plane that a path of many numbers is drawn on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from dualgap.games import Game, Simplex

__all__ = ["Plane", "plane_of"]


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Plane:
    """Two coordinates of the joint strategies z = (x, y), and the points of a plane that have them.

    .. math:: c(z) = C (z - o), \\qquad z(c) = o + E c, \\qquad C E = I

    Parameters
    ----------
    origin : (n + m,) array
        o.
    reading, placing : (2, n + m) and (n + m, 2) arrays
        C and E.
    labels : pair of str
        Of the axes.
    """

    origin: np.ndarray
    reading: np.ndarray
    placing: np.ndarray
    labels: tuple[str, str]

    def coordinates(self, points: np.ndarray) -> np.ndarray:
        """c, (..., 2), of points (..., n + m)."""
        return (points - self.origin) @ self.reading.T

    def points(self, coordinates: np.ndarray) -> np.ndarray:
        """z, (..., n + m), of coordinates (..., 2)."""
        return self.origin + coordinates @ self.placing.T


def plane_of(game: Game, paths: np.ndarray) -> Plane:
    """The two strategies themselves where each player has one number to choose; elsewhere the plane of the largest moves.

    Parameters
    ----------
    game : Game
    paths : (points, n + m) array
        All that will be drawn.

    Returns
    -------
    Plane
        Through the equilibrium, where one is known, and the mean of the paths otherwise. For players of more numbers its
        directions are the two leading principal ones of the paths.

    Examples
    --------
    >>> import dualgap as dg
    >>> plane_of(dg.games.matching_pennies(), np.array([[0.7, 0.3, 0.5, 0.5]])).labels
    ('x, first move', 'y, first move')
    """
    if game.sizes == (1, 1):
        return Plane(origin=np.zeros(2), reading=np.eye(2), placing=np.eye(2), labels=("x", "y"))
    if game.sizes == (2, 2) and all(isinstance(one, Simplex) for one in game.sets):
        return Plane(
            origin=np.array([0.0, 1.0, 0.0, 1.0]),
            reading=np.array([[1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]]),
            placing=np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]]),
            labels=("x, first move", "y, first move"),
        )
    known = game.equilibrium
    origin = paths.mean(0) if known is None else np.concatenate([part.numpy() for part in known])
    _, sizes, directions = np.linalg.svd(paths - origin, full_matrices=True)
    shares = np.zeros(len(directions))
    shares[: len(sizes)] = sizes**2 / max(float((sizes**2).sum()), np.finfo(float).tiny)
    first, second = (f"direction {k + 1}, {shares[k]:.0%} of the path" for k in (0, 1))
    return Plane(origin=origin, reading=directions[:2], placing=directions[:2].T, labels=(first, second))
