"""A game at second order at a pair of strategies, in the directions that its sets leave open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
import torch

from dualgap.games.derivatives import field_and_jacobian
from dualgap.games.game import Game
from dualgap.games.sets import Ball, Box, FreeSpace, Simplex, StrategySet

__all__ = ["Face", "LocalForm", "curvatures", "local_form", "open_directions"]

#: A strategy this near to an end of its set, and a gradient this small, relatively, count as at it, and as none.
AT_THE_END = 1e-7


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Face:
    """The directions in which a player can move and come back, from a point of its set.

    Parameters
    ----------
    basis : (n, k) array
        Orthonormal.
    bend : float
        What a curved boundary adds to the second derivative of the loss: the gradient over the radius.
    certain : bool
        Whether all other directions cost the player something at first order; otherwise second derivatives on the face
        do not decide.
    """

    basis: np.ndarray
    bend: float = 0.0
    certain: bool = True


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class LocalForm:
    """The Jacobian of the field, restricted to the directions that are open to both players.

    Parameters
    ----------
    jacobian : (k, k) array
        In orthonormal coordinates of both faces, x first.
    size_x : int
        How many of them are x's.
    faces : pair of Face
    """

    jacobian: np.ndarray
    size_x: int
    faces: tuple[Face, Face]

    @property
    def own_x(self) -> np.ndarray:
        """The second derivative of x's loss in x."""
        return _symmetric(self.jacobian[: self.size_x, : self.size_x])

    @property
    def own_y(self) -> np.ndarray:
        """The second derivative of y's loss in y."""
        return _symmetric(self.jacobian[self.size_x :, self.size_x :])

    @property
    def schur(self) -> np.ndarray:
        """The second derivative in x of a zero-sum payoff at y's best reply.

        .. math:: f_{xx} - f_{xy} f_{yy}^{-1} f_{yx}
        """
        k = self.size_x
        return _symmetric(
            self.jacobian[:k, :k]
            - self.jacobian[:k, k:] @ np.linalg.solve(self.jacobian[k:, k:], self.jacobian[k:, :k])
        )

    @property
    def certain(self) -> bool:
        """Whether second derivatives on the faces decide."""
        return all(face.certain for face in self.faces)


def local_form(game: Game, x: np.ndarray, y: np.ndarray) -> LocalForm:
    """The Jacobian of the field at a critical pair, in the directions that the sets leave open."""
    field, jacobian = (
        one.detach().numpy() for one in field_and_jacobian(game, torch.as_tensor(x), torch.as_tensor(y), None)
    )
    slopes = field[: len(x)], field[len(x) :]
    faces = [open_directions(one, z, slope) for one, z, slope in zip(game.sets, (x, y), slopes, strict=True)]
    n, m = (face.basis.shape[1] for face in faces)
    basis = np.zeros((len(x) + len(y), n + m))
    basis[: len(x), :n], basis[len(x) :, n:] = faces[0].basis, faces[1].basis
    bends = np.r_[np.full(n, faces[0].bend), np.full(m, faces[1].bend)]
    return LocalForm(jacobian=basis.T @ jacobian @ basis + np.diag(bends), size_x=n, faces=(faces[0], faces[1]))


def curvatures(game: Game, x: np.ndarray, y: np.ndarray) -> tuple[float, float, float]:
    """The least second derivative of each player's loss in its own strategy, and the norm of the Jacobian.

    On a simplex, along it; elsewhere in all directions.
    """
    jacobian = field_and_jacobian(game, torch.as_tensor(x), torch.as_tensor(y), None)[1].detach().numpy()
    least = []
    for one, own in zip(game.sets, (slice(0, len(x)), slice(len(x), None)), strict=True):
        block = _symmetric(jacobian[own, own])
        basis = np.eye(len(block)) if one.solid else _balanced(np.ones(len(block), dtype=bool))
        along = basis.T @ block @ basis
        least.append(float(np.linalg.eigvalsh(along)[0]) if len(along) else 0.0)
    return least[0], least[1], float(np.linalg.norm(jacobian, 2))


def open_directions(one: StrategySet, point: np.ndarray, slope: np.ndarray) -> Face:
    """The face of a set that a player who descends a slope is held on, at a critical point."""
    n, size = len(point), AT_THE_END * (1 + float(np.abs(slope).max(initial=0.0)))
    if isinstance(one, FreeSpace):
        return Face(basis=np.eye(n))
    if isinstance(one, Box):
        width = AT_THE_END * (one.high - one.low)
        low, high = point <= one.low + width, point >= one.high - width
        held = (low & (slope > size)) | (high & (slope < -size))
        return Face(basis=np.eye(n)[:, ~held], certain=bool(((low | high) == held).all()))
    if isinstance(one, Simplex):
        empty = point <= AT_THE_END
        level = float(slope[~empty].min()) if (~empty).any() else float(slope.min())
        held = empty & (slope - level > size)
        return Face(basis=_balanced(~held), certain=bool((empty == held).all()))
    if isinstance(one, Ball):
        inside, push = np.linalg.norm(point) < one.radius * (1 - AT_THE_END), float(np.linalg.norm(slope))
        if inside or push <= size:
            return Face(basis=np.eye(n), certain=bool(inside))
        return Face(basis=np.linalg.svd(point[None, :])[2][1:].T, bend=push / one.radius)
    return Face(basis=np.eye(n), certain=False)


def _balanced(open_entries: np.ndarray) -> np.ndarray:
    """An orthonormal basis of the vectors that sum to zero and are zero outside of some entries."""
    count = int(open_entries.sum())
    basis = np.zeros((len(open_entries), max(count - 1, 0)))
    if count > 1:
        basis[open_entries] = np.linalg.svd(np.ones((1, count)))[2][1:].T
    return basis


def _symmetric(matrix: np.ndarray) -> np.ndarray:
    return (matrix + matrix.T) / 2
