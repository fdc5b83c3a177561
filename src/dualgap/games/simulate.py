"""The one loop: two players, a method, and what is recorded on the way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor

from dualgap.errors import InvalidInput
from dualgap.games.affine_path import AffinePath
from dualgap.games.game import Game
from dualgap.games.loop import DIVERGED, Advance, Moment, Settled, norm, play_on
from dualgap.games.methods.method import Method, State
from dualgap.games.recording import Observe, Recorder, Schedule, require_room
from dualgap.games.start import check_start, starting_players
from dualgap.games.streams import Streams
from dualgap.games.trajectory import Status, Trajectory
from dualgap.progress import Progress, resolve
from dualgap.validation import count, optional_function, real

__all__ = ["require_game", "require_method", "simulate"]


def simulate(
    game: Game,
    method: Method,
    *,
    start: tuple[Any, Any],
    steps: int,
    seeds: int | Sequence[int] = 0,
    record: int | Sequence[int] | Literal["logarithmic"] = 1,
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
        For stochastic games: an int is one seed, for all; a sequence has one for each copy of the leading axis, such as
        ``range(4)`` for four.
    record : int, sequence of int, or "logarithmic"
        Record every so many steps, at the steps listed, or at twenty steps in every tenfold; and always the start and the
        end. A path of more than 4 GB is refused.
    path : bool
        Whether to keep the strategies at the recorded steps; only the start and the end otherwise.
    observe : callable (x, y) -> dict of (...) tensors, optional
        Metrics at the recorded steps, kept as ``run.metrics[name]`` of shape (records, ...).
    tolerance : float, optional
        Stop at the first record at which the norm of the field is at most this in every copy.
    progress : Progress, optional
        A bar on a terminal when omitted.

    Returns
    -------
    Trajectory
        A copy that leaves the ball of radius 1e12, or is no longer finite, stops there with the status DIVERGED
        and the last strategies before; the others go on, and when there are none the run ends.

    Notes
    -----
    Where the game says that its field is affine and the method's step is seen to be (:mod:`dualgap.games.affine`), a long
    float64 path is not stepped through but taken from powers of the step's matrix, at the recorded steps alone:

    .. math:: w_t = M^t w_0, \\qquad w = (x, y, s).

    It agrees with the loop up to the rounding of either, a small multiple of :math:`t \\epsilon \\max_{s \\le t} |M^s| |w_0|`.

    Raises
    ------
    InvalidInput
        When the players do not fit the game or each other, or its gradients or losses are not finite at the start.

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
    schedule = Schedule(record, count(steps, "steps"))
    limit = None if tolerance is None else real(tolerance, "tolerance", above=0)
    x, y = starting_players(game, method, start)
    if path and limit is None:
        require_room(len(schedule), x, y)
    streams = Streams(seeds, device=x.device, dtype=x.dtype)
    deterministic = check_start(game, x, y, streams, seeds)
    recorder = Recorder(path, observe, len(schedule))
    with torch.no_grad():
        state = method.init(game, x, y, lambda: game.draw(streams))

        def within(limit: float) -> Settled:
            return lambda x, y: norm(*game.field(x, y, game.draw(streams))) <= limit

        settled = None if limit is None else within(limit)
        known = AffinePath.find(game, method, (x, y), state, schedule.steps, DIVERGED) if deterministic else None
        bar = resolve(progress)
        bar.start(schedule.steps, "simulating")
        try:
            if known is None:
                advance, begun = _steps_of(game, method, streams), Moment.beginning(x, y, state)
                ended, converged = play_on(advance, begun, schedule, recorder, bar=bar, settled=settled)
                lost, state = ended.diverged_at, ended.state
            else:
                converged, lost, state = _leap(known, schedule, recorder, settled, bar)
        finally:
            bar.stop()
    kind: Callable[[Tensor], Any] = Tensor.numpy if all(isinstance(one, np.ndarray) for one in start) else Tensor.detach
    times, metrics = recorder.times(), {name: kind(one) for name, one in recorder.stacked().items()}
    x, y = recorder.players()
    return Trajectory(
        x=kind(x),
        y=kind(y),
        steps=times if path else times[[0, -1]],
        metrics=metrics,
        metric_steps=times if metrics else times[:0],
        status=Status.DIVERGED if bool((lost >= 0).any()) else Status.CONVERGED if converged else Status.BUDGET,
        diverged_at=lost,
        tolerance=limit,
        state=state,
        equilibrium=game.equilibrium,
        gradient_calls=int(times[-1]) * method.gradient_calls(game),
    )


def _steps_of(game: Game, method: Method, streams: Streams) -> Advance:
    """The method's step, with samples from the streams."""
    return lambda x, y, state: method.step(game, x, y, state, lambda: game.draw(streams))


def _leap(
    known: AffinePath, schedule: Schedule, recorder: Recorder, settled: Settled | None, bar: Progress
) -> tuple[bool, np.ndarray, State]:
    """The same by powers of a matrix."""

    def everywhere(inside: Settled) -> Callable[[Tensor, Tensor], np.ndarray]:
        going = torch.as_tensor(known.lost < 0)
        return lambda x, y: (inside(x, y) & going).reshape(len(x), -1).all(-1).numpy()

    converged, state = known.record(schedule, recorder, None if settled is None else everywhere(settled))
    bar.advance(int(recorder.times()[-1]), **recorder.last())
    return converged, known.lost, state


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
