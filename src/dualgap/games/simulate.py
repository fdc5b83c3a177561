"""The one loop: two players, a method, and what is recorded on the way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from dualgap.errors import InvalidInput
from dualgap.games.game import Game
from dualgap.games.methods.method import Method
from dualgap.games.streams import Streams
from dualgap.games.trajectory import Status, Trajectory
from dualgap.progress import Progress, resolve
from dualgap.validation import as_array, count, is_torch, optional_function, real

__all__ = ["require_game", "require_method", "simulate"]

#: A strategy of this size is far outside every problem here, and its square is still far from overflow.
DIVERGED = 1e12

#: A float32 strategy that was projected or normalised lies in its set up to rounding.
FEASIBILITY_TOLERANCE = 1e-5

Observe = Callable[[Tensor, Tensor], dict[str, Tensor]]


def simulate(
    game: Game,
    method: Method,
    *,
    start: tuple[Any, Any],
    steps: int,
    seeds: int | Sequence[int] = 0,
    record: int = 1,
    path: bool = True,
    observe: Observe | None = None,
    tolerance: float | None = None,
    progress: Progress | None = None,
) -> Trajectory:
    """Play a game by a method.

    .. math:: (x_{t+1}, y_{t+1}, s_{t+1}) = \\mathrm{step}(x_t, y_t, s_t)

    The leading axes of the starting points are independent copies, whether points, step sizes or seeds; the two
    starting points and the step sizes broadcast against each other.

    Parameters
    ----------
    game : Game
    method : Method
    start : pair of (..., n) and (..., m) arrays
        Numbers for players of one number. Numpy arrays give a numpy trajectory, everything else torch tensors; float32
        tensors are simulated in float32, everything else in float64.
    steps : int
        At least 1.
    seeds : int or sequence of int
        For stochastic games: the seed, or one for each copy of the leading axis.
    record : int
        Record every so many steps, and the start and the end.
    path : bool
        Whether to keep the strategies at the recorded steps; only the start and the end otherwise.
    observe : callable (x, y) -> dict of (...) tensors, optional
        Metrics at the recorded steps, kept as ``run.metrics[name]`` of shape (records, ...).
    tolerance : float, optional
        Stop when the norm of the field is at most this in every copy.
    progress : Progress, optional
        A bar on a terminal when omitted.

    Returns
    -------
    Trajectory
        A copy that leaves the ball of radius 1e12, or is no longer finite, stops there with the status DIVERGED
        and the last finite strategies; the others go on.

    Raises
    ------
    InvalidInput
        When the players do not fit the game, or its field is not finite at the start.

    Examples
    --------
    >>> import torch, dualgap as dg
    >>> starts = torch.randn(100, 1, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    >>> method = dg.methods.ExtraGradient(step=0.5)
    >>> run = dg.simulate(dg.games.bilinear([[1.0]]), method, start=(starts, starts), steps=200)
    >>> run.x.shape, run.status.name
    (torch.Size([201, 100, 1]), 'BUDGET')
    """
    require_game(game)
    require_method(method)
    optional_function(observe, "observe")
    steps, record = count(steps, "steps"), count(record, "record")
    limit = None if tolerance is None else real(tolerance, "tolerance", above=0)
    x, y, numpy_input = _players(game, method, start)
    streams = Streams(seeds, device=x.device, dtype=x.dtype)
    _check_start(game, x, y, streams, seeds)
    recorder = _Recorder(path, observe)
    recorder.add(0, x, y)
    lost = torch.full(x.shape[:-1], -1, device=x.device)
    with torch.no_grad():
        state = method.init(game, x, y, lambda: game.draw(streams))
    status, bar = Status.BUDGET, resolve(progress)
    bar.start(steps, "simulating")
    try:
        for t in range(1, steps + 1):
            with torch.no_grad():
                new_x, new_y, state = method.step(game, x, y, state, lambda: game.draw(streams))
            gone = ~(_norm(new_x, new_y) <= DIVERGED)
            lost = torch.where(gone & (lost < 0), t, lost)
            keep = (lost < 0)[..., None]
            x, y = torch.where(keep, new_x, x), torch.where(keep, new_y, y)
            if t % record == 0 or t == steps:
                recorder.add(t, x, y)
                bar.advance(t - recorder.steps[-2], **recorder.last())
                if limit is not None and _settled(game, x, y, lost, limit, streams):
                    status = Status.CONVERGED
                    break
                if bool((lost >= 0).all()):
                    break
    finally:
        bar.stop()
    if bool((lost >= 0).any()):
        status = Status.DIVERGED
    return recorder.trajectory(game, method, state, status, lost, limit, numpy_input)


class _Recorder:
    """Collects what is recorded."""

    def __init__(self, path: bool, observe: Observe | None) -> None:
        self.path, self.observe = path, observe
        self.steps: list[int] = []
        self.x: list[Tensor] = []
        self.y: list[Tensor] = []
        self.metrics: list[dict[str, Tensor]] = []

    def add(self, step: int, x: Tensor, y: Tensor) -> None:
        self.steps.append(step)
        if not self.path and len(self.x) == 2:
            self.x.pop()
            self.y.pop()
        self.x.append(x)
        self.y.append(y)
        if self.observe is not None:
            found = self.observe(x, y)
            if not isinstance(found, dict):
                raise InvalidInput(
                    f"observe must return a dict of tensors, got {type(found).__name__}", argument="observe"
                )
            self.metrics.append(found)

    def last(self) -> dict[str, float]:
        return (
            {name: float(torch.as_tensor(value).double().mean()) for name, value in self.metrics[-1].items()}
            if (self.metrics)
            else {}
        )

    def trajectory(
        self,
        game: Game,
        method: Method,
        state: Any,
        status: Status,
        lost: Tensor,
        tolerance: float | None,
        numpy_input: bool,
    ) -> Trajectory:
        def kind(values: list[Tensor]) -> Any:
            stacked = torch.stack(values)
            return stacked.numpy() if numpy_input else stacked

        names = self.metrics[0] if self.metrics else {}
        return Trajectory(
            x=kind(self.x),
            y=kind(self.y),
            steps=np.array(self.steps if self.path else [self.steps[0], self.steps[-1]]),
            metrics={name: kind([torch.as_tensor(one[name]) for one in self.metrics]) for name in names},
            metric_steps=np.array(self.steps if self.metrics else [], dtype=int),
            status=status,
            diverged_at=lost.cpu().numpy(),
            tolerance=tolerance,
            state=state,
            equilibrium=game.equilibrium,
            gradient_calls=self.steps[-1] * method.gradient_calls(game),
        )


def require_game(game: Any) -> None:
    """Refuse what is no game, and a game that does not say how long its players are."""
    if not isinstance(game, Game):
        raise InvalidInput(
            f"game must be a Game such as dg.games.bilinear([[1.0]]), got {type(game).__name__}", argument="game"
        )
    sizes = getattr(game, "sizes", None)
    if not isinstance(sizes, tuple) or len(sizes) != 2:
        raise InvalidInput(
            f"game must have sizes, the pair of its players' lengths: set sizes = (n, m) in {type(game).__name__}",
            argument="game",
        )


def require_method(method: Any) -> None:
    """Refuse what is no method, a class that was not called among them."""
    if not isinstance(method, Method):
        raise InvalidInput(
            f"method must be an update method such as dg.methods.ExtraGradient(step=0.1), got {method!r}",
            argument="method",
        )


def _players(game: Game, method: Method, start: Any) -> tuple[Tensor, Tensor, bool]:
    if not isinstance(start, tuple | list) or len(start) != 2:
        raise InvalidInput(f"start must be a pair (x, y), got {start!r}", argument="start")
    players = []
    for value, name, size in zip(start, ("x", "y"), game.sizes, strict=True):
        if size == 0:
            players.append(torch.as_tensor(value))
            continue
        array = torch.as_tensor(as_array(value, f"start ({name})"))
        array = array.reshape(1) if array.ndim == 0 else array
        if array.shape[-1] != size:
            raise InvalidInput(
                f"start must have {size} numbers of {name} along the last axis, got shape {tuple(array.shape)}",
                argument="start",
            )
        players.append(array if is_torch(value) else array.to(torch.float64))
    x, y = players
    sizes = [step for name in ("step_x", "step_y") if isinstance(step := getattr(method, name, None), Tensor)]
    try:
        copies = torch.broadcast_shapes(x.shape[:-1], y.shape[:-1], *(step.shape for step in sizes))
    except RuntimeError:
        raise InvalidInput(
            f"start must have leading axes that broadcast, got {tuple(x.shape)} and {tuple(y.shape)} with "
            f"step sizes of shape {[tuple(step.shape) for step in sizes]}",
            argument="start",
        ) from None
    all_numpy = all(isinstance(value, np.ndarray) for value in start)
    return x.expand(*copies, x.shape[-1]).detach(), y.expand(*copies, y.shape[-1]).detach(), all_numpy


def _check_start(game: Game, x: Tensor, y: Tensor, streams: Streams, seeds: Any) -> None:
    if streams.shape and x.shape[:1] != streams.shape:
        raise InvalidInput(
            f"seeds must be one for each copy of the leading axis, got {len(streams.seeds)} seeds for "
            f"players of shape {tuple(x.shape)}",
            argument="seeds",
        )
    trial = Streams(seeds, device=x.device, dtype=x.dtype)
    with torch.no_grad():
        norm = _norm(*game.field(x, y, game.draw(trial)))
    for one, player, name in zip(game.sets, (x, y), "xy", strict=True):
        outside = float((one.project(player) - player).norm(dim=-1).max()) if player.shape[-1] else 0.0
        if outside > FEASIBILITY_TOLERANCE:
            raise InvalidInput(
                f"start must have {name} in its set {one}, it is {outside:.3g} outside", argument="start"
            )
    if not bool(torch.isfinite(norm).all()):
        raise InvalidInput("start must be where the game's gradients are finite; they are not", argument="start")


def _settled(game: Game, x: Tensor, y: Tensor, lost: Tensor, tolerance: float, streams: Streams) -> bool:
    with torch.no_grad():
        norm = _norm(*game.field(x, y, game.draw(streams)))
    return bool(((norm <= tolerance) & (lost < 0)).all())


def _norm(x: Tensor, y: Tensor) -> Tensor:
    return torch.sqrt((x**2).sum(-1) + (y**2).sum(-1))
