"""The path of an affine step: powers of its matrix at the recorded steps, instead of one step after another."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor

from dualgap.games.affine import affine_step
from dualgap.games.game import Game
from dualgap.games.methods.method import Method, State
from dualgap.games.powers import Powers
from dualgap.games.recording import Recorder, Schedule

__all__ = ["AffinePath"]

#: Numbers of a stretch.
MOST_NUMBERS = 2**24

Settled = Callable[[Tensor, Tensor], np.ndarray]

#: Finding out that a step is affine costs as much as some hundred steps of one copy.
FEWEST_STEPS = 100
#: Copies of a player of one number whose step costs twice that of one copy.
COPIES_FOR_TWICE = 20_000
#: A run with a tolerance is looked at in stretches, the first of so many records, each as long as all before.
FIRST_STRETCH = 256


class AffinePath:
    """Both players and the method's memory at any step.

    Made by :meth:`find`, which gives None where the step is not known to be affine, where powers would cost more than
    steps, or where they are not finite though the path is.
    """

    def __init__(self, powers: Powers, start: np.ndarray, shapes: dict[str, torch.Size], steps: int) -> None:
        self._powers, self._start, self._shapes = powers, start, shapes
        self.steps = steps
        self._lost = np.full(start.shape[1], -1, dtype=np.int64)
        self._copies = next(iter(shapes.values()))[:-1]
        self._gone = np.zeros(0, dtype=np.int64)
        self._frozen = np.empty((len(start), 0))

    @classmethod
    def find(
        cls, game: Game, method: Method, players: tuple[Tensor, Tensor], state: State, steps: int, limit: float
    ) -> AffinePath | None:
        """The path, if there is one.

        Parameters
        ----------
        game : Game
            Deterministic.
        method : Method
        players : pair of (..., n) and (..., m) tensors
        state : State
        steps : int
        limit : float
            A copy whose norm exceeds this stops there, as the loop stops it.
        """
        x, y = players
        copies = x.shape[:-1]
        if not game.affine or steps * (1 + copies.numel() / COPIES_FOR_TWICE) < FEWEST_STEPS or not copies.numel():
            return None
        step = affine_step(game, method, x, y, state)
        if step is None or not Powers.pays(step, copies.numel(), steps):
            return None
        parts = {"x": x, "y": y, **{f"state.{name}": state[name] for name in sorted(state)}}
        start = np.concatenate([one.reshape(-1, one.shape[-1]).T.numpy() for one in parts.values()])
        powers = Powers(step, copies=tuple(copies), steps=steps)
        found = cls(powers, start, {name: one.shape for name, one in parts.items()}, steps)
        return found if found._stop_lost(x.shape[-1] + y.shape[-1], limit) else None

    @property
    def lost(self) -> np.ndarray:
        """Where each copy diverged, -1 for those that did not."""
        return self._lost.reshape(self._copies)

    def _stop_lost(self, players: int, limit: float) -> bool:
        """Find where copies leave the ball, and where they stop; whether all of that is finite."""
        lost = self._powers.lost_at(self._start, players, self.steps, limit)
        if lost is None or not self._powers.stay_finite(lost < 0):
            return False
        self._lost, self._gone = lost, np.flatnonzero(lost >= 0)
        self._frozen = self._powers.at_own_times(self._start, self._gone, lost[self._gone] - 1)
        if len(self._gone) == len(lost):
            self.steps = int(lost.max())
        return bool(np.isfinite(self._frozen).all())

    def record(self, schedule: Schedule, recorder: Recorder, settled: Settled | None) -> tuple[bool, State]:
        """Record the path, until it is settled.

        Parameters
        ----------
        schedule : Schedule
        recorder : Recorder
        settled : callable, optional
            Which records (records, ..., n) and (records, ..., m) are, in every copy at once: (records,).

        Returns
        -------
        tuple of bool and State
            Whether the last record is settled, and the memory there.
        """
        schedule = schedule.until(self.steps) if self.steps < schedule.steps else schedule
        whole = recorder.path and settled is None
        if not recorder.path and recorder.observe is None and settled is None:
            schedule, whole = Schedule([0], self.steps), True
        done, parts = False, {}
        for times in self._stretches(schedule, whole):
            parts = self._split(self._at(times))
            if settled is not None:
                reached = np.flatnonzero(settled(parts["x"], parts["y"]) & (times > 0))
                done = len(reached) > 0
                if done:
                    times = times[: reached[0] + 1]
                    parts = {name: one[: len(times)] for name, one in parts.items()}
            recorder.extend(times, parts["x"], parts["y"])
            if done:
                break
        return done, {name.removeprefix("state."): one[-1] for name, one in parts.items() if name not in ("x", "y")}

    def _stretches(self, schedule: Schedule, whole: bool) -> Iterator[np.ndarray]:
        """The recorded steps, at once or in stretches of which each is as long as all before, within bounds."""
        first, most = 0, max(1, MOST_NUMBERS // self._start.size)
        while first < len(schedule):
            last = len(schedule) if whole else first + min(max(first, FIRST_STRETCH), most)
            yield schedule.between(first, last)
            first = last

    def _at(self, times: np.ndarray) -> np.ndarray:
        """Everything at some steps, (k, records, copies)."""
        found = self._powers.at(self._start, times)
        if len(self._gone):
            after = times[:, None] >= self._lost[self._gone]
            found[:, :, self._gone] = np.where(after, self._frozen[:, None], found[:, :, self._gone])
        return found

    def _split(self, found: np.ndarray) -> dict[str, Tensor]:
        """Players and memory by name, (records, ..., j) each."""
        rows = np.cumsum([shape[-1] for shape in self._shapes.values()])[:-1]
        parts = zip(self._shapes.items(), np.split(found, rows), strict=True)
        return {
            name: torch.from_numpy(np.ascontiguousarray(np.moveaxis(part, 0, -1))).reshape(part.shape[1], *shape)
            for (name, shape), part in parts
        }
