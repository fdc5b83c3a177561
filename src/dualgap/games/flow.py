"""Continuous time: the flow of a game, and the one that a method follows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from scipy.integrate import solve_ivp
from torch import Tensor

from dualgap.errors import InvalidInput, NotConverged
from dualgap.games.game import Game
from dualgap.games.methods.method import Method
from dualgap.games.modified import ModifiedEquation
from dualgap.games.recording import require_room
from dualgap.games.sets import FreeSpace
from dualgap.games.simulate import DIVERGED, require_game, require_method
from dualgap.games.start import check_start, starting_players
from dualgap.games.streams import Streams
from dualgap.games.trajectory import Status, Trajectory
from dualgap.validation import count, real

__all__ = ["flow"]

#: Absolute errors are this much smaller than relative ones, so that a path may come near the origin.
ABSOLUTE = 1e-3


def flow(
    game: Game,
    method: Method | None = None,
    *,
    start: tuple[Any, Any],
    time: float,
    records: int = 100,
    order: int = 2,
    tolerance: float = 1e-10,
) -> Trajectory:
    """Both players move along their own gradients without pause.

    .. math:: \\dot z = -F(z), \\qquad F = (\\nabla_x \\ell_x, \\nabla_y \\ell_y)

    or, with a method, along the equation that its steps follow to second order, found by differentiating the step
    (:class:`~dualgap.games.modified.ModifiedEquation`): :math:`\\dot z = -F - \\tfrac\\eta2 J F` for simultaneous
    descent-ascent, :math:`-F + \\tfrac\\eta2 J F` for extragradient. A step takes the time :math:`\\eta`, the step size of x,
    so that N steps of the method end where the flow is at the time :math:`N \\eta`, up to :math:`O(\\eta^2)` (and a shift by
    :math:`O(\\eta)` at the start where the method's memory does not start at rest, as that of a heavy ball does not).

    Parameters
    ----------
    game : Game
        Deterministic, of free players where no method is given.
    method : Method, optional
        With one step size for each copy at most.
    start : pair of (..., n) and (..., m) arrays
        As in :func:`~dualgap.simulate`; the flow is integrated in float64.
    time : float
        When it ends; positive.
    records : int
        How many equally spaced times after the start are recorded.
    order : 1 or 2
        Of the equation of a method: 1 is the limit of small steps, without the correction.
    tolerance : float
        Of the integrator, relative and in each of its own steps, by scipy's ``solve_ivp`` (an explicit Runge-Kutta pair of
        order 8); from 1e-13 to 1e-2.

    Returns
    -------
    Trajectory
        With ``times``; ``steps`` number the records. A copy that leaves the ball of radius 1e12 stops there, with the status
        DIVERGED and ``diverged_at`` the first record after that; the others go on.

    Raises
    ------
    InvalidInput
        As :func:`~dualgap.simulate`, and where there is no equation to follow.
    NotConverged
        When the integrator gives up: the field is not smooth there.

    Examples
    --------
    >>> import dualgap as dg
    >>> circle = dg.games.flow(dg.games.bilinear([[1.0]]), start=(1.0, 0.0), time=20.0)
    >>> bool(abs(circle.x[-1] ** 2 + circle.y[-1] ** 2 - 1) < 1e-8)
    True
    >>> method = dg.methods.ExtraGradient(step=0.1)
    >>> spiral = dg.games.flow(dg.games.bilinear([[1.0]]), method, start=(1.0, 0.0), time=20.0)
    >>> round(float(spiral.x[-1] ** 2 + spiral.y[-1] ** 2), 6)  # exp(-0.1 * 20)
    0.135335

    Reference: lu2022, rosca2021
    """
    require_game(game)
    end, records = real(time, "time", above=0), count(records, "records")
    precision = real(tolerance, "tolerance", at_least=1e-13, at_most=1e-2)
    if order not in (1, 2) or isinstance(order, bool):
        raise InvalidInput(f"order must be 1 or 2, got {order!r}", argument="order")
    velocity: Callable[[Tensor], Tensor]
    if method is None:
        x, y = starting_players(game, None, start)
        velocity = _descent(game)
    else:
        require_method(method)
        x, y = starting_players(game, method, start)
        velocity = ModifiedEquation(game, method, order=order)
    if not check_start(game, x, y, Streams(0), 0):
        raise InvalidInput("game must be deterministic to have a flow; take the expected game", argument="game")
    require_room(records + 1, x.double(), y.double())
    times = np.linspace(0.0, end, records + 1)
    z = torch.cat([x, y], -1).double().cpu()
    path, lost = _integrated(velocity, z.reshape(-1, z.shape[-1]), z.shape, times, precision)
    path = path.reshape(len(times), *z.shape)
    kept = [torch.from_numpy(part.copy()) for part in np.split(path, [x.shape[-1]], axis=-1)]
    numpy_start = all(isinstance(one, np.ndarray) for one in start)
    return Trajectory(
        x=kept[0].numpy() if numpy_start else kept[0].to(x),
        y=kept[1].numpy() if numpy_start else kept[1].to(y),
        steps=np.arange(len(times)),
        metrics={},
        metric_steps=np.zeros(0, dtype=int),
        status=Status.DIVERGED if (lost >= 0).any() else Status.BUDGET,
        diverged_at=lost.reshape(z.shape[:-1]),
        tolerance=None,
        state={},
        equilibrium=game.equilibrium,
        gradient_calls=0,
        times=times,
    )


def _descent(game: Game) -> Callable[[Tensor], Tensor]:
    """Minus the field."""
    for one, player in zip(game.sets, "xy", strict=True):
        if not isinstance(one, FreeSpace):
            raise InvalidInput(
                f"game must have free players for its own flow, {player} is taken from {one}; give a method that stays "
                "inside, such as dg.methods.MultiplicativeWeights(step=...), with order=1",
                argument="game",
            )
    n = game.sizes[0]

    def velocity(z: Tensor) -> Tensor:
        with torch.no_grad():
            return -torch.cat(game.field(z[..., :n], z[..., n:]), -1)

    return velocity


def _integrated(
    velocity: Callable[[Tensor], Tensor], start: Tensor, shape: torch.Size, times: np.ndarray, tolerance: float
) -> tuple[np.ndarray, np.ndarray]:
    """All copies (copies, k) at all times, as one system from which those that leave the ball are taken out."""
    path = np.empty((len(times), *start.shape))
    path[0] = now = start.numpy().copy()
    lost = np.full(len(now), -1, dtype=np.int64)

    def speed(_: float, flat: np.ndarray) -> np.ndarray:
        z = torch.from_numpy(flat.reshape(shape).copy())
        with np.errstate(all="ignore"):
            found = velocity(z).detach().numpy().reshape(now.shape)
            return np.where((lost < 0)[:, None], found, 0.0).ravel()

    def inside(_: float, flat: np.ndarray) -> float:
        sizes = np.linalg.norm(flat.reshape(now.shape), axis=1)[lost < 0]
        return float(DIVERGED - sizes.max(initial=0.0)) if np.isfinite(sizes).all() else -1.0

    inside.terminal = True  # type: ignore[attr-defined]
    at, done = float(times[0]), 1
    while done < len(times) and (lost < 0).any():
        with np.errstate(all="ignore"):
            solved = solve_ivp(
                speed,
                (at, times[-1]),
                now.ravel(),
                method="DOP853",
                t_eval=times[done:],
                events=inside,
                rtol=tolerance,
                atol=tolerance * ABSOLUTE,
            )
        if solved.status < 0:
            raise NotConverged(
                f"the flow could not be followed beyond the time {solved.t[-1] if len(solved.t) else at:.6g}: "
                f"{solved.message}; the field may grow without bound there",
                partial=path[:done].reshape(done, *shape),
            )
        found = len(solved.t)
        path[done : done + found] = solved.y.T.reshape(found, *now.shape)
        done += found
        if solved.status == 0:
            break
        at, now = float(solved.t_events[0][0]), solved.y_events[0][0].reshape(now.shape)
        outermost = np.linalg.norm(now, axis=1) >= DIVERGED * (1 - 1e-9)
        lost[outermost & (lost < 0)] = done
    path[done:] = now
    return path, lost
