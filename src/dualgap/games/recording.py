"""What is kept of a run: at which steps, and in how much memory."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, final

import numpy as np
import torch
from torch import Tensor

from dualgap.errors import InvalidInput
from dualgap.validation import count, is_torch, unchecked

__all__ = ["Observe", "Recorder", "Schedule", "require_room"]

#: What a recorded path may take; a longer one is refused before it is begun, or when it gets there.
MOST_BYTES = 2**32
#: Records of the logarithmic schedule in every tenfold.
PER_DECADE = 20

Observe = Callable[[Tensor, Tensor], dict[str, Tensor]]


@final
@dataclass(frozen=True, eq=False)
class Schedule:
    """The steps at which a run is recorded: the start, the end, and in between.

    Parameters
    ----------
    record : int, sequence of int, or "logarithmic"
        Every so many steps; at these steps; or at twenty steps in every tenfold.
    steps : int
        The last one.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> Schedule(4, 10).between(0, 4).tolist(), len(Schedule([3, 7], 10)), len(Schedule("logarithmic", 10**9))
    ([0, 4, 8, 10], 4, 171)
    """

    record: Any
    steps: int

    def __post_init__(self) -> None:
        record = self.record
        if isinstance(record, str):
            if record != "logarithmic":
                raise InvalidInput(
                    f"record must be a whole number, steps, or 'logarithmic', got {record!r}", argument="record"
                )
            decades = math.log10(self.steps)
            steps = np.round(10 ** np.linspace(0, decades, max(2, math.ceil(decades * PER_DECADE) + 1))).astype(
                np.int64
            )
        elif isinstance(record, list | tuple | range | np.ndarray) or is_torch(record):
            steps = self._listed(record)
        else:
            object.__setattr__(self, "record", count(record, "record"))
            return
        object.__setattr__(self, "record", np.unique(np.concatenate([[0], steps, [self.steps]])))

    def _listed(self, record: Any) -> np.ndarray:
        steps = unchecked(record, "record")
        if steps.ndim != 1 or steps.dtype.kind not in "iu" or steps.size == 0:
            raise InvalidInput(f"record must be a list of whole numbers, got {record!r}", argument="record")
        if steps.min() < 0 or steps.max() > self.steps:
            raise InvalidInput(
                f"record must name steps from 0 to {self.steps}, got {steps.min()} to {steps.max()}", argument="record"
            )
        return steps.astype(np.int64)

    def __len__(self) -> int:
        return -(-self.steps // self.record) + 1 if isinstance(self.record, int) else len(self.record)

    def between(self, first: int, last: int) -> np.ndarray:
        """The steps of the records first, ..., last - 1."""
        if isinstance(self.record, int):
            return np.minimum(np.arange(first, min(last, len(self)), dtype=np.int64) * self.record, self.steps)
        return self.record[first:last]

    def following(self, step: int) -> int:
        """The step of the first record after a step; the last step where there is none."""
        if isinstance(self.record, int):
            return min((step // self.record + 1) * self.record, self.steps)
        return int(self.record[min(np.searchsorted(self.record, step, side="right"), len(self.record) - 1)])

    def until(self, step: int) -> Schedule:
        """The same schedule of a run that ends earlier."""
        if isinstance(self.record, int):
            return Schedule(self.record, step)
        return Schedule(np.concatenate([self.record[self.record < step], [step]]), step)


def require_room(records: int, *players: Tensor) -> None:
    """Refuse a path that takes more memory than :data:`MOST_BYTES`."""
    size = records * sum(player.numel() * player.element_size() for player in players)
    if size > MOST_BYTES:
        raise InvalidInput(
            f"record must keep a path of at most {MOST_BYTES / 1e9:.1f} GB, got {records} records of "
            f"{size / 1e9:.3g} GB; record every so many steps, use record='logarithmic', or path=False",
            argument="record",
        )


class Recorder:
    """Collects the records of a run: one by one, in a buffer that grows as they come, or many at once.

    Parameters
    ----------
    path : bool
        Whether to keep the players at every record; the first and the last only otherwise.
    observe : callable, optional
    most : int
        How many records there can be.
    """

    def __init__(self, path: bool, observe: Observe | None, most: int) -> None:
        self.path, self.observe, self.most = path, observe, most
        self._differentiable = torch.is_grad_enabled()
        self.metrics: list[dict[str, Tensor]] = []
        self._times: list[np.ndarray] = []
        self._kept: list[tuple[Tensor, Tensor]] = []
        self._room: tuple[Tensor, ...] = ()
        self._used = 0

    @property
    def begun(self) -> bool:
        """Whether there is a record."""
        return bool(self._times)

    def add(self, time: int, x: Tensor, y: Tensor) -> None:
        """Keep both players at a step, and what is observed of them."""
        self._times.append(np.array([time]))
        self._put(x, y)
        self._look(x, y)

    def extend(self, times: np.ndarray, x: Tensor, y: Tensor) -> None:
        """Keep both players, (records, ..., n) and (records, ..., m), at some more steps, without copying them."""
        self._times.append(times)
        if self.path:
            require_room(sum(map(len, self._times)), x[0], y[0])
            self._kept.append((x, y))
        else:
            self._kept[1:] = [(x[-1:].clone(), y[-1:].clone())]
            self._kept[:-1] = self._kept[:-1] or [(x[:1].clone(), y[:1].clone())]
        if self.observe is not None:
            for k in range(len(times)):
                self._look(x[k], y[k])

    def last(self) -> dict[str, float]:
        """The mean of each metric at the last record."""
        found = self.metrics[-1] if self.metrics else {}
        return {name: float(torch.as_tensor(value).double().mean()) for name, value in found.items()}

    def times(self) -> np.ndarray:
        """The recorded steps."""
        return self._times[0] if len(self._times) == 1 else np.concatenate(self._times)

    def players(self) -> tuple[Tensor, Tensor]:
        """What was kept, (records, ..., n) and (records, ..., m)."""
        if self._room:
            return self._room[0][: self._used], self._room[1][: self._used]
        if len(self._kept) == 1:
            return self._kept[0]
        return torch.cat([x for x, _ in self._kept]), torch.cat([y for _, y in self._kept])

    def stacked(self) -> dict[str, Tensor]:
        """What was observed, (records, ...) for each name."""
        names = self.metrics[0] if self.metrics else {}
        return {name: torch.stack([torch.as_tensor(one[name]) for one in self.metrics]) for name in names}

    def state(self) -> dict[str, Tensor]:
        """Everything recorded so far, as tensors by name."""
        x, y = self.players()
        metrics = {f"metrics.{name}": value for name, value in self.stacked().items()}
        return {"times": torch.as_tensor(self.times()), "x": x, "y": y, **metrics}

    def restore(self, state: dict[str, Tensor]) -> None:
        """Go on from where :meth:`state` was taken."""
        times, x, y = (state[name] for name in ("times", "x", "y"))
        self.most += len(times)
        self._times = [times.cpu().numpy()]
        self._used = 0
        self._room = ()
        for k in range(len(x)):
            self._put(x[k], y[k])
        names = [name for name in state if name.startswith("metrics.")]
        self.metrics = [{name[8:]: state[name][k] for name in names} for k in range(len(times) if names else 0)]

    def _put(self, x: Tensor, y: Tensor) -> None:
        self._used = self._used + 1 if self.path else min(self._used + 1, 2)
        if not self._room or self._used > len(self._room[0]):
            self._grow(x, y)
        for kept, player in zip(self._room, (x, y), strict=True):
            kept[self._used - 1] = player

    def observed(self, x: Tensor, y: Tensor) -> dict[str, Tensor]:
        """What is observed of two players, by the names of the records so far.

        Raises
        ------
        InvalidInput
            For other names.
        """
        if self.observe is None:
            return {}
        with torch.set_grad_enabled(self._differentiable):  # as where the run was asked for
            found = self.observe(x, y)
        if not isinstance(found, dict):
            raise InvalidInput(f"observe must return a dict of tensors, got {type(found).__name__}", argument="observe")
        if self.metrics and set(found) != set(self.metrics[0]):
            raise InvalidInput(
                f"observe must return the same names every time, got {sorted(found)} after {sorted(self.metrics[0])}",
                argument="observe",
            )
        return found

    def _look(self, x: Tensor, y: Tensor) -> None:
        if self.observe is not None:
            self.metrics.append(self.observed(x, y))

    def _grow(self, x: Tensor, y: Tensor) -> None:
        number = min(max(2 * self._used, 64), self.most) if self.path else 2
        require_room(self._used, x, y)
        old = self._room or (x[None][:0], y[None][:0])
        room = tuple(torch.empty(number, *one.shape[1:], dtype=one.dtype, device=one.device) for one in old)
        for larger, smaller in zip(room, old, strict=True):
            larger[: len(smaller)] = smaller
        self._room = room
