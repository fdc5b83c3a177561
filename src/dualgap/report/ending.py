"""How a run ended, in words."""

from __future__ import annotations

from dualgap.games import Trajectory

__all__ = ["ending", "number_of"]


def ending(run: Trajectory) -> str:
    """How far a run came, and at which step it diverged where it did.

    Examples
    --------
    >>> import dualgap as dg
    >>> xy = dg.games.bilinear([[1.0]])
    >>> [ending(dg.simulate(xy, dg.methods.SimultaneousGDA(step=step), start=(1.0, 1.0), steps=5))
    ...  for step in (0.1, 1e9)]
    ['after 5 steps', 'diverged at step 2']
    """
    lost = run.diverged_at[run.diverged_at >= 0]
    if not lost.size:
        last = run.metric_steps[-1] if run.metric_steps.size else run.steps[-1]
        return f"after {number_of(int(last), 'step')}"
    which = "" if run.diverged_at.size == 1 else f"{lost.size} of {run.diverged_at.size} "
    return f"{which}diverged at step {lost.min()}" + (" or later" if lost.size > 1 else "")


def number_of(number: int, thing: str) -> str:
    """A number of things.

    Examples
    --------
    >>> number_of(1, "step"), number_of(2, "step")
    ('1 step', '2 steps')
    """
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
