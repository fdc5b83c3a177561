"""What a simulation returns: the path, the metrics, and how it ended, as data."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from dualgap.bracket import Bracket
from dualgap.errors import InvalidInput, NotConverged
from dualgap.games.rates import fitted_rate
from dualgap.validation import detached

__all__ = ["Status", "Trajectory"]


@final
class Status(enum.Enum):
    """How a run ended."""

    CONVERGED = "converged"
    """The tolerance that was asked for was reached."""
    DIVERGED = "diverged"
    """A copy is not finite or left every bound."""
    BUDGET = "budget"
    """All steps were taken."""


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Trajectory:
    """The recorded path of a simulation or a training run.

    Parameters
    ----------
    x, y : (records, ..., n) and (records, ..., m) arrays
        The players at the recorded steps, of the kind of the start; ``x[-1]`` is the last.
    steps : (records,) int array
        The steps at which they were recorded.
    metrics : dict of (metric records, ...) arrays
    metric_steps : (metric records,) int array
    status : Status
        DIVERGED when any copy did.
    diverged_at : (...) int array
        The step at which a copy diverged, -1 for those that did not.
    tolerance : float or None
    state : dict of tensors
        What the method remembers, to go on from.
    equilibrium : pair of tensors or None
        The game's.
    gradient_calls : int
        Evaluations of one player's gradient that the recorded steps stand for, all together.
    times : (records,) array or None
        The times of the records, where the path is that of a flow.
    """

    x: Any
    y: Any
    steps: np.ndarray
    metrics: dict[str, Any]
    metric_steps: np.ndarray
    status: Status
    diverged_at: np.ndarray
    tolerance: float | None
    state: dict[str, Any]
    equilibrium: tuple[Any, Any] | None
    gradient_calls: int
    times: np.ndarray | None = None

    def require(self) -> Trajectory:
        """This run, when no copy diverged and a tolerance that was asked for was reached.

        Raises
        ------
        NotConverged
            Otherwise; ``partial`` is this run.
        """
        if self.status is Status.DIVERGED:
            copies = int((self.diverged_at >= 0).sum())
            place = "step" if self.times is None else "record"
            step = int(self.diverged_at[self.diverged_at >= 0].min())
            alone = self.diverged_at.size == 1
            which = "the path " if alone else f"{copies} of {self.diverged_at.size} copies "
            first = f" at {place} {step}" if alone else f", the first at {place} {step}"
            raise NotConverged(
                f"{which}diverged{first}; use a smaller step or another method",
                partial=self,
            )
        if self.tolerance is not None and self.status is not Status.CONVERGED:
            raise NotConverged(
                f"the field's norm is not below {self.tolerance:g} after {self.steps[-1]} steps; use more steps",
                partial=self,
            )
        return self

    def measured_rate(self, *, equilibrium: tuple[Any, Any] | None = None) -> Bracket:
        """The factor by which a step brings the path nearer to the equilibrium, measured on its last part.

        See :func:`dualgap.games.rates.fitted_rate`.

        Parameters
        ----------
        equilibrium : pair of (n,) and (m,) arrays, optional
            The game's own when omitted.

        Returns
        -------
        Bracket
            One rate for each copy: an estimate, NONE, with how linear the path is as the reason.

        Raises
        ------
        InvalidInput
            When no equilibrium is known, or the path has fewer than 12 usable records at equal spacing.
        """
        known = equilibrium if equilibrium is not None else self.equilibrium
        if known is None:
            raise InvalidInput("equilibrium must be given: the game does not know one", argument="equilibrium")
        points = [detached(point) for point in known]
        offsets = [detached(path) - point for path, point in zip((self.x, self.y), points, strict=True)]
        size = max(float(np.abs(point).max(initial=0.0)) for point in points)
        precision = np.finfo(np.float32 if "float32" in str(self.x.dtype) else np.float64).eps
        return fitted_rate(
            np.concatenate(offsets, axis=-1), self.steps, self.diverged_at, rounding=float(precision) * size
        )

    def __repr__(self) -> str:
        copies = "x".join(map(str, self.diverged_at.shape)) or "1"
        noun = "copy" if self.diverged_at.size == 1 else "copies"
        return (
            f"Trajectory({self.status.name} after {self.steps[-1]} steps, {copies} {noun}, players of "
            f"{self.x.shape[-1]} and {self.y.shape[-1]}, {len(self.steps)} records)"
        )
