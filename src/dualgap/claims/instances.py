"""Where the instances of a claim come from: drawn at random, listed, or the seeds of a training run."""

from __future__ import annotations

import bisect
import math
from abc import ABC
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, final

from hypothesis.strategies import SearchStrategy
from scipy.stats import beta, binom

from dualgap.binomial import clopper_pearson
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
    >>> seeds = Seeds(at_least=0.5, quick=8, full=64)
    >>> seeds.confidence, round(seeds.power(0.05, "quick"), 3), round(seeds.power(0.05, "full"), 3)
    (0.95, 0.663, 1.0)

    Reference: clopper1934
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

    def power(self, share: float, budget: str) -> float:
        """The probability with which the check refutes the claim when only this share of all seeds bears it out.

        .. math:: P(\\mathrm{Binomial}(n, \\text{share}) \\le k), \\qquad
            k = \\text{the largest count whose interval is below } \\mathrm{at\\_least}

        Parameters
        ----------
        share : float in [0, 1]
        budget : "quick" or "full"
        """
        share = real(share, "share", at_least=0, at_most=1)
        return float(binom.cdf(self._refuting(budget) - 1, self.count(budget), share))

    def noticed(self, budget: str, *, power: float = 0.9) -> float:
        """The largest share of seeds, at most ``at_least``, that the check refutes with this power; nan where it can refute none.

        .. math:: P(\\mathrm{Binomial}(n, s) \\le k) = I_{1 - s}(n - k, k + 1), \\qquad
            s = I^{-1}_{1 - \\text{power}}(k + 1, n - k)

        with k the largest count that refutes and I the regularised incomplete beta function, of which the second is a quantile.

        Parameters
        ----------
        budget : "quick" or "full"
        power : float in (0, 1)
        """
        power = real(power, "power", above=0, below=1)
        refuting = self._refuting(budget)
        if refuting == 0:
            return math.nan
        return min(self.at_least, float(beta.ppf(1 - power, refuting, self.count(budget) - refuting + 1)))

    def believed(self, budget: str) -> float:
        """The largest probability with which the check bears out a claim that fewer than ``at_least`` of all seeds do."""
        bearing = self._first_count(budget, lambda interval: interval[0] >= self.at_least)
        return float(binom.sf(bearing - 1, self.count(budget), self.at_least))

    def _refuting(self, budget: str) -> int:
        """How many counts, from 0 up, refute the claim."""
        return self._first_count(budget, lambda interval: interval[1] >= self.at_least)

    def _first_count(self, budget: str, reached: Callable[[tuple[float, float]], bool]) -> int:
        """The smallest count whose interval is so far up; one more than all seeds where none is."""
        n = self.count(budget)
        return bisect.bisect_left(
            range(n + 1), True, key=lambda successes: reached(clopper_pearson(successes, n, self.confidence))
        )


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
