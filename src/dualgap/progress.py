"""Progress of long work: a bar on a terminal, nothing elsewhere."""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from typing import Any, final

from dualgap.errors import InvalidInput

__all__ = ["Bar", "Progress", "Silent", "resolve"]


class Progress(ABC):
    """Something that is told how far a piece of work has come."""

    @abstractmethod
    def start(self, total: int | None, label: str) -> None:
        """The work begins; ``total`` units, None when unknown."""

    @abstractmethod
    def advance(self, units: int = 1, **shown: Any) -> None:
        """``units`` more are done; ``shown`` are numbers worth seeing, such as ``gap=1e-3``."""

    @abstractmethod
    def stop(self) -> None:
        """The work ended, finished or not."""


@final
class Silent(Progress):
    """Shows nothing.

    Examples
    --------
    >>> progress = Silent()
    >>> progress.start(10, "solving"); progress.advance(gap=0.1); progress.stop()
    """

    def start(self, total: int | None, label: str) -> None:
        """Nothing."""

    def advance(self, units: int = 1, **shown: Any) -> None:
        """Nothing."""

    def stop(self) -> None:
        """Nothing."""


@final
class Bar(Progress):
    """A bar with the time left and the numbers shown, on standard error."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )
        from rich.progress import Progress as RichProgress

        self._rich = RichProgress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[shown]}"),
            console=Console(stderr=True),
            transient=True,
        )
        self._task: Any = None

    def start(self, total: int | None, label: str) -> None:
        """Show the bar."""
        self._rich.start()
        self._task = self._rich.add_task(label, total=total, shown="")

    def advance(self, units: int = 1, **shown: Any) -> None:
        """Move it, with the numbers behind it."""
        text = "  ".join(
            f"{name} {value:.4g}" if isinstance(value, float) else f"{name} {value}" for name, value in shown.items()
        )
        self._rich.update(self._task, advance=units)
        if shown:
            self._rich.update(self._task, shown=text)

    def stop(self) -> None:
        """Take it away."""
        self._rich.stop()


def resolve(progress: Progress | None) -> Progress:
    """The progress that was asked for; for None a bar where standard error is a terminal, nothing elsewhere.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> resolve(Silent()).__class__.__name__
    'Silent'
    """
    if progress is not None:
        if not isinstance(progress, Progress):
            raise InvalidInput(
                f"progress must be a Progress such as dualgap.progress.Bar(), or None, got {progress!r}; Silent() shows nothing",
                argument="progress",
            )
        return progress
    return Bar() if sys.stderr.isatty() else Silent()
