"""How far a pair of strategies is from a critical point: what can be said of any game, convex-concave or not."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from dualgap.errors import InvalidInput
from dualgap.games.game import Game
from dualgap.games.linearise import require_deterministic
from dualgap.games.simulate import require_game
from dualgap.validation import as_array, is_torch, real

__all__ = ["frank_wolfe_gap", "natural_residual", "residual_vector"]


def natural_residual(game: Game, x: Any, y: Any, *, step: float = 1.0) -> Any:
    """The distance that a projected step on the field moves a pair, in units of the step.

    .. math:: r(z) = \\frac{1}{s} \\| z - \\Pi_Z (z - s F(z)) \\|

    It is zero exactly at critical points: where no player gains at first order by moving within its set. On free sets it
    is the norm of the field. It needs no convexity, and says nothing about what kind of critical point is near:
    :func:`classify` does.

    Parameters
    ----------
    game : Game
        Deterministic.
    x, y : (..., n) and (..., m) arrays
    step : float
        s, positive.

    Returns
    -------
    float, or (...) array
        Exact up to rounding.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> natural_residual(dg.games.bilinear([[1.0]]), [3.0], [4.0])
    5.0
    >>> natural_residual(dg.games.matrix_game([[1.0, -1.0], [-1.0, 1.0]]), [0.5, 0.5], [0.5, 0.5])
    0.0

    Reference: facchinei2003
    """
    length = real(step, "step", above=0)
    first, second = _pair(game, x, y)
    with torch.no_grad():
        found = residual_vector(game, first, second, step=length).norm(dim=-1) / length
    return _like(found, x)


def frank_wolfe_gap(game: Game, x: Any, y: Any) -> Any:
    """What both players gain together at first order by the best moves in their sets.

    .. math:: \\max_{z' \\in Z} \\langle F(z), z - z' \\rangle

    On a bilinear game it is the duality gap; on a convex-concave one it bounds it from above. On other games it is zero
    exactly at critical points.

    Parameters
    ----------
    game : Game
        Deterministic, on bounded sets.
    x, y : (..., n) and (..., m) arrays

    Returns
    -------
    float, or (...) array
        Exact up to rounding.

    Raises
    ------
    InvalidInput
        On unbounded sets too.

    Examples
    --------
    >>> import dualgap as dg
    >>> frank_wolfe_gap(dg.games.matrix_game([[1.0, -1.0], [-1.0, 1.0]]), [0.75, 0.25], [0.5, 0.5])
    0.5

    Reference: gidel2017
    """
    first, second = _pair(game, x, y)
    with torch.no_grad():
        found = torch.zeros((), dtype=torch.float64)
        for one, point, gradient in zip(game.sets, (first, second), game.field(first, second), strict=True):
            found = found + (gradient * (point - one.lowest(gradient))).sum(-1)
    return _like(found, x)


def residual_vector(game: Game, x: Tensor, y: Tensor, *, step: float = 1.0) -> Tensor:
    """The move of a projected step on the field, (..., n + m)."""
    along_x, along_y = game.field(x, y)
    return torch.cat([x - game.project_x(x - step * along_x), y - game.project_y(y - step * along_y)], -1)


def _pair(game: Any, x: Any, y: Any) -> tuple[Tensor, Tensor]:
    require_game(game)
    require_deterministic(game)
    points = []
    for value, size, name in zip((x, y), game.sizes, "xy", strict=True):
        point = torch.as_tensor(as_array(value, name)).to(torch.float64)
        point = point.reshape(1) if point.ndim == 0 else point
        if point.shape[-1] != size:
            raise InvalidInput(
                f"{name} must have {size} numbers along its last axis, got shape {tuple(point.shape)}", argument=name
            )
        points.append(point.detach())
    return points[0], points[1]


def _like(found: Tensor, given: Any) -> Any:
    if found.ndim == 0:
        return float(found)
    return found if is_torch(given) else found.numpy()
