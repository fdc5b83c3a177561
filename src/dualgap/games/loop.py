"""One step after another, until the last, or until there is nothing left to do."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias, final

import numpy as np
import torch
from torch import Tensor

from dualgap.games.methods.method import State
from dualgap.games.recording import Recorder, Schedule
from dualgap.progress import Progress

__all__ = ["DIVERGED", "Advance", "After", "Moment", "Settled", "norm", "play_on"]

#: A strategy of this size is far outside every problem here, and its square is still far from overflow.
DIVERGED = 1e12


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Moment:
    """Where a run is.

    Parameters
    ----------
    time : int
        The number of steps taken.
    x, y : (..., n) and (..., m) tensors
    state : dict of tensors
        What the method remembers.
    lost : (...) int tensor
        The step at which a copy diverged, -1 for those that did not.
    """

    time: int
    x: Tensor
    y: Tensor
    state: State
    lost: Tensor

    @classmethod
    def beginning(cls, x: Tensor, y: Tensor, state: State) -> Moment:
        """Before the first step."""
        return cls(time=0, x=x, y=y, state=state, lost=torch.full(x.shape[:-1], -1, device=x.device))

    @property
    def diverged_at(self) -> np.ndarray:
        """:attr:`lost` as numpy."""
        return self.lost.cpu().numpy()


Settled: TypeAlias = Callable[[Tensor, Tensor], Tensor]
#: One step: the next pair and memory.
Advance: TypeAlias = Callable[[Tensor, Tensor, State], tuple[Tensor, Tensor, State]]
#: Is told where a run is after every step, and whether that was a record; True at a record ends the run.
After: TypeAlias = Callable[[Moment, bool], bool]


def play_on(
    advance: Advance,
    at: Moment,
    schedule: Schedule,
    recorder: Recorder,
    *,
    bar: Progress,
    settled: Settled | None = None,
    after: After | None = None,
) -> tuple[Moment, bool]:
    """Take the steps from a moment to the end of the schedule.

    A copy that leaves the ball of radius :data:`DIVERGED`, or is no longer finite, stops with its last strategies before; the
    others go on, and when there are none the run ends.

    Returns
    -------
    pair of Moment and bool
        Where the run ended, and whether it did so because the copies had settled or ``after`` said so.
    """
    if not recorder.begun:
        recorder.add(at.time, at.x, at.y)
    x, y, state, lost = at.x, at.y, at.state, at.lost
    t, last, intact, finished = at.time, at.time, not bool((lost >= 0).any()), False
    due = schedule.following(t)

    def moment() -> Moment:
        return Moment(time=t, x=x, y=y, state=state, lost=lost)

    for t in range(at.time + 1, schedule.steps + 1):
        new_x, new_y, state = advance(x, y, state)
        ended = False
        if intact and _bounded(new_x, new_y):
            x, y = new_x, new_y
        else:
            gone = ~(norm(new_x, new_y) <= DIVERGED)
            lost = torch.where(gone & (lost < 0), t, lost)
            keep = (lost < 0)[..., None]
            x, y = torch.where(keep, new_x, x), torch.where(keep, new_y, y)
            intact, ended = bool(keep.all()), not bool(keep.any())
        recorded = t == due or ended
        if recorded:
            recorder.add(t, x, y)
            bar.advance(t - last, **recorder.last())
            last, due = t, schedule.following(t)
            finished = settled is not None and bool((settled(x, y) & (lost < 0)).all())
        if after is not None:
            finished = (after(moment(), recorded) and recorded) or finished
        if ended or finished:
            break
    return moment(), finished


def norm(x: Tensor, y: Tensor) -> Tensor:
    """The norm of a pair, copy by copy, shape (...)."""
    return torch.sqrt((x**2).sum(-1) + (y**2).sum(-1))


def _bounded(x: Tensor, y: Tensor) -> bool:
    """Whether no number is so large that the norm of its pair could exceed the bound; False for nan."""
    most = DIVERGED / math.sqrt(x.shape[-1] + y.shape[-1])
    ends = [torch.aminmax(one) for one in (x, y) if one.numel()]
    return all(bool((low >= -most) & (high <= most)) for low, high in ends)
