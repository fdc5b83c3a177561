"""The training of one kind of critic, that stops in time and keeps the best that it has seen."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, final

import numpy as np
import torch
from torch import Tensor

from dualgap.duals.candidates import Candidate
from dualgap.duals.estimation_game import EstimationGame
from dualgap.duals.training_options import Training
from dualgap.games.methods import Method
from dualgap.games.streams import Streams
from dualgap.games.trajectory import Status, Trajectory
from dualgap.progress import Progress

__all__ = ["Ascent", "climb"]

Observe = Callable[[Tensor], dict[str, Tensor]]

#: How often the values are recorded in a training.
RECORDS = 20
#: The step size changes this often on its way to 0.
PIECES = 100
#: A weight of this size is far outside every problem here.
RUNAWAY = 1e12


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Ascent:
    """What :func:`climb` returns.

    Parameters
    ----------
    weights : (size,) tensor
        Of the restart and the record with the best validation value: the last good ones where all restarts diverged.
    value : float
        The validation value there, -inf where none was finite.
    history : Trajectory
        Metrics ``train`` and ``validation``, (records, restarts).
    """

    weights: Tensor
    value: float
    history: Trajectory


def climb(
    game: EstimationGame,
    start: Tensor,
    *,
    candidate: Candidate,
    training: Training,
    streams: Streams,
    observe: Observe,
    finish: float,
    bar: Progress,
) -> Ascent:
    """Play the game whose only player is the critic.

    Parameters
    ----------
    game : EstimationGame
    start : (restarts, size) tensor
        Projected on the critic's set before anything is recorded: weights outside of it may have a larger value.
    candidate : Candidate
        Whose game hardens, and whose method's step for the critic is multiplied by :math:`(1 + \\cos \\pi s) / 2`, where s
        is the share of the steps, or of the time, that has passed.
    training : Training
    streams : Streams
        Of the batches.
    observe : callable, weights -> dict of (restarts,) tensors
        ``validation`` among them.
    finish : float
        The time on the monotonic clock at which to stop.
    bar : Progress

    Examples
    --------
    >>> import dualgap as dg
    >>> line = dg.networks.LipschitzMLP((1, 1))
    >>> data = dg.duals.Dataset([1.0]), dg.duals.Dataset([0.0])
    >>> game = EstimationGame(dg.duals.KantorovichRubinstein(), line, None, *data, 4)
    >>> found = climb(game, torch.tensor([[0.5, 0.0]]),
    ...               candidate=Candidate(network=line, regulariser=None, method=dg.methods.SimultaneousGDA(step=0.1)),
    ...               training=Training(steps=20), streams=Streams([0], dtype=torch.float32),
    ...               observe=lambda y: {"validation": line(y, torch.ones(1, 1))[..., 0, 0]},
    ...               finish=math.inf, bar=dg.progress.Silent())
    >>> found.history.status.name
    'BUDGET'
    """
    start = game.project_y(start)
    keeper, method = _Keeper(start, observe), candidate.method
    began, steps = time.monotonic(), training.steps
    every, x, y = max(1, steps // RECORDS), start.new_zeros(len(start), 0), start
    keeper.record(0, y)
    with torch.no_grad():
        state = method.init(game, x, y, lambda: game.draw(streams))
        at, played, shown = method, game, 0
        for t in range(1, steps + 1):
            now = time.monotonic()
            share = max(
                (t - 1) / steps, (now - began) / (finish - began) if finish > began else 1.0
            )  # of steps or time
            if (t - 1) % max(1, steps // PIECES) == 0:
                at, played = _slower(method, share), candidate.game_at(game, share)
            x, y, state = at.step(played, x, y, state, lambda: game.draw(streams))
            y = keeper.sound(t, y)
            last = t == steps or now >= finish
            if t % every == 0 or last:
                keeper.record(t, y)
                bar.advance(t - shown, validation=keeper.best_value)
                shown = t
                if last or keeper.lost.min() >= 0 or keeper.idle >= training.patience:
                    break
    return keeper.result(start, x, state, method, game)


def _slower(method: Method, share: float) -> Method:
    """The method with its critic's step as it is after a share of the training."""
    if not hasattr(method, "step_y"):
        return method
    factor = (1 + math.cos(math.pi * min(share, 0.999))) / 2
    known: Any = method
    return replace(known, step_y=known.step_y * factor)


class _Keeper:
    """The records, the best weights so far, and which restarts were lost."""

    def __init__(self, start: Tensor, observe: Observe) -> None:
        self._observe = observe
        self._rows: list[dict[str, Tensor]] = []
        self._times: list[int] = []
        self.lost = np.full(len(start), -1)
        self.best = start.clone()
        self.values = np.full(len(start), -np.inf)
        self.idle = 0

    @property
    def best_value(self) -> float:
        """Of all restarts."""
        return float(self.values.max())

    def sound(self, t: int, y: Tensor) -> Tensor:
        """The weights, with those of a restart that ran away put back to its best."""
        if bool((y.abs().amax() <= RUNAWAY).item()):
            return y
        gone = ~(y.abs().amax(-1) <= RUNAWAY)
        self.lost[(gone.cpu().numpy()) & (self.lost < 0)] = t
        return torch.where(gone[:, None], self.best, y)

    def record(self, t: int, y: Tensor) -> None:
        """Observe; the best of each restart is the one with the largest finite validation value."""
        with torch.no_grad():
            row = {name: value.detach().double().cpu() for name, value in self._observe(y).items()}
        self._rows.append(row)
        self._times.append(t)
        values = row["validation"].numpy()
        better = np.isfinite(values) & (values > self.values) & (self.lost < 0)
        improved = (
            bool((values[better] > self.best_value + 1e-4 * abs(self.best_value)).any()) if better.any() else False
        )
        self.idle = 0 if improved or not np.isfinite(self.best_value) else self.idle + 1
        self.values = np.where(better, values, self.values)
        self.best = torch.where(torch.as_tensor(better, device=y.device)[:, None], y, self.best)

    def result(self, start: Tensor, x: Tensor, state: Any, method: Method, game: EstimationGame) -> Ascent:
        """The best restart."""
        best, times = int(self.values.argmax()), np.array(self._times)
        metrics = {name: torch.stack([row[name] for row in self._rows]) for name in self._rows[0]}
        history = Trajectory(
            x=torch.stack([x, x]).cpu(),
            y=torch.stack([start, self.best]).detach().cpu(),
            steps=times[[0, -1]],
            metrics=metrics,
            metric_steps=times,
            status=Status.DIVERGED if (self.lost >= 0).any() else Status.BUDGET,
            diverged_at=self.lost,
            tolerance=None,
            state=state,
            equilibrium=None,
            gradient_calls=int(times[-1]) * method.gradient_calls(game),
        )
        return Ascent(weights=self.best[best].detach().cpu(), value=float(self.values[best]), history=history)
