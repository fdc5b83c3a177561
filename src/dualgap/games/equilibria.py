"""A game's equilibria, by Newton's method from many starts; a matrix game's by linear programming."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

import numpy as np
import torch
from torch import Tensor

from dualgap.errors import InvalidInput
from dualgap.games.catalogue.matrix_game import MatrixGame
from dualgap.games.classify import Classification, classify
from dualgap.games.constants import Constants
from dualgap.games.derivatives import field_and_jacobian, value_and_jacobian
from dualgap.games.game import Game
from dualgap.games.linearise import known_equilibrium, require_deterministic
from dualgap.games.newton import newton
from dualgap.games.residual import residual_vector
from dualgap.games.simulate import require_game
from dualgap.validation import as_array, count, real

__all__ = ["Equilibrium", "equilibria", "local_constants"]

#: Newton's method needs a handful of steps near a zero; the others are for the way there.
NEWTON_STEPS = 100
#: Two zeros nearer to each other than this, relatively, are one.
SAME = 1e-6
#: A residual that is small where Newton's step is longer than this, relatively, fades out towards infinity: e^x at x = -20.
SETTLED = 1e-3
#: Singular values below this share of the largest are 0: along a continuum of zeros there is no step.
RANK_TOLERANCE = 1e-13


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Equilibrium:
    """A critical point that was found.

    Parameters
    ----------
    x, y : (n,) and (m,) arrays
    residual : float
        The natural residual there.
    classification : Classification
        What kind of critical point it is.
    """

    x: np.ndarray
    y: np.ndarray
    residual: float
    classification: Classification

    def __repr__(self) -> str:
        return f"Equilibrium(x {_short(self.x)}, y {_short(self.y)}, residual {self.residual:.1e}: {self.classification!r})"


def equilibria(
    game: Game,
    *,
    starts: Any = 64,
    seed: int | np.random.Generator = 0,
    scale: float = 1.0,
    tolerance: float = 1e-9,
) -> tuple[Equilibrium, ...]:
    """The critical points of a game that Newton's method finds from many starts.

    Zeros of the natural residual :math:`z - \\Pi_Z(z - F(z))`: where no player gains at first order by moving within its
    set. For a matrix game, the Nash equilibrium that linear programming gives.

    Parameters
    ----------
    game : Game
        Deterministic.
    starts : int, or pair of (k, n) and (k, m) arrays
        How many starts are drawn, from normal distributions of standard deviation ``scale`` brought into the sets; or the
        starts themselves. The game's own equilibrium is one more, where it knows it.
    seed : int or numpy Generator
    scale : float
    tolerance : float
        The largest residual, relative to 1 + the norm of the point.

    Returns
    -------
    tuple of Equilibrium
        Distinct ones, nearest to the origin first, each with its residual and what kind it is; the same for the same
        seed. That there are no others is not said. Where equilibria are not isolated
        (``classification.isolated`` is None) they are a sample of a continuum.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> game = dg.games.Payoff(lambda x, y: (x**4 / 4 - x**2 / 2 + x * y - y**2).sum(-1), sizes=(1, 1))
    >>> [round(found.x.item(), 6) for found in equilibria(game)]
    [0.0, -0.707107, 0.707107]
    """
    require_game(game)
    require_deterministic(game)
    limit = real(tolerance, "tolerance", above=0)
    if isinstance(game, MatrixGame):
        x, y = (one[None] for one in game.equilibrium)
    else:
        x, y = _starts(game, starts, seed, real(scale, "scale", above=0))
    x, y, residuals = newton(game, x, y, steps=NEWTON_STEPS if not isinstance(game, MatrixGame) else 1)
    points = torch.cat([x, y], -1).numpy()
    sizes = 1 + np.linalg.norm(points, axis=1)
    near = np.isfinite(sizes) & (residuals.numpy() <= limit * sizes)
    near[near] = _newton_moves(game, x[near], y[near]) <= SETTLED * sizes[near]
    distinct = _distinct(points[near], residuals.numpy()[near])
    n = game.sizes[0]
    return tuple(
        Equilibrium(
            x=point[:n],
            y=point[n:],
            residual=float(residual),
            classification=classify(game, point[:n], point[n:], tolerance=max(limit, 1e-6)),
        )
        for point, residual in distinct
    )


def local_constants(game: Game, *, at: tuple[Any, Any] | None = None) -> Constants:
    """How fast the field changes at a point, and how much of that is contraction.

    .. math:: L = \\|J\\|_2, \\qquad \\mu = \\lambda_{\\min}\\bigl( \\tfrac12 (J + J^\\top) \\bigr), \\qquad J = DF

    Parameters
    ----------
    game : Game
        Deterministic.
    at : pair of (n,) and (m,) arrays, optional
        The game's own equilibrium when omitted.

    Returns
    -------
    Constants
        Of the whole game where its field is affine; elsewhere of an infinitesimal neighbourhood, a lower bound of L and an
        upper bound of mu.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> local_constants(dg.games.forsaken(), at=([0.0], [0.0]))
    Constants(lipschitz=1.118033988749895, monotonicity=0.5)
    """
    require_game(game)
    require_deterministic(game)
    return Constants.of_linear_field(field_and_jacobian(game, *known_equilibrium(game, at), None)[1])


def _starts(game: Game, starts: Any, seed: Any, scale: float) -> tuple[Tensor, Tensor]:
    if isinstance(starts, tuple | list):
        if len(starts) != 2:
            raise InvalidInput(f"starts must be a number or a pair (x, y), got {starts!r}", argument="starts")
        points = []
        for value, size in zip(starts, game.sizes, strict=True):
            point = torch.as_tensor(as_array(value, "starts")).to(torch.float64)
            if point.ndim != 2 or point.shape[1] != size:
                raise InvalidInput(
                    f"starts must have shapes (k, {game.sizes[0]}) and (k, {game.sizes[1]}), got {tuple(point.shape)}",
                    argument="starts",
                )
            points.append(point.detach())
        if len(points[0]) != len(points[1]):
            raise InvalidInput(
                f"starts must be as many of x as of y, got {len(points[0])} and {len(points[1])}", argument="starts"
            )
        x, y = points
    else:
        rng = np.random.default_rng(seed)
        many = count(starts, "starts")
        x, y = (torch.as_tensor(scale * rng.normal(size=(many, size))) for size in game.sizes)
        if game.equilibrium is not None:
            known = known_equilibrium(game, None)
            x, y = torch.cat([known[0][None], x]), torch.cat([known[1][None], y])
    return game.project_x(x), game.project_y(y)


def _newton_moves(game: Game, x: Tensor, y: Tensor) -> np.ndarray:
    """The lengths of Newton's steps from some points, without a shift."""
    n = x.shape[-1]
    value, jacobian = value_and_jacobian(lambda z: residual_vector(game, z[..., :n], z[..., n:]), torch.cat([x, y], -1))
    if not len(value):
        return np.zeros(0)
    inverse = torch.linalg.pinv(jacobian.detach(), rtol=RANK_TOLERANCE)
    return (inverse @ value.detach()[..., None])[..., 0].norm(dim=-1).numpy()


def _distinct(points: np.ndarray, residuals: np.ndarray) -> list[tuple[np.ndarray, float]]:
    """One point for each cluster, that of the smallest residual; nearest to the origin first."""
    kept: list[tuple[np.ndarray, float]] = []
    for k in np.argsort(residuals, kind="stable"):
        size = 1 + float(np.linalg.norm(points[k]))
        if all(np.linalg.norm(points[k] - other) > SAME * size for other, _ in kept):
            kept.append((points[k], float(residuals[k])))
    return sorted(kept, key=lambda one: (round(float(np.linalg.norm(one[0])), 6), *np.round(one[0], 6).tolist()))


def _short(vector: np.ndarray) -> str:
    shown = ", ".join(f"{value:.6g}" for value in vector[:4])
    return f"[{shown}{', ...' if len(vector) > 4 else ''}]"
