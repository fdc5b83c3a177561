"""Where the instances of a claim come from: drawn at random, listed, or the seeds of a training run."""

from __future__ import annotations

from abc import ABC
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, final

from hypothesis.strategies import SearchStrategy

from dualgap.errors import InvalidInput
from dualgap.validation import choice, confidence_level, count, real

__all__ = ["BUDGETS", "Drawn", "Instances", "Listed", "Seeds", "as_instances"]

#: How much work a verification may be: ``quick`` for every change, ``full`` before a release.
BUDGETS = ("quick", "full")


@dataclass(frozen=True)
class Instances(ABC):
    """Where the instances of a claim come from; its leaves are :class:`Drawn`, :class:`Listed` and :class:`Seeds`."""


@final
@dataclass(frozen=True)
class Drawn(Instances):
    """Instances drawn by Hypothesis, which shrinks one that fails to the smallest that does.

    Parameters
    ----------
    strategy : hypothesis.strategies.SearchStrategy
        Draws only what satisfies the claim's hypotheses.
    quick, full : int, at least 1
        How many are drawn in each budget.

    Examples
    --------
    >>> from hypothesis import strategies as st
    >>> Drawn(st.integers(1, 6), quick=10).count("quick")
    10
    """

    strategy: SearchStrategy[Any]
    quick: int = 60
    full: int = 1000

    def __post_init__(self) -> None:
        if not isinstance(self.strategy, SearchStrategy):
            raise InvalidInput(f"strategy must be a Hypothesis strategy, got {self.strategy!r}", argument="strategy")
        count(self.quick, "quick")
        count(self.full, "full")

    def count(self, budget: str) -> int:
        """How many instances the budget allows."""
        return {"quick": self.quick, "full": self.full}[choice(budget, "budget", BUDGETS)]


@final
@dataclass(frozen=True)
class Listed(Instances):
    """A fixed list of instances, each of which is checked.

    Examples
    --------
    >>> Listed((0.1, 1.0)).values
    (0.1, 1.0)
    """

    values: tuple[Any, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", tuple(self.values))
        if not self.values:
            raise InvalidInput("values must not be empty; list at least one instance", argument="values")


@final
@dataclass(frozen=True)
class Seeds(Instances):
    """Seeds of a random experiment, of which a share must bear the claim out.

    The check gets all seeds at once, as a tuple (an ensemble is one leading axis), and returns evidence with one entry a seed. The
    share of seeds that hold has an exact (Clopper-Pearson) interval: the claim holds when the whole interval is at or above
    ``at_least``, fails when the whole interval is below, and is undecided in between.

    Parameters
    ----------
    at_least : float in (0, 1)
        The share of all seeds that the claim asserts.
    quick, full : int, at least 1
        How many seeds are run in each budget.
    confidence : float in (0, 1)
        Of the interval.

    Examples
    --------
    >>> Seeds(at_least=0.5, quick=8, full=64).confidence
    0.95
    """

    at_least: float
    quick: int
    full: int
    confidence: float = 0.95

    def __post_init__(self) -> None:
        real(self.at_least, "at_least", above=0, below=1)
        count(self.quick, "quick")
        count(self.full, "full")
        confidence_level(self.confidence)

    def count(self, budget: str) -> int:
        """How many seeds the budget allows."""
        return {"quick": self.quick, "full": self.full}[choice(budget, "budget", BUDGETS)]


def as_instances(value: Any) -> Instances:
    """The instances that a value means: a strategy is drawn from, a sequence is a list."""
    if isinstance(value, Instances):
        return value
    if isinstance(value, SearchStrategy):
        return Drawn(value)
    if isinstance(value, Iterable) and not isinstance(value, (str, bytes)):
        return Listed(tuple(value))
    raise InvalidInput(
        f"instances must be a Hypothesis strategy, a sequence, or Drawn, Listed or Seeds, got {value!r}",
        argument="instances",
    )
